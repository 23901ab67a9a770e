"""The one reader of the environment. A setting that is missing or wrong stops the start with a sentence."""

from __future__ import annotations

import os
from typing import Literal, TypeVar

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from chassis.errors import CannotStartError


class ServiceSettings(BaseSettings):
    """What every service is told by its environment; each field is read from the variable of the same name."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    kafka_bootstrap_servers: str = Field(min_length=3, description="host:port,host:port of the brokers")
    kafka_session_timeout_ms: int = Field(default=10_000, ge=1_000)
    kafka_fetch_max_wait_ms: int = Field(default=500, ge=1)
    database_url: str = Field(pattern=r"^postgres(ql)?://", description="Of this service's own database and role")
    database_connections: int = Field(default=8, ge=2, le=100)
    http_host: str = "127.0.0.1"
    http_port: int = Field(default=0, ge=0, le=65_535, description="0 takes any free port; the log says which")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    start_timeout_seconds: float = Field(default=60, gt=0, description="How long to wait for Kafka and PostgreSQL")
    stop_timeout_seconds: float = Field(default=20, gt=0, description="How long a stop may take to finish what it took")
    batch_max_records: int = Field(default=500, ge=1, le=5_000)
    dead_letter_limit: int = Field(
        default=25, ge=1, description="Handler failures in a row, without one success, after which the service stops"
    )
    otel_sdk_disabled: bool = False
    otel_traces_exporter: str | None = None
    otel_exporter_otlp_endpoint: str | None = None
    otel_exporter_otlp_traces_endpoint: str | None = None

    @property
    def tracing_enabled(self) -> bool:
        """Whether the standard OTEL_* variables ask for spans to be exported."""
        endpoint = self.otel_exporter_otlp_endpoint or self.otel_exporter_otlp_traces_endpoint
        exporter = self.otel_traces_exporter or ("otlp" if endpoint else "none")
        return exporter != "none" and not self.otel_sdk_disabled


S = TypeVar("S", bound=ServiceSettings)


def load_settings(settings_class: type[S]) -> S:
    """Read the settings, or raise `CannotStartError` naming every variable that must change."""
    try:
        return settings_class()
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}"
            for problem in error.errors(include_url=False, include_input=False)
        )
        message = f"settings are missing or wrong, change the environment: {wrong}"
        raise CannotStartError(message) from None


def crash_at() -> str | None:
    """Return the crash point that a drill asked for, if any."""
    return os.environ.get("CRASH_AT")
