"""Everything auth-svc consumes and does."""

from __future__ import annotations

from pathlib import Path

from auth_svc.api import build_api
from auth_svc.parts import Parts
from auth_svc.settings import Settings
from chassis.service import Service
from contracts.topics import CATALOGUE

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings) -> Service:
    """Return the service."""
    parts = Parts.of(settings)
    return Service(
        name="auth-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=MIGRATIONS,
        api=build_api(parts),
    )
