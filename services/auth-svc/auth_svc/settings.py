"""What auth-svc reads from its environment."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, SecretStr, StringConstraints, field_validator, model_validator

from chassis.sealing import PRIVATE_KEYS_FORM, Opener, Sealer
from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """Durations end in their unit. Limits and times that are product rules stand in `domain/parameters.py`."""

    needed_to_run: ClassVar[tuple[str, ...]] = (
        *ServiceSettings.needed_to_run,
        *("portal_url", "insurer_phone", "message_public_key", "storage_keys", "digest_key"),
    )

    portal_url: Annotated[str, StringConstraints(pattern=r"^(https://[^\s?#]+[^\s?#/])?$")] = Field(
        default="", description="Where the portal's pages are; mailed links begin with it: https://mijn.example.org"
    )
    insurer_phone: Annotated[str, StringConstraints(pattern=r"^(\+?[0-9][0-9 -]{2,16})?$")] = Field(
        default="", description="As customers dial it: 088 123 45 67"
    )
    message_public_key: str = Field(
        default="", description="Of notify-svc: codes and links are sealed for it; 32 bytes in base64"
    )
    storage_keys: SecretStr = Field(
        default=SecretStr(""),
        description=f"Seal the secrets that must be read again, signing keys and those of apps: {PRIVATE_KEYS_FORM}",
    )
    digest_key: SecretStr = Field(
        default=SecretStr(""),
        min_length=32,
        description="32 characters or more: of codes and addresses the database keeps digests by this key",
    )
    password_hashes_at_once: int = Field(
        default=1, ge=1, le=64, description="Passwords hashed at a time, 19 MiB and a core each"
    )
    password_hashes_waiting: int = Field(
        default=1,
        ge=0,
        le=1_000,
        description="Requests that may wait for their turn, with a connection each; the surplus gets 429",
    )
    sms_a_day: int = Field(default=5_000, ge=1, le=10_000_000, description="Codes by text message a day in all")

    @field_validator("message_public_key")
    @classmethod
    def _is_a_public_key(cls, key: str) -> str:
        if key:
            Sealer(key)
        return key

    @model_validator(mode="after")
    def _a_flood_of_logins_leaves_connections(self) -> Self:
        for_requests = self.database_connections // 2  # as the door has it
        if self.password_hashes_at_once + self.password_hashes_waiting >= for_requests:
            raise ValueError(
                "PASSWORD_HASHES_AT_ONCE and PASSWORD_HASHES_WAITING must be less together than half of "
                "DATABASE_CONNECTIONS, or a flood of logins takes every connection: lower one of them, or raise "
                "DATABASE_CONNECTIONS"
            )
        return self

    @field_validator("storage_keys")
    @classmethod
    def _are_private_keys(cls, keys: SecretStr) -> SecretStr:
        Opener(keys.get_secret_value())
        return keys
