"""Where a request comes from, as far as limits and the audit trail care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`address` is an IP address, `session` the secret of a session."""

    address: str
    devices: Sequence[str] = field(default=(), repr=False)
    """The secrets by which a browser is known, one for each account that remembers it, the latest first."""
    session: str | None = field(default=None, repr=False)
    device_name: str = "unknown"
    """What a browser or app calls itself, shortened: people recognise their devices by it."""
