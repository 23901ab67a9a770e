"""What the routes work with."""

from __future__ import annotations

from dataclasses import dataclass

from claims_svc.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """Made once, when the service starts."""

    settings: Settings
