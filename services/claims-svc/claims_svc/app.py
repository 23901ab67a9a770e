"""claims-svc put together: what it consumes, its timers and its commands."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Consumer, Service, TimerHandler, Worker
from claims_svc import handlers, policy_slices, proof_roots
from claims_svc.commands import COMMANDS
from claims_svc.domain.deadlines import POLICY_DEADLINE, RAINFALL_DEADLINE, WAITS_OVER
from claims_svc.settings import Settings
from contracts.loss_reports import LOSS_REPORTED
from contracts.policy import POLICY_CHANGED
from contracts.topics import CATALOGUE
from contracts.weather import RAINFALL_ASSESSED

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings) -> Service:
    roots = proof_roots.ProofRoots(root_key=lambda: settings.root_key, interval=settings.root_interval)
    return Service(
        name="claims-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=MIGRATIONS,
        consumers=(
            Consumer(LOSS_REPORTED, handlers.register_claims),
            Consumer(POLICY_CHANGED, handlers.update_policies),
            Consumer(RAINFALL_ASSESSED, handlers.apply_rainfall),
        ),
        timers=(
            TimerHandler(WAITS_OVER, handlers.find_overdue, at_once=handlers.WAITS_AT_ONCE),
            TimerHandler(POLICY_DEADLINE, handlers.end_waits),
            TimerHandler(RAINFALL_DEADLINE, handlers.end_waits),
            TimerHandler(policy_slices.POLICY_SLICE, policy_slices.follow_policies, reversible=True, at_once=1),
            TimerHandler(proof_roots.PROOF_ROOT, roots.announce),
        ),
        workers=(Worker("proof-root", proof_roots.begin),),
        commands=COMMANDS,
    )
