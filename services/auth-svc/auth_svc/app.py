"""Everything auth-svc consumes and does."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from auth_svc.api import build_api
from auth_svc.commands.clients import CLIENTS
from auth_svc.commands.keys import keys_command
from auth_svc.parts import Parts
from auth_svc.settings import Settings
from auth_svc.workers import keys
from chassis.service import Service, Worker
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
        commands=(CLIENTS, keys_command(parts)),
        workers=(Worker(keys.NAME, partial(keys.keep_keys_supplied, parts=parts)),),
        api=build_api(parts),
    )
