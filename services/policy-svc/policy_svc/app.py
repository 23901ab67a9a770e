"""Everything policy-svc hears and does: it hears nothing, and takes files of policies."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Command, Service
from contracts.topics import CATALOGUE
from policy_svc import announcing, importing
from policy_svc.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings) -> Service:
    """Return the service."""
    return Service(
        name="policy-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=MIGRATIONS,
        commands=(
            Command(
                "import-policies",
                "Import policies from a JSON-lines file",
                importing.add_arguments,
                importing.import_policies,
            ),
            Command("announce", "Announce the present state again", announcing.add_arguments, announcing.announce),
        ),
    )
