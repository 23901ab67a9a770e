"""What is kept encrypted for years and can still be forgotten: each lot under a data key of its own.

A data key is random, and is stored wrapped by a service key, apart from what it seals: whoever deletes it has made that
unreadable. Keys and contents are encrypted by AES-256-GCM, and bound to what they belong to: put elsewhere they do not
open.
"""

from __future__ import annotations

import secrets
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from chassis.secret_keys import KEY_BYTES, read_key

SERVICE_KEYS_FORM = "secret keys, 32 bytes in base64 each, the newest first, with commas between"
_NONCE_BYTES = 12
_NAME_BYTES = 4


class NotAServiceKeyError(ValueError):
    """This text is no key of the form that is expected; the sentence does not repeat it."""


class CannotOpenKeptError(Exception):
    """Its service key is not here, it belongs elsewhere, or it was changed. The text repeats nothing of it."""


class DataKey:
    """Seals and opens one lot of contents."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(secret)

    def seal(self, contents: bytes, *, bound_to: bytes) -> bytes:
        """Return `contents` sealed; it opens only as what it is `bound_to`."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, contents, bound_to)

    def open(self, sealed: bytes, *, bound_to: bytes) -> bytes:
        """Return what was sealed.

        Raises:
            CannotOpenKeptError: it is bound to something else, or is not as it was sealed.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError):
            raise CannotOpenKeptError("sealed for something else, or changed since") from None


class Vault:
    """Makes data keys, and unwraps them. `service_keys` are of `SERVICE_KEYS_FORM`, and never shown; without any, none.

    New ones are wrapped by the newest service key. Each wrapped key begins with a digest of the one that wrapped it.

    Raises:
        NotAServiceKeyError: one of them is none.
    """

    def __init__(self, service_keys: str) -> None:
        self._keys = {_name(key): AESGCM(key) for key in map(_read, service_keys.split(","))} if service_keys else {}

    @property
    def newest(self) -> bytes:
        """What begins every key that need not be wrapped anew."""
        if not self._keys:
            raise CannotOpenKeptError("there is no service key")
        return next(iter(self._keys))

    def new_key(self, *, bound_to: bytes) -> tuple[DataKey, bytes]:
        """Return a new key, and how it is stored: wrapped, and bound to `bound_to`."""
        secret = secrets.token_bytes(KEY_BYTES)
        return DataKey(secret), self._wrap(secret, bound_to=bound_to)

    def key(self, wrapped: bytes, *, bound_to: bytes) -> DataKey:
        """Return the key that is stored as `wrapped`.

        Raises:
            CannotOpenKeptError: its service key is not here, it is bound to something else, or was changed.
        """
        return DataKey(self._unwrap(wrapped, bound_to=bound_to))

    def rewrap(self, wrapped: bytes, *, bound_to: bytes) -> bytes:
        """Return the same key wrapped by the newest service key, so that an older one can be given up.

        Raises:
            CannotOpenKeptError: as `key`.
        """
        return self._wrap(self._unwrap(wrapped, bound_to=bound_to), bound_to=bound_to)

    def _wrap(self, secret: bytes, *, bound_to: bytes) -> bytes:
        name, nonce = self.newest, secrets.token_bytes(_NONCE_BYTES)
        return name + nonce + self._keys[name].encrypt(nonce, secret, bound_to)

    def _unwrap(self, wrapped: bytes, *, bound_to: bytes) -> bytes:
        name, nonce, sealed = _parts(wrapped)
        key = self._keys.get(name)
        if key is None:
            raise CannotOpenKeptError("the service key that wrapped it is not here")
        try:
            return key.decrypt(nonce, sealed, bound_to)
        except (InvalidTag, ValueError):
            raise CannotOpenKeptError("wrapped for something else, or changed since") from None


def _parts(wrapped: bytes) -> tuple[bytes, bytes, bytes]:
    behind_nonce = _NAME_BYTES + _NONCE_BYTES
    return wrapped[:_NAME_BYTES], wrapped[_NAME_BYTES:behind_nonce], wrapped[behind_nonce:]


def _name(key: bytes) -> bytes:
    return sha256(b"name of a service key" + key).digest()[:_NAME_BYTES]


def _read(text: str) -> bytes:
    key = read_key(text)
    if key is None:
        raise NotAServiceKeyError("not a key: 32 bytes in base64 are expected")
    return key
