"""What policy-svc reads from its environment."""

from __future__ import annotations

from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, StringConstraints, field_validator

from chassis.sealing import PRIVATE_KEYS_FORM, Opener, Sealer
from chassis.settings import ServiceSettings, is_this_machine
from policy_svc.domain.insurer import Insurer


class Settings(ServiceSettings):
    """A policy file is an argument of the command `import`, no setting."""

    needed_to_run: ClassVar[tuple[str, ...]] = (
        *ServiceSettings.needed_to_run,
        *("insurer_phone", "insurer_address", "insurer_code"),
    )

    insurer_name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[^\r\n]+$")] = "Waterschade"
    insurer_phone: Annotated[str, StringConstraints(pattern=r"^(\+?[0-9][0-9 -]{2,16})?$")] = Field(
        default="", description="As customers dial it: 088 123 45 67"
    )
    insurer_address: Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\r\n]*$")] = Field(
        default="", description="Where customers write to, on one line: Postbus 1, 1000 AA Amsterdam"
    )
    insurer_code: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{0,10}$")] = Field(
        default="", description="By which the Dutch bureau of motor insurers knows the insurer: on green cards"
    )
    reads_a_minute: int = Field(
        default=120, ge=1, description="How often one address may ask for products, quotes and reinstatement values"
    )
    quotes_a_minute: int = Field(default=30, ge=1, description="How many quotes one address may have made")
    applications_a_minute: int = Field(default=6, ge=1, description="How often one address may become a customer")
    questions_a_minute: int = Field(default=3, ge=1, le=60, description="How many questions one customer may ask")
    message_public_key: str = Field(
        default="",
        description="Of notify-svc: addresses before and after a change are sealed for it; "
        "without it only the one is told that notify-svc knows by then, which can be the wrong one",
    )
    personal_data_keys: SecretStr = Field(
        default=SecretStr(""),
        description="Open what services hold about a customer who asks for it; without them nobody can ask: "
        + PRIVATE_KEYS_FORM,
    )

    pdok_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s?#@]+[^\s?#@/]$",
        description="PDOK's Locatieserver, ending in /search/v3_1; without it homes wait for their position",
    )
    pdok_lookups_a_minute: int = Field(
        default=120, ge=1, le=10_000, description="Of all instances together; each is one request, at most two"
    )
    pdok_timeout_seconds: float = Field(default=10, gt=0, le=60, description="For one look-up")

    @field_validator("pdok_url")
    @classmethod
    def _hides_addresses(cls, url: str | None) -> str | None:
        parts = urlsplit(url or "")
        if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
            raise ValueError("PDOK_URL must begin with https: anybody on the way could read where customers live")
        return url

    @field_validator("message_public_key")
    @classmethod
    def _is_a_public_key(cls, key: str) -> str:
        if key:
            Sealer(key)
        return key

    @field_validator("personal_data_keys")
    @classmethod
    def _are_private_keys(cls, keys: SecretStr) -> SecretStr:
        Opener(keys.get_secret_value())
        return keys

    @property
    def insurer(self) -> Insurer:
        """Whom documents name."""
        return Insurer(
            name=self.insurer_name, phone=self.insurer_phone, address=self.insurer_address, code=self.insurer_code
        )

    @property
    def opener(self) -> Opener:
        """Opens what was sealed for this service; without keys nothing."""
        return Opener(self.personal_data_keys.get_secret_value())
