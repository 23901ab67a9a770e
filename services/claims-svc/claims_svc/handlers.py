"""Events and timers in: lock and load the claims that a batch touches, decide, store, publish."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TypeVar
from uuid import UUID

import structlog
from uuid_utils.compat import uuid7

from chassis.consuming.delivery import Batch
from chassis.database import Connection
from chassis.giving_way import GivingWay
from chassis.telemetry.tracing import trace_id_of
from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc.domain.claim import Claim
from claims_svc.domain.deadlines import DEADLINE_OF, WAITS_OVER
from claims_svc.domain.decision import Decision
from claims_svc.domain.intake import refusal_of
from claims_svc.domain.likeness import Found, Sought, outline_of
from claims_svc.domain.occurrence import ClaimUse, EventUses
from claims_svc.domain.product import EVENT_LENGTH
from claims_svc.domain.working_set import Changes, WorkingSet
from claims_svc.repository import (
    claims,
    decisions,
    event_uses,
    former_outlines,
    human_reviews,
    joined_reports,
    like_claims,
    policies,
    policy_changes,
    rainfall,
    waits,
)
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged
from contracts.weather import RainfallAssessed

log = structlog.get_logger(__name__)
T = TypeVar("T")

POLICY_SLICE = "policy-slice"
"""The timer, with a policy's number as its key, that makes the next slice of its claims follow a new version."""
SLICE_CLAIMS = 200
CLAIMS_AT_ONCE = 1_000
"""As many claims as one batch of policies advances; those of the other policies follow in slices."""
WAITS_AT_ONCE = 20
"""Timers of waits that one transaction looks through, each of as many claims as a batch has."""
_CLAIMS_A_LINE = 40
"""Claims in one log line: it stays below 8 KB."""


async def register_claims(reports: Batch[LossReported], work: Work) -> None:
    """Open a claim for every new loss, let other reports of it join, replace corrected ones, and advance each claim."""
    accepted = _accepted(reports, work)
    if not accepted:
        return
    received = [delivery.event for delivery in accepted]
    policy_numbers = {report.policy_number for report in received}
    report_ids = {report.report_id for report in received}
    await policies.insert_placeholders(work.connection, policy_numbers=policy_numbers)
    known, locked = await _lock(work.connection, policy_numbers=policy_numbers, report_ids=report_ids)
    found = await _find_alike(work.connection, received, locked)
    same = {each.same.claim_id for each in found.values() if each.same is not None}
    if same:
        # Their policies are locked: nobody else holds a lock on one of them.
        locked = {**locked, **await claims.lock(work.connection, claim_ids=same)}
    working_set = await _load(work, known, locked, reports=received, found=found)
    async for delivery in GivingWay(accepted):
        working_set.apply_report(delivery.event, new_claim_id=uuid7(), trace=delivery.trace)
    await _store(working_set.changes, work)


def _accepted(reports: Batch[LossReported], work: Work) -> Batch[LossReported]:
    """Refuse what no claim may be opened for, and return the rest."""
    accepted = []
    for delivery in reports:
        refusal = refusal_of(delivery.event, now=work.now)
        if refusal is None:
            accepted.append(delivery)
        else:
            work.refuse(delivery, code=refusal.code, reason=refusal.reason)
    return accepted


async def _find_alike(
    connection: Connection, reports: Sequence[LossReported], known: Mapping[UUID, Claim]
) -> Mapping[Sought, Found]:
    """Find the claims alike to new and corrected reports, other than the `known` ones."""
    stored = {report.report_id: (claim, report) for claim in known.values() for report in claim.reports}
    sought = set()
    for report in reports:
        claim, before = stored.get(report.report_id, (None, None))
        if before is None or report.report_version > before.report_version:
            opened = claim is not None and claim.report is before
            sought.add(Sought(outline=outline_of(report), own=claim.claim_id if claim and opened else None))
    return await like_claims.find(connection, sought=sought, except_for=known.keys()) if sought else {}


