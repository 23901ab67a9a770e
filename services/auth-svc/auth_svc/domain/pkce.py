"""Proof key for code exchange (RFC 7636), by S256 and nothing else: who began a login is who gets its tokens."""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

METHOD: Final = "S256"
_CHALLENGE: Final = re.compile(r"[\w-]{43}", re.ASCII)
_VERIFIER: Final = re.compile(r"[\w.~-]{43,128}", re.ASCII)


def is_challenge(challenge: str | None, *, method: str | None) -> bool:
    """Whether this is the SHA-256 of a verifier; without `method` it would be the verifier itself (§4.3)."""
    return method == METHOD and challenge is not None and _CHALLENGE.fullmatch(challenge) is not None


def is_proven(challenge: str, *, verifier: str | None) -> bool:
    """Whether `verifier` is what `challenge` was made of."""
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        return False
    made = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(made, challenge)
