"""Secrets that are handed out once and recognised later: of them only digests are kept."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from auth_svc.domain.parameters import CODE_DIGITS

_BYTES = 32
"""256 bits; ASVS 7.2.3 asks for 128."""
_FORM: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

BETWEEN_SECRETS: Final = "."
"""Stands in none of them."""


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A secret just made. `text` leaves once, in an answer or a link; `digest` is what is stored."""

    text: str = field(repr=False)

    @property
    def digest(self) -> bytes:
        """What it is recognised by."""
        return digest_of(self.text)


def new_secret() -> NewSecret:
    """Return 256 bits from the system's generator, as base64url."""
    return NewSecret(secrets.token_urlsafe(_BYTES))


def may_be_secret(text: str) -> bool:
    """Whether it is written as secrets are; whatever else somebody sends is not worth handing back."""
    return _FORM.fullmatch(text) is not None


def digest_of(secret: str) -> bytes:
    """Return the digest of a secret that holds 256 bits itself: no key is needed, because nobody can try them all."""
    return sha256(secret.encode()).digest()


def new_code() -> str:
    """Return a code of `CODE_DIGITS` decimal digits, each from the system's generator."""
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"


class Digests:
    """Digests by a key that the database does not hold, for what could be guessed: codes, addresses, numbers."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def of(self, kind: str, text: str) -> bytes:
        """Return the digest of `text`, another one for each `kind` of thing."""
        return hmac.digest(self._key, f"{kind}\0{text}".encode(), sha256)

    def matches(self, kind: str, text: str, digest: bytes) -> bool:
        """Whether `digest` is that of `text`, in the same time whatever the difference."""
        return hmac.compare_digest(self.of(kind, text), digest)
