"""Alerts, and the objectives behind some of them, as Prometheus reads them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from observability.rules import claims, messages, objectives, platform, rain, security
from observability.rules.model import Group

ALERTS: Final[Sequence[Group]] = (
    platform.GROUP,
    platform.LOSSES,
    claims.GROUP,
    rain.GROUP,
    messages.GROUP,
    security.GROUP,
)
OBJECTIVES: Final[Sequence[Group]] = objectives.GROUPS