async def update_policies(changed: Batch[PolicyChanged], work: Work) -> None:
    """Keep the newest version of each policy, and advance the claims that wait for it or were decided on it.

    The claims of a policy that has many follow it in slices, each in a transaction of its own: see `follow_policies`.
    """
    policy_numbers = {delivery.event.policy_number for delivery in changed}
    await policies.insert_placeholders(work.connection, policy_numbers=policy_numbers)
    known = await policies.lock(work.connection, policy_numbers=policy_numbers)
    # Most policies that arrive have no claims or are repeated: only claims of newer ones are locked and read.
    newer = _newer_versions([delivery.event for delivery in changed], known)
    touched = {policy.policy_number for policy in newer}
    first_claims = await _lock_first_claims(work.connection, policy_numbers=touched) if touched else []
    crowded = _crowded(first_claims, policy_numbers=touched)
    few = {claim.claim_id: claim for claim in first_claims if claim.report.policy_number not in crowded}
    working_set = await _load(work, known, few)
    for policy in newer:
        async for claim_id in GivingWay(working_set.apply_policy(policy)):
            working_set.follow_policy(claim_id)
    await _store(working_set.changes, work)
    if crowded:
        await _let_follow([policy for policy in newer if policy.policy_number in crowded], work)


def _newer_versions(
    policies_in_order: Sequence[PolicyChanged], known: Mapping[str, PolicyChanged | None]
) -> Sequence[PolicyChanged]:
    """Return those with a higher version than any version of the same policy before them."""
    newest = dict(known)
    newer = []
    for policy in policies_in_order:
        before = newest[policy.policy_number]
        if before is None or policy.version > before.version:
            newest[policy.policy_number] = policy
            newer.append(policy)
    return newer


async def _lock_first_claims(connection: Connection, *, policy_numbers: Collection[str]) -> Sequence[Claim]:
    """Lock so many claims that a policy with more than a slice of them shows; see `_crowded`."""
    return await claims.lock_first(
        connection, policy_numbers=policy_numbers, of_each=SLICE_CLAIMS + 1, at_most=CLAIMS_AT_ONCE + 1
    )


def _crowded(first_claims: Sequence[Claim], *, policy_numbers: Collection[str]) -> Collection[str]:
    """Return the policies whose claims cannot all be advanced in this transaction."""
    count = Counter(claim.report.policy_number for claim in first_claims)
    crowded = {number for number in policy_numbers if count[number] > SLICE_CLAIMS}
    if len(first_claims) > CLAIMS_AT_ONCE:
        # Claims were read by policy number up to here: of this policy and all after it there may be more.
        crowded |= {number for number in policy_numbers if number >= first_claims[-1].report.policy_number}
    return crowded


async def _let_follow(versions: Sequence[PolicyChanged], work: Work) -> None:
    """Let claims follow these versions in slices.

    Policies that have versions to follow have a timer already. It is not set again: when it fires just now, its handler
    waits for the lock on the policy that is held here.
    """
    first = await policy_changes.insert(work.connection, policies=versions)
    work.schedule(*(Timer(POLICY_SLICE, number, work.now) for number in sorted(first)))


async def follow_policies(due: Sequence[DueTimer], work: Work) -> None:
    """Let the next slice of a policy's claims follow the oldest version that not all of them have followed yet.

    One policy a transaction. The slice, how far it came and the timer for the next one are committed together.
    """
    (timer,) = due
    number = timer.key
    known = await policies.lock(work.connection, policy_numbers=[number])
    change = await policy_changes.oldest(work.connection, policy_number=number)
    if change is None:
        return
    followers = await claims.lock_slice(
        work.connection,
        policy_number=number,
        before_version=change.policy.version,
        after=change.followed_to,
        at_most=SLICE_CLAIMS,
    )
    working_set = await _load(work, known, followers, versions_behind={number: [change.policy]})
    async for claim_id in GivingWay(sorted(followers)):
        working_set.follow_policy(claim_id)
    await _store(working_set.changes, work)
    if len(followers) == SLICE_CLAIMS:
        await policy_changes.advance(work.connection, policy=change.policy, followed_to=max(followers))
    elif not await policy_changes.delete(work.connection, policy=change.policy):
        return
    work.schedule(Timer(POLICY_SLICE, number, work.now))


