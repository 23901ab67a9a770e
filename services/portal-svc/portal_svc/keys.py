"""Secrets that browsers hold, and what is sealed by them.

The database knows a session by the digest of its secret, and what a session holds is sealed by a key that follows from
that secret and a key of the portal's: who has the database and the portal's keys reads no session without its browser.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from chassis.secret_keys import read_key
from chassis.vault import CannotOpenKeptError, DataKey, NotAServiceKeyError

_FORM: Final = re.compile(r"[\w-]{43}", re.ASCII)


def new_secret() -> str:
    """Return 256 random bits as text for a cookie or an address."""
    return secrets.token_urlsafe(32)


def is_secret(text: str | None) -> bool:
    """Whether `text` has the form of a secret."""
    return text is not None and _FORM.fullmatch(text) is not None


def digest_of(secret: str) -> bytes:
    """Return what the database knows of `secret`."""
    return sha256(secret.encode()).digest()


def owner_of(subject: str) -> bytes:
    """Return under what something half filled in is kept for somebody: the subject of their tokens is random."""
    return sha256(b"owner\0" + subject.encode()).digest()


class PortalKeys:
    """The portal's keys, the newest first: it seals by that, and opens by each. Without any it does neither.

    Raises:
        NotAServiceKeyError: one of them is none.
    """

    def __init__(self, text: str) -> None:
        self._keys = [_read(one) for one in text.split(",")] if text else []

    def seal_for(self, secret: str, contents: bytes) -> bytes:
        """Seal what only who holds `secret` lets open."""
        return self._seal(_of_session(secret), contents, bound_to=digest_of(secret))

    def open_for(self, secret: str, sealed: bytes) -> bytes:
        """Open it again. Raise `CannotOpenKeptError` when it is somebody else's, or was changed."""
        return self._open(_of_session(secret), sealed, bound_to=digest_of(secret))

    def seal_draft(self, contents: bytes, *, bound_to: bytes) -> bytes:
        """Seal what is kept for an owner beyond a session."""
        return self._seal(b"draft", contents, bound_to=bound_to)

    def open_draft(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """Open it again. Raise `CannotOpenKeptError` when it belongs elsewhere, or was changed."""
        return self._open(b"draft", sealed, bound_to=bound_to)

    def token_for_forms(self, secret: str) -> str:
        """Return what a form holds so that only pages shown to the browser with `secret` can send it."""
        return self._token(self._keys[0], secret)

    def is_token_for_forms(self, token: str, secret: str) -> bool:
        """Whether `token` belongs to the browser that holds `secret`."""
        return any(hmac.compare_digest(self._token(key, secret).encode(), token.encode()) for key in self._keys)

    def _seal(self, purpose: bytes, contents: bytes, *, bound_to: bytes) -> bytes:
        return self._data_keys(purpose)[0].seal(contents, bound_to=bound_to)

    def _open(self, purpose: bytes, sealed: bytes, *, bound_to: bytes) -> bytes:
        for key in self._data_keys(purpose):
            try:
                return key.open(sealed, bound_to=bound_to)
            except CannotOpenKeptError:
                continue
        raise CannotOpenKeptError("none of the portal's keys opens it")

    def _data_keys(self, purpose: bytes) -> Sequence[DataKey]:
        return [DataKey(hmac.digest(key, b"seal\0" + purpose, "sha256")) for key in self._keys]

    @staticmethod
    def _token(key: bytes, secret: str) -> str:
        return hmac.digest(key, b"forms\0" + secret.encode(), "sha256").hex()


def _of_session(secret: str) -> bytes:
    return b"session\0" + secret.encode()


def _read(text: str) -> bytes:
    key = read_key(text)
    if key is None:
        raise NotAServiceKeyError("not a key: 32 bytes in base64 are expected")
    return key
