"""Events and timers in: lock and load the claims that a batch touches, decide, store, publish."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from uuid import UUID

from chassis.consuming.delivery import Batch
from chassis.giving_way import GivingWay
from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc import log_lines, policy_slices, working_sets
from claims_svc.domain.deadlines import DEADLINE_OF
from claims_svc.domain.intake import refusal_of
from claims_svc.flows import answers_to_reports, registering
from claims_svc.flows.registering import Reported
from claims_svc.repository import policies, waits
from contracts.ignored_fields import ignored_fields
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged
from contracts.weather import RainfallAssessed

WAITS_AT_ONCE = 20
"""Timers of waits that one transaction looks through, each of as many claims as a batch has."""


async def register_claims(reports: Batch[LossReported], work: Work) -> None:
    """Register the reports that nothing forbids to take, and answer their senders; refuse the others."""
    accepted = _accepted(reports, work)
    if accepted:
        answers_to_reports.announce(await registering.register(accepted, work), work)


def _accepted(reports: Batch[LossReported], work: Work) -> Sequence[Reported]:
    """Refuse what no claim may be opened for, and return the rest."""
    accepted = []
    for delivery in reports:
        refusal = refusal_of(delivery.event, now=work.now)
        if refusal is None:
            ignored = ignored_fields(LossReported, delivery.record.value or b"{}")
            accepted.append(Reported(delivery.event, delivery.trace, ignored))
        else:
            work.refuse(delivery, code=refusal.code, reason=refusal.reason, field=refusal.field)
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
            work.after_commit(partial(log_lines.write_unmatched, delivery.event.claim_id, trace=delivery.trace))
    await working_sets.store(working_set.changes, work)


async def find_overdue(due: Sequence[DueTimer], work: Work) -> None:
    """Set the timer of each claim that still waits at the end of waits that began together: see `end_waits`."""
    wait_ids = [UUID(timer.key) for timer in due]
    overdue = await waits.pop_overdue(work.connection, wait_ids=wait_ids, now=work.now)
    work.schedule(*(Timer(DEADLINE_OF[claim.state], str(claim.claim_id), work.now, claim.trace) for claim in overdue))


async def follow_others(due: Sequence[DueTimer], work: Work) -> None:
    """Decide claims again that rest on what another claim of their event no longer has."""
    claim_ids = {UUID(timer.key.partition(" ")[0]) for timer in due}
    working_set = await working_sets.load(work, *await working_sets.lock(work.connection, claim_ids=claim_ids))
    async for claim_id in GivingWay(sorted(claim_ids)):
        working_set.follow_others(claim_id)
    await working_sets.store(working_set.changes, work)


async def end_waits(due: Sequence[DueTimer], work: Work) -> None:
    """Advance claims whose wait is over without what never came: mostly to a handler."""
    claim_ids = {UUID(timer.key) for timer in due}
    working_set = await working_sets.load(work, *await working_sets.lock(work.connection, claim_ids=claim_ids))
    async for timer in GivingWay(due):
        working_set.end_wait(UUID(timer.key), kind=timer.kind)
    await working_sets.store(working_set.changes, work)