async def apply_rainfall(answers: Batch[RainfallAssessed], work: Work) -> None:
    """Keep the newest answer of each claim, and decide (or decide again) what it makes decidable."""
    claim_ids = {delivery.event.claim_id for delivery in answers}
    working_set = await _load(work, *await _lock(work.connection, claim_ids=claim_ids))
    async for delivery in GivingWay(answers):
        if not working_set.apply_rainfall(delivery.event, trace=delivery.trace):
            claim_id = str(delivery.event.claim_id)
            work.after_commit(partial(log.warning, "rainfall.unmatched", claim_id=claim_id))
    await _store(working_set.changes, work)


async def find_overdue(due: Sequence[DueTimer], work: Work) -> None:
    """Set the timer of each claim that still waits at the end of waits that began together: see `end_waits`."""
    wait_ids = [UUID(timer.key) for timer in due]
    overdue = await waits.pop_overdue(work.connection, wait_ids=wait_ids, now=work.now)
    work.schedule(*(Timer(DEADLINE_OF[claim.state], str(claim.claim_id), work.now, claim.trace) for claim in overdue))


async def end_waits(due: Sequence[DueTimer], work: Work) -> None:
    """Advance claims whose wait is over without what never came: mostly to a handler."""
    claim_ids = {UUID(timer.key) for timer in due}
    working_set = await _load(work, *await _lock(work.connection, claim_ids=claim_ids))
    async for timer in GivingWay(due):
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
    work: Work,
    locked_policies: Mapping[str, PolicyChanged | None],
    locked_claims: Mapping[UUID, Claim],
    *,
    reports: Sequence[LossReported] = (),
    versions_behind: Mapping[str, Sequence[PolicyChanged]] | None = None,
    found: Mapping[Sought, Found] = MappingProxyType({}),
) -> WorkingSet:
    """Load what else the next steps of the locked claims, and of those that `reports` open, depend on.

    `versions_behind` are the versions that the claims are to follow; by default all that they have not followed yet.
    """
    connection = work.connection
    decided = [claim_id for claim_id, claim in locked_claims.items() if claim.claim_version > 0]
    if versions_behind is None:
        behind = {claim.report.policy_number for claim in locked_claims.values() if _is_behind(claim, locked_policies)}
        versions_behind = await policy_changes.of_policies(connection, policy_numbers=behind) if behind else {}
    return WorkingSet(
        policies=locked_policies,
        claims=locked_claims,
        uses=EventUses(await _load_uses(connection, locked_claims, decided=decided, reports=reports)),
        standing=await decisions.standing(connection, claim_ids=decided) if decided else {},
        now=work.now,
        versions_behind=versions_behind,
        found=found,
    )


def _is_behind(claim: Claim, known: Mapping[str, PolicyChanged | None]) -> bool:
    policy = known[claim.report.policy_number]
    return policy is not None and claim.policy_version < policy.version


async def _load_uses(
    connection: Connection,
    locked_claims: Mapping[UUID, Claim],
    *,
    decided: Collection[UUID],
    reports: Sequence[LossReported],
) -> Sequence[ClaimUse]:
    all_reports = [*reports, *(claim.report for claim in locked_claims.values())]
    if not all_reports:
        return ()
    return await event_uses.around(
        connection,
        losses={(report.policy_number, report.loss.from_at) for report in all_reports},
        claim_ids=decided,
        event_length=EVENT_LENGTH,
    )


