"""What the service does on what it hears: lock and load what a batch touches, let it take effect, store and say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from chassis.consuming.batch import Batch
from chassis.database import Connection
from chassis.telemetry.tracing import trace_id_of
from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc.caseload import Caseload, Changes
from claims_svc.claim import Claim, Decision
from claims_svc.repository import claims as claim_rows
from claims_svc.repository import decisions as decision_rows
from claims_svc.repository import policies as policy_rows
from contracts.policy import PolicyChanged
from contracts.upstream import LossReported
from contracts.weather import RainfallAssessed

log = structlog.get_logger(__name__)


async def register_claims(reports: Batch[LossReported], work: Work) -> None:
    """Open a claim for every new report, replace the facts of corrected ones, and take each as far as it goes."""
    numbers = {delivery.event.policy_number for delivery in reports}
    await policy_rows.name_policies(work.connection, policy_numbers=numbers)
    report_ids = {delivery.event.report_id for delivery in reports}
    policies, claims = await _lock(work.connection, policy_numbers=numbers, report_ids=report_ids)
    caseload = await _caseload(work, policies=policies, claims=claims)
    for delivery in reports:
        caseload.take_report(delivery.event, new_claim_id=uuid7(), trace=delivery.trace)
    await _conclude(caseload.changes, work)


async def take_over_policies(policies: Batch[PolicyChanged], work: Work) -> None:
    """Keep the newest version of each policy, and let the claims that wait for it or were decided on it go on."""
    numbers = {delivery.event.policy_number for delivery in policies}
    await policy_rows.name_policies(work.connection, policy_numbers=numbers)
    known = await policy_rows.lock_policies(work.connection, policy_numbers=numbers)
    newer = [delivery.event for delivery in policies if _is_newer(delivery.event, known)]
    touched = {policy.policy_number for policy in newer}
    claims = await claim_rows.lock_claims(work.connection, policy_numbers=touched) if touched else {}
    caseload = await _caseload(work, policies=known, claims=claims)
    for policy in newer:
        caseload.take_policy(policy)
    await _conclude(caseload.changes, work)


def _is_newer(policy: PolicyChanged, known: Mapping[str, PolicyChanged | None]) -> bool:
    before = known[policy.policy_number]
    return before is None or policy.version > before.version


async def weigh_rainfall(answers: Batch[RainfallAssessed], work: Work) -> None:
    """Keep the newest answer of each claim, and decide (or decide again) what it makes decidable."""
    claim_ids = {delivery.event.claim_id for delivery in answers}
    policies, claims = await _lock(work.connection, claim_ids=claim_ids)
    caseload = await _caseload(work, policies=policies, claims=claims)
    for delivery in answers:
        if not caseload.take_rainfall(delivery.event, trace=delivery.trace):
            log.warning("rainfall for a claim nobody knows", claim_id=str(delivery.event.claim_id))
    await _conclude(caseload.changes, work)


async def end_waits(due: Sequence[DueTimer], work: Work) -> None:
    """Take claims whose wait is over as far as they go without what never came: mostly to a handler."""
    claim_ids = {UUID(timer.key) for timer in due}
    policies, claims = await _lock(work.connection, claim_ids=claim_ids)
    caseload = await _caseload(work, policies=policies, claims=claims)
    for timer in due:
        caseload.end_wait(UUID(timer.key), kind=timer.kind)
    await _conclude(caseload.changes, work)


async def _lock(
    connection: Connection,
    *,
    policy_numbers: Collection[str] = (),
    report_ids: Collection[UUID] = (),
    claim_ids: Collection[UUID] = (),
) -> tuple[Mapping[str, PolicyChanged | None], Mapping[UUID, Claim]]:
    """Lock the policies concerned and then the claims.

    A claim whose report named another policy while we waited for the lock brings that policy along; the order of
    locks is lost in that case only, and a deadlock that follows is tried again by the chassis.
    """
    policies = dict(
        await policy_rows.lock_policies(
            connection, policy_numbers=policy_numbers, report_ids=report_ids, claim_ids=claim_ids
        )
    )
    while True:
        claims = await claim_rows.lock_claims(connection, report_ids=report_ids, claim_ids=claim_ids)
        elsewhere = {claim.report.policy_number for claim in claims.values()} - policies.keys()
        if not elsewhere:
            return policies, claims
        policies |= await policy_rows.lock_policies(connection, policy_numbers=elsewhere)


async def _caseload(
    work: Work, *, policies: Mapping[str, PolicyChanged | None], claims: Mapping[UUID, Claim]
) -> Caseload:
    """Load what else the next steps of locked `claims` depend on."""
    decided = [claim_id for claim_id, claim in claims.items() if claim.claim_version > 0]
    standing = await decision_rows.standing_decisions(work.connection, claim_ids=decided) if decided else {}
    uses = await decision_rows.deductible_uses(work.connection, policy_numbers=policies.keys())
    return Caseload(policies=policies, claims=claims, uses=uses, standing=standing, now=work.now)


async def _conclude(changes: Changes, work: Work) -> None:
    """Store what changed, one statement per kind of thing, and say what is to be said."""
    connection = work.connection
    if changes.policies:
        await policy_rows.store_policies(connection, policies=changes.policies.values())
    if changes.opened:
        await claim_rows.insert_claims(connection, claims=list(changes.opened.values()))
    if changes.reports:
        await claim_rows.replace_reports(connection, reports=list(changes.reports.values()))
    if changes.moved:
        await claim_rows.update_claims(connection, claims=list(changes.moved.values()))
    if changes.rainfall:
        await claim_rows.store_rainfall(connection, answers=list(changes.rainfall.values()))
    if changes.decisions:
        await decision_rows.insert_decisions(connection, decisions=changes.decisions)
    if changes.uses:
        await decision_rows.store_deductible_uses(connection, uses=list(changes.uses.values()))
    if changes.reviews:
        await decision_rows.insert_reviews(connection, reviews=changes.reviews)
    await _set_deadlines(changes, work)
    for event, trace in changes.announced:
        work.publish(event, trace=trace)
    _tell(changes)


async def _set_deadlines(changes: Changes, work: Work) -> None:
    ended: defaultdict[str, list[str]] = defaultdict(list)
    for (kind, claim_id), due_at in changes.deadlines.items():
        if due_at is None:
            ended[kind].append(str(claim_id))
        else:
            claim = changes.opened.get(claim_id) or changes.moved[claim_id]
            work.schedule(Timer(kind, str(claim_id), due_at, trace=claim.trace))
    for kind, keys in ended.items():
        await work.cancel(kind, keys)


def _tell(changes: Changes) -> None:
    """Log one line for each kind of thing that happened; a line per claim would cost more than deciding it."""
    if changes.opened:
        log.info("opened", claims=[_opened(claim) for claim in changes.opened.values()])
    if changes.decisions:
        traces = {claim.claim_id: claim.trace for claim in (*changes.opened.values(), *changes.moved.values())}
        log.info("decided", claims=[_decided(decision, traces) for decision in changes.decisions])
    if changes.reviews:
        log.info("review asked", claims=[{"claim_id": str(review.claim_id)} for review in changes.reviews])


def _opened(claim: Claim) -> dict[str, object]:
    return {
        "claim_id": str(claim.claim_id),
        "report_id": str(claim.report.report_id),
        "state": claim.state,
        "trace_id": trace_id_of(claim.trace),
    }


def _decided(decision: Decision, traces: Mapping[UUID, str | None]) -> dict[str, object]:
    event = decision.event
    return {
        "claim_id": str(event.claim_id),
        "claim_version": event.claim_version,
        "outcome": event.outcome,
        "ground": event.deciding_ground,
        "trace_id": trace_id_of(traces[event.claim_id]),
    }
