"""Where the cluster is, how to log in there, and the passwords of others: all of it from the environment.

The variables for logging in are the services' own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationError, create_model, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from provision.errors import ProvisionError
from provision.logins import MECHANISM

ClientConfig = dict[str, str | int | float | bool]


def _unguessable(password: SecretStr) -> SecretStr:
    """Refuse what could be guessed by who overheard a login without TLS, and what some clients would change.

    SASLprep (RFC 4013) leaves visible ASCII as it is: whether a client applies it or not, it makes the same keys.
    """
    if re.fullmatch(r"[!-~]{16,}", password.get_secret_value()) is None:
        message = "must be 16 or more ASCII letters, digits and signs, without spaces"
        raise ValueError(message)
    return password


Password = Annotated[SecretStr, AfterValidator(_unguessable)]


class _Environment(BaseSettings):
    """Each field is read from the variable of the same name."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)


class Settings(_Environment):
    """How to reach the cluster. The login must be allowed to alter topics, ACLs and the passwords of others.

    `login_…` says where those others log in, when that is not where the administrator does.
    """

    kafka_bootstrap_servers: str = Field(min_length=3, description="host:port,host:port of the brokers")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ssl_ca_location: Path | None = None
    kafka_ssl_certificate_location: Path | None = None
    kafka_ssl_key_location: Path | None = None
    kafka_ssl_key_password: SecretStr | None = None
    login_bootstrap_servers: str | None = Field(default=None, min_length=3)
    login_security_protocol: Literal["SASL_PLAINTEXT", "SASL_SSL"] | None = None
    start_timeout_seconds: float = Field(default=60, gt=0, description="How long to wait for the cluster to answer")

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if self.kafka_security_protocol.startswith("SASL") and not (
            self.kafka_sasl_username and self.kafka_sasl_password
        ):
            message = f"{self.kafka_security_protocol} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD"
            raise ValueError(message)
        return self

    @property
    def own_principal(self) -> str | None:
        """Who we are to the cluster's authorizer; None when a certificate says so, or nothing."""
        return f"User:{self.kafka_sasl_username}" if self.kafka_security_protocol.startswith("SASL") else None

    @property
    def own_login(self) -> str | None:
        """The user as whom we log in by a password that the cluster keeps; None when we log in otherwise."""
        return self.kafka_sasl_username if self.kafka_sasl_mechanism.startswith("SCRAM") else None

    @property
    def login_servers(self) -> str:
        """Where services and partners log in."""
        return self.login_bootstrap_servers or self.kafka_bootstrap_servers

    def login_config(self, user: str, password: SecretStr) -> ClientConfig:
        """Return what `user` logs in with, under librdkafka's names."""
        with_login = {"PLAINTEXT": "SASL_PLAINTEXT", "SSL": "SASL_SSL"}
        protocol = with_login.get(self.kafka_security_protocol, self.kafka_security_protocol)
        return {
            **self.client_config(),
            "bootstrap.servers": self.login_servers,
            "security.protocol": self.login_security_protocol or protocol,
            "sasl.mechanism": MECHANISM,
            "sasl.username": user,
            "sasl.password": password.get_secret_value(),
        }

    def client_config(self) -> ClientConfig:
        """Return the settings under librdkafka's names."""
        config: ClientConfig = {
            "bootstrap.servers": self.kafka_bootstrap_servers,
            "security.protocol": self.kafka_security_protocol,
            "client.id": "provision",
            "log_level": 2,  # what matters comes back as an error of a call
        }
        if self.kafka_sasl_username and self.kafka_sasl_password:
            config |= {
                "sasl.mechanism": self.kafka_sasl_mechanism,
                "sasl.username": self.kafka_sasl_username,
                "sasl.password": self.kafka_sasl_password.get_secret_value(),
            }
        files = {
            "ssl.ca.location": self.kafka_ssl_ca_location,
            "ssl.certificate.location": self.kafka_ssl_certificate_location,
            "ssl.key.location": self.kafka_ssl_key_location,
        }
        config |= {name: str(path) for name, path in files.items() if path is not None}
        if self.kafka_ssl_key_password is not None:
            config["ssl.key.password"] = self.kafka_ssl_key_password.get_secret_value()
        return config


E = TypeVar("E", bound=_Environment)


def load_settings() -> Settings:
    """Read the settings, or raise `ProvisionError` naming every variable that must change."""
    return _read(Settings)


def load_passwords(principals: Iterable[str]) -> dict[str, SecretStr]:
    """Read the password of each of `principals` for whom there is one, or raise as `load_settings` does."""
    names = {principal: variable_of(principal).lower() for principal in principals}
    fields: dict[str, Any] = dict.fromkeys(names.values(), (Password | None, None))
    given = _read(create_model("Passwords", __base__=_Environment, **fields))
    return {principal: value for principal, name in names.items() if (value := getattr(given, name)) is not None}


def variable_of(principal: str) -> str:
    """Return where the password of `principal` stands: CLAIMS_KAFKA_PASSWORD for claims-svc."""
    return principal.removesuffix("-svc").replace("-", "_").upper() + "_KAFKA_PASSWORD"


def _read(environment: type[E]) -> E:
    try:
        return environment()
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, problem['loc'])).upper() or 'KAFKA_SECURITY_PROTOCOL'}: {_sentence(problem['msg'])}"
            for problem in error.errors(include_url=False, include_input=False)
        )
        message = f"settings are missing or wrong, change the environment: {wrong}"
        raise ProvisionError(message) from None


def _sentence(message: str) -> str:
    """A validator of ours has its sentence led in by pydantic."""
    return message.removeprefix("Value error, ")
