"""What the database keeps sealed, because it must be read again: signing keys and the secrets of apps."""

from __future__ import annotations

from functools import cached_property

from chassis.sealing import CannotOpenError, Opener, Sealer


class Storage:
    """Seals for this service itself, with the newest of its keys; opens with any. Built without keys, it fails on use.

    Raises:
        NotAKeyError: one of the keys is none.
    """

    def __init__(self, keys: str) -> None:
        self._opener = Opener(keys)
        self._newest = Opener(keys.partition(",")[0])

    @cached_property
    def _sealer(self) -> Sealer:
        return Sealer(self._opener.public_keys[0])

    def seal(self, secret: bytes) -> str:
        """Return `secret` as it may be stored."""
        return self._sealer.seal(secret)

    def open(self, sealed: str) -> bytes:
        """Return what was sealed.

        Raises:
            CannotOpenError: STORAGE_KEYS has not the key it was sealed by.
        """
        return self._opener.open(sealed)

    def sealed_anew(self, sealed: str) -> str | None:
        """Return it sealed by the newest key; None when it is already.

        Raises:
            CannotOpenError: STORAGE_KEYS has not the key it was sealed by.
        """
        try:
            self._newest.open(sealed)
        except CannotOpenError:
            return self.seal(self.open(sealed))
        return None
