"""Events and timers in: lock and load the claims that a batch touches, decide, store, publish."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from chassis.consuming.delivery import Batch
from chassis.database import Connection
from chassis.telemetry.tracing import trace_id_of
from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc.domain.claim import Claim
from claims_svc.domain.decision import Decision
from claims_svc.domain.working_set import Changes, WorkingSet
from claims_svc.repository import claims, decisions, deductible_uses, human_reviews, policies, rainfall
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged
from contracts.weather import RainfallAssessed

log = structlog.get_logger(__name__)


async def register_claims(reports: Batch[LossReported], work: Work) -> None:
    """Open a claim for every new report, replace the facts of corrected ones, and advance each."""
    policy_numbers = {delivery.event.policy_number for delivery in reports}
    report_ids = {delivery.event.report_id for delivery in reports}
    await policies.insert_placeholders(work.connection, policy_numbers=policy_numbers)
    locked = await _lock(work.connection, policy_numbers=policy_numbers, report_ids=report_ids)
    working_set = await _load(work, *locked)
    for delivery in reports:
        working_set.apply_report(delivery.event, new_claim_id=uuid7(), trace=delivery.trace)
    await _store(working_set.changes, work)


async def update_policies(changed: Batch[PolicyChanged], work: Work) -> None:
    """Keep the newest version of each policy, and advance the claims that wait for it or were decided on it."""
    policy_numbers = {delivery.event.policy_number for delivery in changed}
    await policies.insert_placeholders(work.connection, policy_numbers=policy_numbers)
    known = await policies.lock(work.connection, policy_numbers=policy_numbers)
    # Most policies that arrive have no claims or are repeated: only claims of newer ones are locked and read.
    newer = [delivery.event for delivery in changed if _is_newer(delivery.event, known)]
    touched = {policy.policy_number for policy in newer}
    touched_claims = await claims.lock(work.connection, policy_numbers=touched) if touched else {}
    working_set = await _load(work, known, touched_claims)
    for policy in newer:
        working_set.apply_policy(policy)
    await _store(working_set.changes, work)


def _is_newer(policy: PolicyChanged, known: Mapping[str, PolicyChanged | None]) -> bool:
    before = known[policy.policy_number]
    return before is None or policy.version > before.version


async def apply_rainfall(answers: Batch[RainfallAssessed], work: Work) -> None:
    """Keep the newest answer of each claim, and decide (or decide again) what it makes decidable."""
    claim_ids = {delivery.event.claim_id for delivery in answers}
    working_set = await _load(work, *await _lock(work.connection, claim_ids=claim_ids))
    for delivery in answers:
        if not working_set.apply_rainfall(delivery.event, trace=delivery.trace):
            log.warning("rainfall.unmatched", claim_id=str(delivery.event.claim_id))
    await _store(working_set.changes, work)


async def end_waits(due: Sequence[DueTimer], work: Work) -> None:
    """Advance claims whose wait is over without what never came: mostly to a handler."""
    claim_ids = {UUID(timer.key) for timer in due}
    working_set = await _load(work, *await _lock(work.connection, claim_ids=claim_ids))
    for timer in due:
        working_set.end_wait(UUID(timer.key), kind=timer.kind)
    await _store(working_set.changes, work)


async def _lock(
    connection: Connection,
    *,
    policy_numbers: Collection[str] = (),
    report_ids: Collection[UUID] = (),
    claim_ids: Collection[UUID] = (),
) -> tuple[Mapping[str, PolicyChanged | None], Mapping[UUID, Claim]]:
    """Lock the policies concerned and then the claims.

    A claim whose report was moved to another policy while we waited for the lock brings that policy along. The order
    of locks is lost in that case only, and the chassis retries after a deadlock.
    """
    locked = dict(
        await policies.lock(connection, policy_numbers=policy_numbers, report_ids=report_ids, claim_ids=claim_ids)
    )
    while True:
        locked_claims = await claims.lock(connection, report_ids=report_ids, claim_ids=claim_ids)
        moved_to = {claim.report.policy_number for claim in locked_claims.values()} - locked.keys()
        if not moved_to:
            return locked, locked_claims
        locked |= await policies.lock(connection, policy_numbers=moved_to)


async def _load(
    work: Work, locked_policies: Mapping[str, PolicyChanged | None], locked_claims: Mapping[UUID, Claim]
) -> WorkingSet:
    """Load what else the next steps of the locked claims depend on."""
    decided = [claim_id for claim_id, claim in locked_claims.items() if claim.claim_version > 0]
    return WorkingSet(
        policies=locked_policies,
        claims=locked_claims,
        uses=await deductible_uses.of_policies(work.connection, policy_numbers=locked_policies.keys()),
        standing=await decisions.standing(work.connection, claim_ids=decided) if decided else {},
        now=work.now,
    )


async def _store(changes: Changes, work: Work) -> None:
    """Store what changed, one statement per kind of thing, and publish."""
    connection = work.connection
    if changes.policies:
        await policies.store(connection, policies=changes.policies.values())
    if changes.opened:
        await claims.insert(connection, claims=list(changes.opened.values()))
    if changes.reports:
        await claims.replace_reports(connection, reports=list(changes.reports.values()))
    if changes.updated:
        await claims.update(connection, claims=list(changes.updated.values()))
    if changes.rainfall:
        await rainfall.store(connection, answers=list(changes.rainfall.values()))
    if changes.decisions:
        await decisions.insert(connection, decisions=changes.decisions)
    if changes.deductible_uses:
        await deductible_uses.store(connection, uses=list(changes.deductible_uses.values()))
    if changes.reviews:
        await human_reviews.insert(connection, reviews=changes.reviews)
    await _set_timers(changes, work)
    for event, trace in changes.published:
        work.publish(event, trace=trace)
    _log(changes)


async def _set_timers(changes: Changes, work: Work) -> None:
    ended: defaultdict[str, list[str]] = defaultdict(list)
    for (kind, claim_id), due_at in changes.deadlines.items():
        if due_at is None:
            ended[kind].append(str(claim_id))
        else:
            claim = changes.opened.get(claim_id) or changes.updated[claim_id]
            work.schedule(Timer(kind, str(claim_id), due_at, trace=claim.trace))
    for kind, keys in ended.items():
        await work.cancel(kind, keys)


def _log(changes: Changes) -> None:
    """Log one line for each kind of thing that happened; a line per claim would cost more than deciding it."""
    if changes.opened:
        log.info("claim.opened", claims=[_opened(claim) for claim in changes.opened.values()])
    if changes.decisions:
        traces = {claim.claim_id: claim.trace for claim in (*changes.opened.values(), *changes.updated.values())}
        log.info("claim.decided", claims=[_decided(decision, traces) for decision in changes.decisions])
    if changes.reviews:
        log.info("human_review.requested", claims=[{"claim_id": str(review.claim_id)} for review in changes.reviews])


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
