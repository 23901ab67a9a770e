"""Events and timers in: lock and load the claims that a batch touches, decide, store, publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.consuming.delivery import Batch
from chassis.giving_way import GivingWay
from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc import log_lines, policy_slices, working_sets
from claims_svc.domain.deadlines import DEADLINE_OF
from claims_svc.domain.intake import refusal_of
from claims_svc.repository import claims, policies, waits
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged
from contracts.weather import RainfallAssessed

WAITS_AT_ONCE = 20
"""Timers of waits that one transaction looks through, each of as many claims as a batch has."""


async def register_claims(reports: Batch[LossReported], work: Work) -> None:
    """Open a claim for every new loss, let other reports of it join, replace corrected ones, and advance each claim."""
    accepted = _accepted(reports, work)
    if not accepted:
        return
    received = [delivery.event for delivery in accepted]
    known, locked = await working_sets.lock_for_reports(work.connection, received)
    found = await working_sets.find_alike(work.connection, received, locked)
    same = {each.same.claim_id for each in found.values() if each.same is not None}
    if same:
        # Their policies are locked: nobody else holds a lock on one of them.
        locked = {**locked, **await claims.lock(work.connection, claim_ids=same)}
    working_set = await working_sets.load(work, known, locked, reports=received, found=found)
    async for delivery in GivingWay(accepted):
        working_set.apply_report(delivery.event, new_claim_id=uuid7(), trace=delivery.trace)
    await working_sets.store(working_set.changes, work)


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


async def update_policies(changed: Batch[PolicyChanged], work: Work) -> None:
    """Keep the newest version of each policy, and advance the claims that wait for it or were decided on it.

    The claims of a policy that has many follow it in slices, each in a transaction of its own: see `policy_slices`.
    """
    policy_numbers = {delivery.event.policy_number for delivery in changed}
    await policies.insert_placeholders(work.connection, policy_numbers=policy_numbers)
    known = await policies.lock(work.connection, policy_numbers=policy_numbers)
    # Most policies that arrive have no claims or are repeated: only claims of newer ones are locked and read.
    newer = _newer_versions([delivery.event for delivery in changed], known)
    touched = {policy.policy_number for policy in newer}
    followers, crowded = await policy_slices.lock_first(work.connection, policy_numbers=touched)
    working_set = await working_sets.load(work, known, followers)
    for policy in newer:
        async for claim_id in GivingWay(working_set.apply_policy(policy)):
            working_set.follow_policy(claim_id)
    await working_sets.store(working_set.changes, work)
    if crowded:
        await policy_slices.begin([policy for policy in newer if policy.policy_number in crowded], work)


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


async def apply_rainfall(answers: Batch[RainfallAssessed], work: Work) -> None:
    """Keep the newest answer of each claim, and decide (or decide again) what it makes decidable."""
    claim_ids = {delivery.event.claim_id for delivery in answers}
    working_set = await working_sets.load(work, *await working_sets.lock(work.connection, claim_ids=claim_ids))
    async for delivery in GivingWay(answers):
        if not working_set.apply_rainfall(delivery.event, trace=delivery.trace):
            work.after_commit(partial(log_lines.write_unmatched, delivery.event.claim_id))
    await working_sets.store(working_set.changes, work)


async def find_overdue(due: Sequence[DueTimer], work: Work) -> None:
    """Set the timer of each claim that still waits at the end of waits that began together: see `end_waits`."""
    wait_ids = [UUID(timer.key) for timer in due]
    overdue = await waits.pop_overdue(work.connection, wait_ids=wait_ids, now=work.now)
    work.schedule(*(Timer(DEADLINE_OF[claim.state], str(claim.claim_id), work.now, claim.trace) for claim in overdue))


async def end_waits(due: Sequence[DueTimer], work: Work) -> None:
    """Advance claims whose wait is over without what never came: mostly to a handler."""
    claim_ids = {UUID(timer.key) for timer in due}
    working_set = await working_sets.load(work, *await working_sets.lock(work.connection, claim_ids=claim_ids))
    async for timer in GivingWay(due):
        working_set.end_wait(UUID(timer.key), kind=timer.kind)
    await working_sets.store(working_set.changes, work)
