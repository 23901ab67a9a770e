"""How a letter names a proof."""

from __future__ import annotations

_GROUP = 4
_GROUPS = 4


def short_hash(sha256: str) -> str:
    """Return the first 16 digits of a hash in groups of four."""
    return " ".join(sha256[first : first + _GROUP] for first in range(0, _GROUP * _GROUPS, _GROUP))
