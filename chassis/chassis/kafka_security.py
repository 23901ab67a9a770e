"""How every client of this service reaches Kafka: in the clear or by TLS, and as whom."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

from aiokafka.conn import collect_hosts, create_conn
from aiokafka.errors import KafkaError, SaslAuthenticationFailed, UnsupportedSaslMechanismError
from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLPlaintext, SASLScram256, SASLScram512

from chassis.errors import CannotStartError, describe
from chassis.settings import ServiceSettings

_LOGINS = {"PLAIN": SASLPlaintext, "SCRAM-SHA-256": SASLScram256, "SCRAM-SHA-512": SASLScram512}
_PROBE_MILLISECONDS = 5_000


def kafka_security(settings: ServiceSettings) -> BaseSecurity:
    """Return what FastStream's broker is given.

    Raises:
        CannotStartError: a certificate or key cannot be used.
    """
    context = _tls(settings) if settings.kafka_security_protocol.endswith("SSL") else None
    if not settings.kafka_security_protocol.startswith("SASL"):
        return BaseSecurity(ssl_context=context)
    assert settings.kafka_sasl_username is not None  # noqa: S101 - the settings demand both
    assert settings.kafka_sasl_password is not None  # noqa: S101
    return _LOGINS[settings.kafka_sasl_mechanism](
        settings.kafka_sasl_username, settings.kafka_sasl_password.get_secret_value(), ssl_context=context
    )


def client_arguments(settings: ServiceSettings) -> dict[str, Any]:
    """Return the same as `kafka_security`, under the names of aiokafka's clients."""
    return {"bootstrap_servers": settings.kafka_bootstrap_servers, **parse_security(kafka_security(settings))}


def _tls(settings: ServiceSettings) -> ssl.SSLContext:
    """The broker's certificate and its host name are always checked."""
    ca, certificate, key = (
        settings.kafka_ssl_ca_location,
        settings.kafka_ssl_certificate_location,
        settings.kafka_ssl_key_location,
    )
    try:
        context = ssl.create_default_context(cafile=ca)
    except OSError as error:
        raise _unusable("KAFKA_SSL_CA_LOCATION", ca, error) from error
    if certificate is not None:
        password = settings.kafka_ssl_key_password
        try:
            # Without any password OpenSSL would ask for one on the terminal.
            context.load_cert_chain(certificate, key, password.get_secret_value() if password else "")
        except OSError as error:
            variables = "KAFKA_SSL_CERTIFICATE_LOCATION, KAFKA_SSL_KEY_LOCATION or KAFKA_SSL_KEY_PASSWORD"
            raise _unusable(variables, certificate, error) from error
    return context


def _unusable(variables: str, path: Path | None, error: OSError) -> CannotStartError:
    return CannotStartError(f"{path} cannot be used for TLS with Kafka ({describe(error)}); correct {variables}")


def not_granted(settings: ServiceSettings, *, what: str) -> CannotStartError:
    """Say that Kafka knows who this service is, and does not let it use a topic or group."""
    return CannotStartError(
        f"{settings.kafka_sasl_username or 'this service'} may not use {what}: log in as the user that contracts grant "
        "it to, and run provision"
    )


async def refusal(settings: ServiceSettings) -> str | None:
    """Return why a broker that is there does not let this service in, and what to change; None when none says so.

    aiokafka's clients report the same error whether nobody answers or a login is refused.
    """
    address = settings.kafka_bootstrap_servers
    arguments = client_arguments(settings)
    del arguments["bootstrap_servers"]
    for host, port, _ in collect_hosts(address):
        try:
            connection = await create_conn(host, port, request_timeout_ms=_PROBE_MILLISECONDS, **arguments)
        except (SaslAuthenticationFailed, UnsupportedSaslMechanismError) as error:
            return (
                f"Kafka at {address} refuses the login of {settings.kafka_sasl_username} ({describe(error)}); correct "
                "KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD or KAFKA_SASL_MECHANISM"
            )
        except ssl.SSLCertVerificationError as error:
            return (
                f"Kafka at {address} shows a certificate that is not trusted ({error.verify_message}); correct "
                "KAFKA_SSL_CA_LOCATION, or give the broker a certificate for the host in KAFKA_BOOTSTRAP_SERVERS"
            )
        except ssl.SSLError as error:
            return (
                f"Kafka at {address} and this service do not agree on TLS ({error.reason}); correct "
                "KAFKA_SECURITY_PROTOCOL or the port in KAFKA_BOOTSTRAP_SERVERS"
            )
        except (KafkaError, OSError):
            continue
        connection.close()
    return None
