"""What claims-svc reads from its environment."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from pydantic import Field, SecretStr, field_validator

from chassis.settings import ServiceSettings
from claims_svc.root_key import PRIVATE_KEY_FORM, RootKey


class Settings(ServiceSettings):
    """The product's parameters are no settings: they are versioned with the rules, and proofs carry them."""

    needed_to_run: ClassVar[tuple[str, ...]] = (*ServiceSettings.needed_to_run, "proof_root_key")

    proof_root_key: SecretStr = Field(default=SecretStr(""), description=f"Signs proof roots: {PRIVATE_KEY_FORM}")
    proof_root_minutes: int = Field(default=60, ge=1, le=1_440, description="From one root to the next, at most a day")

    @field_validator("proof_root_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        RootKey.read(key.get_secret_value())
        return key

    @property
    def root_key(self) -> RootKey:
        return RootKey.read(self.proof_root_key.get_secret_value())

    @property
    def root_interval(self) -> timedelta:
        return timedelta(minutes=self.proof_root_minutes)
