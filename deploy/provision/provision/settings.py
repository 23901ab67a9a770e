"""Where the cluster is and how to log in there, read from the environment: the same variables as the services'."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from provision.errors import ProvisionError


class Settings(BaseSettings):
    """Each field is read from the variable of the same name. The login must be allowed to alter topics and ACLs."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    kafka_bootstrap_servers: str = Field(min_length=3, description="host:port,host:port of the brokers")
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ssl_ca_location: Path | None = None
    kafka_ssl_certificate_location: Path | None = None
    kafka_ssl_key_location: Path | None = None
    kafka_ssl_key_password: SecretStr | None = None
    start_timeout_seconds: float = Field(default=60, gt=0, description="How long to wait for the cluster to answer")

    @model_validator(mode="after")
    def _can_log_in(self) -> Self:
        if self.kafka_security_protocol.startswith("SASL") and not (
            self.kafka_sasl_username and self.kafka_sasl_password
        ):
            message = f"{self.kafka_security_protocol} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD"
            raise ValueError(message)
        return self

    def client_config(self) -> dict[str, str | int | float | bool]:
        """Return the settings under librdkafka's names."""
        config: dict[str, str | int | float | bool] = {
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


def load_settings() -> Settings:
    """Read the settings, or raise `ProvisionError` naming every variable that must change."""
    try:
        return Settings()
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
