"""The one reader of the environment. A setting that is missing or wrong stops the start with one sentence."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, Self, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.errors import CannotStartError

_BROKER = r"(\[[\da-fA-F:.]+\]|[\w.-]+)(:\d{1,5})?"
_BROKERS: Final = rf"^{_BROKER}(,\s*{_BROKER})*$"
_HTTP_URL: Final = r"^https?://[^\s?#]+$"
_ADDRESSES: Final = r"^[\da-fA-F.:/]+(,[\da-fA-F.:/]+)*$"
_ORIGIN = r"https?://[\w.-]+(:\d{1,5})?"
_ORIGINS: Final = rf"^{_ORIGIN}(,{_ORIGIN})*$"


class ServiceSettings(BaseSettings):
    """What every service reads from its environment; a field is the variable of the same name, in capitals.

    Commands work on the database and need no more than that. What `needed_to_run` names may be absent, and the field
    is then empty, until the service is to run; a service adds names of its own to it.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_ignore_empty=True, validate_default=False, hide_input_in_errors=True
    )
    needed_to_run: ClassVar[tuple[str, ...]] = ("kafka_bootstrap_servers",)

    kafka_bootstrap_servers: str = Field(
        default="", min_length=3, pattern=_BROKERS, description="host:port,host:port of the brokers"
    )
    kafka_transactions: bool = Field(
        default=True, description="false only for a broker without transactions, such as the embedded one"
    )
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ssl_ca_location: Path | None = Field(
        default=None, description="PEM file of who signed the brokers' certificates; without it the system's are used"
    )
    kafka_ssl_certificate_location: Path | None = Field(default=None, description="PEM file of a client certificate")
    kafka_ssl_key_location: Path | None = Field(default=None, description="PEM file of its private key")
    kafka_ssl_key_password: SecretStr | None = None
    kafka_session_timeout_ms: int = Field(default=10_000, ge=1_000, le=1_800_000)
    kafka_member_name: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9._-]{1,200}$",
        description="up to 200 letters, digits, dots, hyphens and underscores; `hostname` stands for the host's name",
    )
    """Of no other process at a time: see `chassis.workarounds.named_members`."""
    kafka_fetch_max_wait_ms: int = Field(
        default=500,
        ge=1,
        le=30_000,
        description="how long the broker may hold a fetch; that of who is idle four times as long, up to 2 s",
    )
    database_url: str = Field(
        pattern=r"^postgres(ql)?://",
        repr=False,  # it holds a password
        description="postgresql://USER:PASSWORD@HOST:PORT/DATABASE, the service's own database and role",
    )
    database_connections: int = Field(default=8, ge=2, le=100)
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=0, ge=0, le=65_535, description="0 takes any free port; the log says which")
    api_host: str = "127.0.0.1"
    api_port: int = Field(default=0, ge=0, le=65_535, description="0 takes any free port; the log says which")
    api_issuer: str | None = Field(default=None, pattern=_HTTP_URL, description="`iss` of the tokens to accept")
    api_jwks_url: str | None = Field(default=None, pattern=_HTTP_URL, description="Where the issuer's keys are")
    api_jwks_over_http: bool = Field(
        default=False,
        description="true only where nobody else is on the network between this service and the issuer of its tokens",
    )
    api_body_bytes: int = Field(default=65_536, ge=1, le=67_108_864)
    api_body_seconds: float = Field(default=5, gt=0, le=3_600, description="How long sending a body may take")
    api_request_seconds: float = Field(default=10, gt=0, le=3_600, description="How long one request may take")
    api_concurrency: int = Field(
        default=64, ge=1, le=10_000, description="Handlers at work at once; the surplus gets 503"
    )
    api_open_requests: int = Field(
        default=256, ge=1, le=10_000, description="Requests at once, those still being sent too; the surplus gets 503"
    )
    api_concurrency_per_address: int = Field(
        default=16, ge=1, le=10_000, description="Requests at once from one address; the surplus gets 429"
    )
    api_trusted_proxies: str | None = Field(
        default=None,
        pattern=_ADDRESSES,
        description="Addresses and networks, separated by commas, whose X-Forwarded-For is believed",
    )
    api_cors_origins: str | None = Field(
        default=None,
        pattern=_ORIGINS,
        description="Origins such as https://example.org, separated by commas, whose pages may call the API",
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    start_timeout_seconds: float = Field(
        default=60, gt=0, le=86_400, description="How long to wait for Kafka and PostgreSQL"
    )
    stop_timeout_seconds: float = Field(
        default=20, gt=0, le=86_400, description="How long a stop may take to finish its batches"
    )
    tolerated_failure_seconds: float = Field(
        default=10,
        gt=0,
        le=86_400,
        description="How long a part may fail before /ready names it; measured twice in that time",
    )
    batch_max_records: int = Field(default=500, ge=1, le=5_000)
    dead_letter_limit: int = Field(
        default=25, ge=1, description="Handler failures in a row, without one success, after which the service stops"
    )
    clock_jump_limit_seconds: float = Field(
        default=3_600,
        gt=0,
        le=31_536_000,
        description="How far the database's clock may stray before timers wait for a confirmation",
    )
    dead_letter_retention_days: int = Field(
        default=90,
        ge=1,
        le=36_500,
        description="How long the contents of a dead letter are kept: they may hold personal data",
    )
    build_commit: str = Field(
        default="unknown",
        pattern=r"^[\w.-]{1,64}$",
        description="Of what source this was built, for build_info; an image sets it",
    )
    otel_sdk_disabled: bool = False
    otel_traces_exporter: str | None = None
    otel_exporter_otlp_endpoint: str | None = None
    otel_exporter_otlp_traces_endpoint: str | None = None

    def member_name(self) -> str | None:
        """Return the name of this instance in its consumer groups; None: it has none, and the broker gives it an id."""
        return socket.gethostname() if self.kafka_member_name == "hostname" else self.kafka_member_name

    @model_validator(mode="after")
    def _access_to_kafka_fits_together(self) -> Self:
        protocol = self.kafka_security_protocol
        login = {"KAFKA_SASL_USERNAME": self.kafka_sasl_username, "KAFKA_SASL_PASSWORD": self.kafka_sasl_password}
        certificate = {
            "KAFKA_SSL_CERTIFICATE_LOCATION": self.kafka_ssl_certificate_location,
            "KAFKA_SSL_KEY_LOCATION": self.kafka_ssl_key_location,
        }
        tls = {"KAFKA_SSL_CA_LOCATION": self.kafka_ssl_ca_location, **certificate}
        given = [name for name, value in {**login, **tls}.items() if value]
        if protocol.startswith("SASL") and not all(login.values()):
            raise ValueError(f"KAFKA_SECURITY_PROTOCOL {protocol} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD")
        if any(certificate.values()) and not all(certificate.values()):
            raise ValueError(
                "KAFKA_SSL_CERTIFICATE_LOCATION and KAFKA_SSL_KEY_LOCATION are given together or not at all"
            )
        if self.kafka_ssl_key_password and not self.kafka_ssl_key_location:
            raise ValueError("KAFKA_SSL_KEY_PASSWORD is given, so KAFKA_SSL_KEY_LOCATION must be given, too")
        if unused := [name for name in given if not protocol.startswith("SASL") and name in login]:
            raise ValueError(f"{unused[0]} is given, so KAFKA_SECURITY_PROTOCOL must be SASL_SSL or SASL_PLAINTEXT")
        if unused := [name for name in given if not protocol.endswith("SSL") and name in tls]:
            raise ValueError(f"{unused[0]} is given, so KAFKA_SECURITY_PROTOCOL must be SSL or SASL_SSL")
        return self

    @model_validator(mode="after")
    def _keys_of_the_issuer_cannot_be_changed_on_their_way(self) -> Self:
        url = urlsplit(self.api_jwks_url or "")
        if url.scheme == "http" and not self.api_jwks_over_http and not is_this_machine(url.hostname or ""):
            raise ValueError(
                "API_JWKS_URL must begin with https, or API_JWKS_OVER_HTTP must be true: "
                "who changes the keys on their way signs tokens as anybody"
            )
        return self

    @property
    def also_needed_to_run(self) -> tuple[str, ...]:
        """What may not be absent either when the service is to run as these settings say; see `needed_to_run`."""
        return ()

    @property
    def tracing_enabled(self) -> bool:
        """Whether the standard OTEL_* variables ask for spans to be exported."""
        endpoint = self.otel_exporter_otlp_endpoint or self.otel_exporter_otlp_traces_endpoint
        exporter = self.otel_traces_exporter or ("otlp" if endpoint else "none")
        return exporter != "none" and not self.otel_sdk_disabled


def is_this_machine(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


S = TypeVar("S", bound=ServiceSettings)

_SENTENCES = {
    "missing": "{variable} is missing",
    "int_parsing": "{variable} must be a whole number",
    "int_from_float": "{variable} must be a whole number",
    "float_parsing": "{variable} must be a number",
    "bool_parsing": "{variable} must be true or false",
    "greater_than": "{variable} must be more than {gt:.15g}",
    "greater_than_equal": "{variable} must be at least {ge:.15g}",
    "less_than": "{variable} must be less than {lt:.15g}",
    "less_than_equal": "{variable} must be at most {le:.15g}",
    "string_too_short": "{variable} must have at least {min_length} characters",
    "string_too_long": "{variable} must have at most {max_length} characters",
    "literal_error": "{variable} must be {expected}",
}


def load_settings(settings_class: type[S], *, needs: Iterable[str] = (), given: Mapping[str, Any] | None = None) -> S:
    """Read the settings; `needs` names fields that may not be absent this time, `given` is not read but taken.

    Raises:
        CannotStartError: names every variable that must change, and how.
    """
    missing = _missing(needs)
    try:
        settings = settings_class(**(given or {}))
    except ValidationError as error:
        raise _refusal([*(_sentence(one, settings_class) for one in error.errors()), *missing]) from None
    if missing:
        raise _refusal(missing)
    return settings


def demand(names: Iterable[str]) -> None:
    """Raise `CannotStartError` when the environment does not set one of these fields of the settings."""
    if missing := _missing(names):
        raise _refusal(missing)


def _missing(names: Iterable[str]) -> list[str]:
    given = {name.lower() for name, value in os.environ.items() if value}
    return [_SENTENCES["missing"].format(variable=name.upper()) for name in names if name not in given]


def _refusal(sentences: Iterable[str]) -> CannotStartError:
    return CannotStartError(f"settings are missing or wrong, change the environment: {'; '.join(sentences)}")


def _sentence(error: Mapping[str, Any], settings_class: type[ServiceSettings]) -> str:
    """Describe what is wrong without the value, which may be a password."""
    name = str(error["loc"][0]) if error["loc"] else ""
    variable, context = name.upper(), error.get("ctx", {})
    if error["type"] == "value_error":  # raised by a validator of ours, with a sentence of ours
        return f"{variable}: {context['error']}" if variable else str(context["error"])
    if sentence := _SENTENCES.get(error["type"]):
        return sentence.format(variable=variable, **context)
    field = settings_class.model_fields.get(name)
    return f"{variable} is not what is expected" + (f": {field.description}" if field and field.description else "")


def crash_at() -> str | None:
    """The crash point that a drill asked for, if any."""
    return os.environ.get("CRASH_AT")
