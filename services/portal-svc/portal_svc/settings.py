"""What portal-svc reads from its environment."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final, TypeAlias

from pydantic import Field, SecretStr, StringConstraints, field_validator

from chassis.settings import ServiceSettings
from chassis.vault import SERVICE_KEYS_FORM
from portal_svc.keys import PortalKeys

_URL: Final = r"^(https?://[^\s?#]+[^\s?#/])?$"
_OWN_URL: Final = r"^(https://[^\s?#]+[^\s?#/]|http://(localhost|127\.0\.0\.1)(:\d{1,5})?)?$"
ServiceUrl: TypeAlias = Annotated[str, StringConstraints(pattern=_URL)]


class Settings(ServiceSettings):
    """Durations end in their unit. How long a session lasts is a rule, and stands in `domain/lifetimes.py`."""

    needed_to_run: ClassVar[tuple[str, ...]] = (
        *ServiceSettings.needed_to_run,
        *("portal_url", "portal_keys", "client_secret", "insurer_phone"),
        *("auth_url", "policy_url", "claims_url", "weather_url", "notify_url"),
    )

    portal_url: Annotated[str, StringConstraints(pattern=_OWN_URL)] = Field(
        default="", description="Where browsers find the portal: https://mijn.example.org, or this machine by http"
    )
    portal_keys: SecretStr = Field(
        default=SecretStr(""), description=f"Seal sessions and what is half filled in: {SERVICE_KEYS_FORM}"
    )
    client_id: str = Field(default="portal", pattern=r"^[\w.-]{1,64}$", description="As auth-svc knows the portal")
    client_secret: SecretStr = Field(default=SecretStr(""), description="As `auth-svc clients add` printed it")
    insurer_phone: Annotated[str, StringConstraints(pattern=r"^(\+?[0-9][0-9 -]{2,16})?$")] = Field(
        default="", description="As customers dial it: 088 123 45 67"
    )
    auth_url: ServiceUrl = Field(default="", description="Where auth-svc answers")
    policy_url: ServiceUrl = Field(default="", description="Where policy-svc answers")
    claims_url: ServiceUrl = Field(default="", description="Where claims-svc answers")
    weather_url: ServiceUrl = Field(default="", description="Where weather-svc answers")
    notify_url: ServiceUrl = Field(default="", description="Where notify-svc answers: operators read it")
    service_seconds: float = Field(default=5, gt=0, le=60, description="How long one of the services may take")

    @field_validator("portal_keys")
    @classmethod
    def _are_keys(cls, keys: SecretStr) -> SecretStr:
        if text := keys.get_secret_value():
            PortalKeys(text)
        return keys
