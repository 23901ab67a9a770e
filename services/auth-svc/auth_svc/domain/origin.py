"""Where a request comes from, as far as limits and the audit trail care."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """`address` is an IP address, `device` the secret of a device that was remembered, `session` that of a session."""

    address: str
    device: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False)
    device_name: str = "unknown"
    """What a browser or app calls itself, shortened: people recognise their devices by it."""
