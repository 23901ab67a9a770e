"""Everything policy-svc does: it consumes no topic, and publishes what its commands import."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Service
from contracts.topics import CATALOGUE
from policy_svc.commands import COMMANDS
from policy_svc.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings) -> Service:
    """Return the service."""
    return Service(
        name="policy-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=MIGRATIONS,
        commands=COMMANDS,
    )
