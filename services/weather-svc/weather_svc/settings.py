"""What weather-svc reads from its environment: where KNMI is, and its keys. Without an address nothing is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from chassis.settings import ServiceSettings, is_this_machine

_HTTP_URL = r"^https?://[^\s?#@]+$"
_MQTT_URL = r"^(mqtts?|wss?)://[^\s?#@/]+(/[^\s?#@]*)?$"
_SECURE = frozenset({"https", "mqtts", "wss"})
"""Schemes by which a key may travel to another machine."""


class Settings(ServiceSettings):
    """The register of stations is data, not a setting."""

    knmi_edr_url: str | None = Field(default=None, pattern=_HTTP_URL, description="The base, ending in /edr/v1")
    knmi_edr_key: SecretStr | None = None
    knmi_hour_label: Literal["end", "start"] = Field(
        default="end", description="Which moment the EDR API names an hour by; not confirmed, to be tested with a key"
    )
    knmi_ten_minute: bool = Field(default=False, description="Ask for ten-minute figures too, every ten minutes")
    knmi_script_url: str | None = Field(
        default=None, pattern=_HTTP_URL, description="The hourly script end point: asked when EDR fails, or alone"
    )
    knmi_script_format: Literal["csv", "json"] = "csv"
    knmi_bulk_url: str | None = Field(
        default=None, pattern=_HTTP_URL, description="The folder of the files uurgeg_NNN_YYYY-YYYY.zip"
    )
    knmi_notification_url: str | None = Field(
        default=None, pattern=_MQTT_URL, description="wss://HOST:PORT/PATH, or mqtts://HOST:PORT"
    )
    knmi_notification_key: SecretStr | None = None
    knmi_requests_an_hour: int = Field(
        default=100, ge=1, le=900, description="For each key, all instances together; KNMI allows 1,000"
    )
    knmi_fallback_after_hours: float = Field(
        default=6, ge=0, le=240, description="How long EDR may fail before the script end point is asked instead"
    )
    knmi_timeout_seconds: float = Field(default=60, gt=0, le=300, description="For one whole reply")

    rain_checks_a_minute: int = Field(
        default=30, ge=1, le=100_000, description="By HTTP, of one address (IPv6: of one /64)"
    )
    reads_a_minute: int = Field(
        default=240, ge=1, le=100_000, description="By HTTP, of one address: stations, hours, charts and sources"
    )

    @model_validator(mode="after")
    def _keys_go_with_their_addresses(self) -> Self:
        for variable, url, key in (
            ("KNMI_EDR", self.knmi_edr_url, self.knmi_edr_key),
            ("KNMI_NOTIFICATION", self.knmi_notification_url, self.knmi_notification_key),
        ):
            if (url is None) != (key is None):
                raise ValueError(f"{variable}_URL and {variable}_KEY are given together or not at all")
            if url is not None and not _is_safe(url):
                raise ValueError(f"{variable}_URL must use TLS: anybody on the way could read the key")
        if self.knmi_ten_minute and self.knmi_edr_url is None:
            raise ValueError("KNMI_TEN_MINUTE is true, so KNMI_EDR_URL and KNMI_EDR_KEY must be given, too")
        if self.knmi_notification_url is not None and self.knmi_edr_url is None:
            raise ValueError("KNMI_NOTIFICATION_URL is given, so KNMI_EDR_URL and KNMI_EDR_KEY must be given, too")
        return self

    @property
    def knmi_fallback_after(self) -> timedelta:
        """How long EDR may fail before the script end point is asked instead."""
        return timedelta(hours=self.knmi_fallback_after_hours)


def _is_safe(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in _SECURE or is_this_machine(parts.hostname or "")