async def _store(changes: Changes, work: Work) -> None:
    """Store what changed, one statement per kind of thing, and publish."""
    connection = work.connection
    if changes.policies:
        await policies.store(connection, policies=changes.policies.values())
    await _store_claims(changes, work)
    if changes.rainfall:
        await rainfall.store(connection, answers=list(changes.rainfall.values()))
    if changes.decisions:
        await decisions.insert(connection, decisions=changes.decisions)
    if changes.event_uses:
        await event_uses.store(connection, uses=changes.event_uses, decided_before=changes.decided_before)
    if changes.reviews:
        await human_reviews.insert(connection, reviews=changes.reviews)
    await _set_timers(changes, work)
    for event, trace in changes.published:
        work.publish(event, trace=trace)
    work.after_commit(partial(_log, changes))


async def _store_claims(changes: Changes, work: Work) -> None:
    connection = work.connection
    if changes.opened:
        await claims.insert(connection, claims=list(changes.opened.values()))
    if changes.updated:
        await claims.update(connection, claims=list(changes.updated.values()))
    if changes.restated:
        await claims.restate(connection, claims=[changes.updated[claim_id] for claim_id in changes.restated])
    if changes.left:
        await joined_reports.delete(connection, report_ids=changes.left)
    if changes.joined:
        await joined_reports.store(connection, joined=changes.joined.values(), now=work.now)
    if changes.former:
        await former_outlines.insert(connection, outlines=changes.former)


async def _set_timers(changes: Changes, work: Work) -> None:
    """Set one timer for all waits that end at one moment; a claim that is decided before needs no further look."""
    ending: defaultdict[datetime, list[UUID]] = defaultdict(list)
    for claim_id, ends_at in changes.waits.items():
        ending[ends_at].append(claim_id)
    for ends_at, claim_ids in ending.items():
        wait_id = uuid7()
        await waits.insert(work.connection, wait_id=wait_id, claim_ids=claim_ids)
        work.schedule(Timer(WAITS_OVER, str(wait_id), ends_at))


def _log(changes: Changes) -> None:
    """Log what happened, many claims in a line; a line per claim would cost more than deciding it."""
    for opened in _lines(list(changes.opened.values())):
        log.info("claim.opened", claims=[_opened(claim) for claim in opened])
    traces = {claim.claim_id: claim.trace for claim in (*changes.opened.values(), *changes.updated.values())}
    for joined in _lines(list(changes.joined.values())):
        log.info("report.joined", claims=[_joined(claim_id, report, traces) for claim_id, report in joined])
    for decided in _lines(changes.decisions):
        log.info("claim.decided", claims=[_decided(decision, traces) for decision in decided])
    for reviews in _lines(changes.reviews):
        log.info("human_review.requested", claims=[_about(review.claim_id, traces) for review in reviews])


def _lines(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for first in range(0, len(items), _CLAIMS_A_LINE):
        yield items[first : first + _CLAIMS_A_LINE]


def _opened(claim: Claim) -> dict[str, object]:
    return {
        "claim_id": str(claim.claim_id),
        "report_id": str(claim.report.report_id),
        "state": claim.state,
        "trace_id": trace_id_of(claim.trace),
    }


def _joined(claim_id: UUID, report: LossReported, traces: Mapping[UUID, str | None]) -> dict[str, object]:
    return {"report_id": str(report.report_id), **_about(claim_id, traces)}


def _about(claim_id: UUID, traces: Mapping[UUID, str | None]) -> dict[str, object]:
    return {"claim_id": str(claim_id), "trace_id": trace_id_of(traces[claim_id])}


def _decided(decision: Decision, traces: Mapping[UUID, str | None]) -> dict[str, object]:
    event = decision.event
    return {
        **_about(event.claim_id, traces),
        "claim_version": event.claim_version,
        "outcome": event.outcome,
        "ground": event.deciding_ground,
    }
