"""Where a request comes from, as far as limits and the audit trail care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`address` is an IP address."""

    address: str
    device_secrets: Sequence[str] = field(default=(), repr=False)
    """The secrets by which a browser is known, one for each account that remembers it, the latest first."""
    session_secret: str | None = field(default=None, repr=False)
    """That of the session which the browser has."""
    device_name: str = "unknown"
    """What a browser or app calls itself, shortened: people recognise their devices by it."""
