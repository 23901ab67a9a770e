"""Everything claims-svc hears and does."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Command, Consumer, Service, TimerHandler
from claims_svc import claim_commands, handlers, proof_commands
from claims_svc.progress import POLICY_DEADLINE, RAINFALL_DEADLINE
from claims_svc.settings import Settings
from contracts.policy import POLICY_CHANGED
from contracts.topics import CATALOGUE
from contracts.upstream import LOSS_REPORTED
from contracts.weather import RAINFALL_ASSESSED

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings) -> Service:
    """Return the service."""
    return Service(
        name="claims-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=MIGRATIONS,
        consumers=(
            Consumer(LOSS_REPORTED, handlers.register_claims),
            Consumer(POLICY_CHANGED, handlers.take_over_policies),
            Consumer(RAINFALL_ASSESSED, handlers.weigh_rainfall),
        ),
        timers=(
            TimerHandler(POLICY_DEADLINE, handlers.end_waits),
            TimerHandler(RAINFALL_DEADLINE, handlers.end_waits),
        ),
        commands=(
            Command("claims", "Show how claims stand", claim_commands.add_arguments, claim_commands.run),
            Command("proofs", "Export and verify proofs", proof_commands.add_arguments, proof_commands.run),
        ),
    )
