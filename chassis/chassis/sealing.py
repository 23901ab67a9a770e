"""What one service alone may read: JSON Web Encryption (RFC 7516, compact) for its key.

The key is agreed upon by ECDH-ES+A256KW on X25519 (RFC 8037), of which any 32 bytes are a private key, and the contents
are encrypted by AES-256-GCM. Whoever has the public key can seal: who did follows from who may write the topic.
"""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import DictKey, KeySet, OKPKey

from chassis.secret_keys import read_key
from contracts.topic import ONE_MEGABYTE

PRIVATE_KEYS_FORM = "private X25519 keys, 32 bytes in base64 each, the newest first, with commas between"
_AGREEMENT, _ENCRYPTION = "ECDH-ES+A256KW", "A256GCM"
_ALLOWED = jwe.JWERegistry(algorithms=[_AGREEMENT, _ENCRYPTION])
_ALLOWED.max_ciphertext_length = ONE_MEGABYTE  # as large as a record: the library has 64 KiB


class NotAKeyError(ValueError):
    """This text is no key of the form that is expected; the sentence does not repeat it."""


class CannotOpenError(Exception):
    """It was sealed for another key, or is not as it was sealed. The text repeats nothing of it."""


class Sealer:
    """Seals for one reader, whose `public_key` is 32 bytes in base64.

    Raises:
        NotAKeyError: it is none.
    """

    def __init__(self, public_key: str) -> None:
        self._key = _key(x=_read(public_key))
        self._header = {"alg": _AGREEMENT, "enc": _ENCRYPTION, "kid": self._key.thumbprint()}

    def seal(self, contents: bytes) -> str:
        """Return `contents` for the reader; sealing the same again gives something else."""
        return jwe.encrypt_compact(self._header.copy(), contents, self._key, registry=_ALLOWED)


class Opener:
    """Opens what was sealed for one of its keys: of `PRIVATE_KEYS_FORM`, which it never shows; without keys nothing.

    Raises:
        NotAKeyError: one of them is none.
    """

    def __init__(self, private_keys: str) -> None:
        secrets = [_read(text) for text in private_keys.split(",")] if private_keys else []
        public = [X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw() for secret in secrets]
        self._keys = KeySet([_key(x=x, d=d) for x, d in zip(public, secrets, strict=True)])
        self.public_keys: Sequence[str] = [b64encode(x).decode() for x in public]
        """What others seal with, the newest first."""

    def open(self, sealed: str) -> bytes:
        """Return what was sealed.

        Raises:
            CannotOpenError: it was sealed for another key, or is not as it was sealed.
        """
        try:
            opened = jwe.decrypt_compact(sealed, self._keys, registry=_ALLOWED)
        except (JoseError, ValueError, LookupError, TypeError, AssertionError, AttributeError):
            # The library raises any of these on headers that do not fit each other; its texts may quote them.
            raise CannotOpenError("sealed for another key, or changed since") from None
        if opened.plaintext is None:
            raise CannotOpenError("nothing is sealed in it")
        return opened.plaintext


def _read(text: str) -> bytes:
    key = read_key(text)
    if key is None:
        raise NotAKeyError("not a key: 32 bytes in base64 are expected")
    return key


def _key(*, x: bytes, d: bytes | None = None) -> OKPKey:
    coordinates = {"x": x} if d is None else {"x": x, "d": d}
    encoded = {name: urlsafe_b64encode(value).decode().rstrip("=") for name, value in coordinates.items()}
    jwk: DictKey = {"kty": "OKP", "crv": "X25519", **encoded}
    return OKPKey.import_key(jwk)
