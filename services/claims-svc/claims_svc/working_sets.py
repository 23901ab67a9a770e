"""The claims that a unit of work touches: locked and loaded from the database, and what changed in them stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from types import MappingProxyType
from uuid import UUID

from msgspec.structs import replace
from uuid_utils.compat import uuid7

from chassis.database import Connection
from chassis.unit_of_work import Timer, Work
from claims_svc import asking, desk, figures, job_ends, log_lines, offering, paying, unsettled
from claims_svc.domain.changes import Changes
from claims_svc.domain.claim import Claim, ClaimState
from claims_svc.domain.deadlines import (
    RAIN_AWAITED,
    RAIN_AWAITED_ANEW,
    RAIN_TOLD_ANEW_AFTER,
    WAITS_OVER,
    may_know_day_of_rain,
    rain_is_told_at,
)
from claims_svc.domain.likeness import Found, Sought, outline_of
from claims_svc.domain.occurrence import ClaimUse, EventUses
from claims_svc.domain.payment import Due, due_of, in_kind
from claims_svc.domain.product import EVENT_LENGTH
from claims_svc.domain.redetermination import OTHERS_CHANGED
from claims_svc.domain.supplement import Supplement
from claims_svc.domain.working_set import WorkingSet
from claims_svc.repository import (
    additions,
    claims,
    decisions,
    event_uses,
    former_outlines,
    joined_reports,
    like_claims,
    policies,
    policy_changes,
    rainfall,
    repairs,
    report_events,
    waits,
)
from contracts.claims import DecisionMade
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged
from contracts.topic import Event


async def lock_for_reports(
    connection: Connection, reports: Sequence[LossReported]
) -> tuple[Mapping[str, PolicyChanged | None], Mapping[UUID, Claim]]:
    """Lock the policies that these reports name and those of the claims that they opened or joined, then these claims.

    A policy that was never heard of gets a row, so that it can be locked. A claim on another policy than its report
    names brings that policy along. Corrections, which can move a report to another policy, are looked up before. So
    the order of locks is lost only for a policy never heard of, for a first version that comes again after its claim
    was moved, and for a claim that is moved while we wait: the chassis retries after a deadlock.
    """
    policy_numbers = {report.policy_number for report in reports}
    corrections = {report.report_id for report in reports if report.report_version > 1}
    if corrections:
        locked = await policies.lock_with_those_of_claims(
            connection, policy_numbers=policy_numbers, report_ids=corrections
        )
    else:
        locked = await policies.lock(connection, policy_numbers=policy_numbers)
    unknown = policy_numbers - locked.keys()
    if unknown:
        await policies.insert_placeholders(connection, policy_numbers=unknown)
        locked = {**locked, **await policies.lock(connection, policy_numbers=unknown)}
    claim_ids = await claims.of_reports(connection, report_ids={report.report_id for report in reports})
    return await _lock_claims(connection, locked, claim_ids=claim_ids)


async def lock(
    connection: Connection, *, claim_ids: Collection[UUID]
) -> tuple[Mapping[str, PolicyChanged | None], Mapping[UUID, Claim]]:
    """Lock the policies of these claims and then the claims.

    A claim whose report was moved to another policy while we waited for the lock brings that policy along. The order
    of locks is lost in that case only, and the chassis retries after a deadlock.
    """
    locked = await policies.lock_with_those_of_claims(connection, claim_ids=claim_ids)
    return await _lock_claims(connection, locked, claim_ids=claim_ids)


async def _lock_claims(
    connection: Connection, locked: Mapping[str, PolicyChanged | None], *, claim_ids: Collection[UUID]
) -> tuple[Mapping[str, PolicyChanged | None], Mapping[UUID, Claim]]:
    """Lock these claims, and the policies of those that are not on a `locked` one."""
    if not claim_ids:
        return locked, {}
    while True:
        locked_claims = await claims.lock(connection, claim_ids=claim_ids)
        moved_to = {claim.report.policy_number for claim in locked_claims.values()} - locked.keys()
        if not moved_to:
            return locked, locked_claims
        locked = {**locked, **await policies.lock(connection, policy_numbers=moved_to)}


async def find_alike(
    connection: Connection, reports: Sequence[LossReported], known: Mapping[UUID, Claim]
) -> Mapping[Sought, Found]:
    """Find the claims alike to new and corrected reports, other than the `known` ones."""
    stored = {report.report_id: (claim, report) for claim in known.values() for report in claim.reports}
    sought = set()
    for report in reports:
        claim, before = stored.get(report.report_id, (None, None))
        if before is None or report.report_version > before.report_version:
            if claim is not None and claim.report is before:
                sought.add(Sought(outline=claim.outline_corrected_by(report), own=claim.claim_id))
            else:
                sought.add(Sought(outline=outline_of(report), own=None))
    return await like_claims.find(connection, sought=sought, except_for=known.keys()) if sought else {}


async def find_alike_to_supplemented(connection: Connection, claim: Claim, told: Supplement) -> Mapping[Sought, Found]:
    """Find the claims alike to `claim` as `told` completes it, where that makes it be about something else."""
    outline = claim.outline_supplemented_by(told)
    if outline == claim.outline:
        return {}
    sought = {Sought(outline=outline, own=claim.claim_id)}
    return await like_claims.find(connection, sought=sought, except_for={claim.claim_id})


async def load(
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
    losses = {
        (report.policy_number, report.loss.from_at)
        for report in (*reports, *(claim.report for claim in locked_claims.values()))
    }
    if not losses:
        return ()
    having = await event_uses.policies_with_any(connection, policy_numbers={number for number, _ in losses})
    if not having and not decided:
        return ()
    return await event_uses.around(
        connection,
        losses=[(number, from_at) for number, from_at in losses if number in having],
        claim_ids=decided,
        event_length=EVENT_LENGTH,
    )


async def store(changes: Changes, work: Work) -> None:
    """Store what changed, one statement per kind of thing, and publish."""
    connection = work.connection
    if changes.policies:
        await policies.store(connection, policies=changes.policies.values())
    await _store_claims(changes, work)
    if changes.rainfall:
        await rainfall.store(connection, answers=list(changes.rainfall.values()), now=work.now)
    if changes.decisions:
        await decisions.insert(connection, decisions=changes.decisions)
    if changes.event_uses:
        await event_uses.store(connection, uses=changes.event_uses, decided_before=changes.decided_before)
    if changes.ground_moved:
        await _let_others_follow(changes, work)
    await _store_what_people_add(changes, work)
    await _set_timers(changes, work)
    freed = await job_ends.end_uncovered(changes, work) if changes.decided_before else ()
    await _let_people_know(changes, work)
    for event, trace in await _with_repairs(changes, work):
        work.publish(event, trace=trace)
    if due := _due(changes, freed):
        await paying.order(work, due)
    if changes.decisions:
        await offering.announce(changes, work)
    work.after_commit(partial(log_lines.write, changes))
    work.after_commit(partial(figures.count, changes))


async def _let_people_know(changes: Changes, work: Work) -> None:
    if changes.decisions or changes.reviews or changes.supplements:
        await desk.keep(changes, work)
    if moved := changes.moved:
        await unsettled.follow(work, moved)


async def _let_others_follow(changes: Changes, work: Work) -> None:
    """Let the claims that rest on what others no longer have be decided again, each in its own time.

    No two transactions set the same timer: one that fires waits for the lock on the policy that is held here.
    """
    resting = await event_uses.resting_on(work.connection, moved=changes.ground_moved, event_length=EVENT_LENGTH)
    work.schedule(
        *(
            Timer(OTHERS_CHANGED, f"{claim_id} {proof}", work.now)
            for claim_id, proofs in sorted(resting.items())
            for proof in proofs
        )
    )


async def _with_repairs(changes: Changes, work: Work) -> Sequence[tuple[Event, str | None]]:
    """Return what is to be published, where decisions say what is repaired; only of a claim with a past anything is."""
    if not changes.ordered_before:
        return changes.published
    beside = await repairs.paid_beside(work.connection, claim_ids=changes.ordered_before)
    if not beside:
        return changes.published
    paid_cents = {claim_id: paid.ordered_cents for claim_id, paid in beside.items()}
    collected_cents = {claim_id: paid.collected_cents for claim_id, paid in beside.items()}
    published: list[tuple[Event, str | None]] = []
    for event, trace in changes.published:
        told = event
        if isinstance(event, DecisionMade) and event.claim_id in paid_cents:
            at_most_cents = beside[event.claim_id].repaired_cents
            repaired = in_kind(
                event,
                paid_before_cents=paid_cents[event.claim_id],
                repaired_at_most_cents=at_most_cents,
                collected_cents=collected_cents[event.claim_id],
            )
            told = replace(event, in_kind=repaired)
            paid_cents[event.claim_id] += repaired.to_pay_cents if repaired else event.money.to_pay_cents or 0
            if repaired is not None and at_most_cents is not None:
                collected_cents[event.claim_id] = repaired.borne_by_customer_cents
        published.append((told, trace))
    more = {claim_id: cents - beside[claim_id].collected_cents for claim_id, cents in collected_cents.items()}
    if more := {claim_id: cents for claim_id, cents in more.items() if cents}:
        await repairs.collect(work.connection, more_cents=more)
    return published


def _due(changes: Changes, freed: Collection[UUID]) -> Sequence[Due]:
    """Return what the newest decisions promise of the claims of which something can be left to order.

    Of a claim with a past, its own or that of one joined to it, that can be what was promised then: its repair was to
    take it, or its payment failed. `freed` are claims of which money is held back no longer.
    """
    paid = {decision.event.claim_id for decision in changes.decisions if decision.event.money.to_pay_cents}
    paid |= {*changes.ordered_before, *freed}
    if not paid:
        return ()
    newest = {
        event.claim_id: due_of(event, trace=trace)
        for event, trace in changes.published
        if isinstance(event, DecisionMade) and event.claim_id in paid
    }
    return [due for due in newest.values() if due is not None]


async def _store_what_people_add(changes: Changes, work: Work) -> None:
    connection = work.connection
    if changes.supplements:
        await additions.insert_supplements(connection, supplements=changes.supplements)
    if changes.rulings:
        await additions.insert_rulings(connection, rulings=changes.rulings)
    if changes.asked:
        await additions.insert_questions(connection, asked=changes.asked, now=work.now)
        await asking.announce(changes, work)


async def _store_claims(changes: Changes, work: Work) -> None:
    connection = work.connection
    if changes.opened:
        await claims.insert(connection, claims=list(changes.opened.values()))
    if changes.updated:
        await claims.update(connection, claims=list(changes.updated.values()), now=work.now)
    if changes.restated:
        await claims.restate(connection, claims=[changes.updated[claim_id] for claim_id in changes.restated])
    if changes.corrections:
        await report_events.insert_corrections(connection, corrections=changes.corrections, now=work.now)
    if changes.left:
        await joined_reports.delete(connection, report_ids=changes.left, by_hand=bool(changes.rulings), now=work.now)
    if changes.joined:
        await joined_reports.store(connection, joined=changes.joined.values(), now=work.now)
    if changes.former:
        await former_outlines.insert(connection, outlines=changes.former)


async def _set_timers(changes: Changes, work: Work) -> None:
    """Set one timer for all waits that end at one moment; a claim that is decided before needs no further look.

    For waits for rain there is another one, half-way, and one soon for each that may move a day its customer was told.
    """
    claims_now = {**changes.updated, **changes.opened}
    ending: defaultdict[datetime, list[UUID]] = defaultdict(list)
    for claim_id, ends_at in changes.waits.items():
        ending[ends_at].append(claim_id)
    for ends_at, claim_ids in ending.items():
        wait_id = uuid7()
        await waits.insert(work.connection, wait_id=wait_id, claim_ids=claim_ids)
        work.schedule(Timer(WAITS_OVER, str(wait_id), ends_at))
        if any(claims_now[claim_id].state is ClaimState.WAITING_FOR_RAINFALL for claim_id in claim_ids):
            work.schedule(Timer(RAIN_AWAITED, str(wait_id), rain_is_told_at(ends_at)))
    for claim_id in sorted(changes.waits_anew):
        claim = claims_now[claim_id]
        if claim.state is ClaimState.WAITING_FOR_RAINFALL and may_know_day_of_rain(claim, now=work.now):
            work.schedule(Timer(RAIN_AWAITED_ANEW, str(claim_id), work.now + RAIN_TOLD_ANEW_AFTER, claim.trace))
