"""What claims-svc reads from its environment."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from pydantic import Field, SecretStr, field_validator, model_validator

from chassis.settings import ServiceSettings
from claims_svc.domain.handling import HANDLER_LIMIT_CENTS, SENIOR_LIMIT_CENTS
from claims_svc.files.store import FileStore, Location
from claims_svc.root_key import PRIVATE_KEY_FORM, RootKey
from contracts.vocabulary import MOST_CENTS


class Settings(ServiceSettings):
    """The product's parameters are no settings: they are versioned with the rules, and proofs carry them."""

    needed_to_run: ClassVar[tuple[str, ...]] = (*ServiceSettings.needed_to_run, "proof_root_key")

    proof_root_key: SecretStr = Field(default=SecretStr(""), description=f"Signs proof roots: {PRIVATE_KEY_FORM}")
    proof_root_minutes: int = Field(default=60, ge=1, le=1_440, description="From one root to the next, at most a day")

    handler_limit_cents: int = Field(
        default=HANDLER_LIMIT_CENTS,
        ge=0,
        le=MOST_CENTS,
        description="What a handler may let be paid alone of one claim",
    )
    senior_limit_cents: int = Field(
        default=SENIOR_LIMIT_CENTS, ge=0, le=MOST_CENTS, description="The same of a senior handler; not less"
    )

    file_store: str = Field(
        default="", description="file:///directory or s3://bucket/prefix; without it no photos and documents are taken"
    )
    file_store_endpoint: str | None = Field(
        default=None, pattern="^https?://", description="Of an S3-compatible store other than Amazon's"
    )
    file_store_region: str = "eu-central-1"
    file_store_key_id: str = Field(default="", description="Unless the machine's role lets it in")
    file_store_secret: SecretStr = SecretStr("")

    @model_validator(mode="after")
    def _has_a_store(self) -> Self:
        if bool(self.file_store_key_id) != bool(self.file_store_secret.get_secret_value()):
            raise ValueError("FILE_STORE_KEY_ID and FILE_STORE_SECRET go together")
        if self.file_store:
            self._file_location()
        return self

    @model_validator(mode="after")
    def _trusts_seniors_most(self) -> Self:
        if self.senior_limit_cents < self.handler_limit_cents:
            raise ValueError("SENIOR_LIMIT_CENTS must not be less than HANDLER_LIMIT_CENTS")
        return self

    def _file_location(self) -> Location:
        return Location(
            url=self.file_store,
            endpoint=self.file_store_endpoint,
            region=self.file_store_region,
            key_id=self.file_store_key_id,
            secret=self.file_store_secret.get_secret_value(),
        )

    def open_file_store(self) -> FileStore | None:
        """Return where photos and documents are kept, None where none are taken."""
        return FileStore(self._file_location()) if self.file_store else None

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
