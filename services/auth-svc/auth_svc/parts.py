"""What the flows work with, built once from the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from auth_svc.domain.secrets import Digests
from auth_svc.passwords import Passwords
from auth_svc.sealed import Storage
from auth_svc.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Every secret and every limit of this process."""

    settings: Settings
    digests: Digests
    passwords: Passwords
    storage: Storage

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Build them; what is missing is noticed when it is used, and before `run` by `needed_to_run`."""
        return cls(
            settings=settings,
            digests=Digests(settings.digest_key.get_secret_value()),
            passwords=Passwords(at_once=settings.password_hashes_at_once, waiting=settings.password_hashes_waiting),
            storage=Storage(settings.storage_keys.get_secret_value()),
        )
