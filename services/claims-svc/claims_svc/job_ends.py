"""Jobs of the repair network that end before anything was repaired, and the network that is told so.

Here too is what a job waits for: a partner who accepts it, and its customer's consent to be called.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal
from uuid import UUID

from chassis.unit_of_work import Timer, Work
from claims_svc.domain.changes import Changes
from claims_svc.domain.claim import Claim
from claims_svc.domain.desk import Cause
from claims_svc.domain.dutch_time import dutch_day
from claims_svc.domain.handling import (
    REPAIR_COMPLETED_WITHIN_WORKING_DAYS,
    REPAIR_CONSENT_REMINDER_AFTER_WORKING_DAYS,
    REPAIR_CONSENT_WITHIN_WORKING_DAYS,
)
from claims_svc.domain.payment import is_repairable
from claims_svc.domain.repair import JobState, RepairJob
from claims_svc.domain.working_days import due_at, warning_at
from claims_svc.repository import desk_actions, desk_cases, repairs
from claims_svc.repository.desk_actions import DeskAction
from claims_svc.repository.repairs import RepairEvent
from contracts.repairs import RepairAssigned, RepairContactReleased

REPAIR_NOT_ACCEPTED = "repair-not-accepted"
"""The timer that ends a job which nobody accepted; its key is the job."""

REPAIR_CONSENT_REMINDER = "repair-consent-reminder"
"""The timer that asks once more whether the partner may call; its key is the job."""
REPAIR_CONSENT_MISSING = "repair-consent-missing"
"""The timer that lets a handler ask; its key is the job."""
REPAIR_LATE = "repair-late"
"""The timer that lets a handler ask what became of a job which a partner has accepted; its key is the job."""


def wait_for_consent(work: Work, claim: Claim, job: RepairJob) -> None:
    """Let it not be forgotten that the partner who has just accepted a job may not call yet.

    One that accepts it after another starts the wait anew; who is not waited for any more is found so by the timers.
    """
    remind_at = warning_at(due_at(work.now, working_days=REPAIR_CONSENT_REMINDER_AFTER_WORKING_DAYS))
    missing_at = due_at(work.now, working_days=REPAIR_CONSENT_WITHIN_WORKING_DAYS)
    key = str(job.job_id)
    work.schedule(
        Timer(REPAIR_CONSENT_REMINDER, key, remind_at, claim.trace),
        Timer(REPAIR_CONSENT_MISSING, key, missing_at, claim.trace),
    )


def wait_for_completion(work: Work, claim: Claim, job: RepairJob) -> None:
    """Let it not be forgotten that the partner who has just accepted a job is to complete it, or to give it back."""
    late_at = due_at(work.now, working_days=REPAIR_COMPLETED_WITHIN_WORKING_DAYS)
    work.schedule(Timer(REPAIR_LATE, str(job.job_id), late_at, claim.trace))


async def end_waits(work: Work, job: RepairJob) -> None:
    """Let nobody wait any more for what a job, as it was before, needed of its customer and of its partner."""
    if job.state is JobState.ACCEPTED:
        causes = [Cause.REPAIR_CONSENT, Cause.REPAIR_LATE]
        await desk_cases.remove(work.connection, claim_ids=[job.claim_id], causes=causes)


async def end_wait_for_consent(work: Work, job: RepairJob) -> None:
    """Let nobody ask any more for the consent that a job, as it was before, needed."""
    if job.needs_consent:
        await desk_cases.remove(work.connection, claim_ids=[job.claim_id], causes=[Cause.REPAIR_CONSENT])


async def end_uncovered(changes: Changes, work: Work) -> Collection[UUID]:
    """End the jobs of claims that were decided again and of which nothing is left to repair.

    A job that is completed stands: what was repaired is on record for who looks at the claim. Return the claims to
    which such claims were joined: what was held back for a job that ended is due there.
    """
    newest = {decision.event.claim_id: decision.event for decision in changes.decisions}
    uncovered = [each for each in changes.decided_before if not any(map(is_repairable, newest[each].items))]
    if not uncovered:
        return ()
    jobs = await repairs.lock_not_ended(work.connection, claim_ids=uncovered)
    claims = {job.claim_id: changes.updated[job.claim_id] for job in jobs}
    for job in jobs:
        claim = claims[job.claim_id]
        if job.is_open:
            await end(work, claim, job, kind="cancelled")
    if done := [job for job in jobs if job.is_completed]:
        await _put_on_record(work, done)
    return {claim.joined_to for claim in claims.values() if claim.joined_to is not None}


async def end(work: Work, claim: Claim, job: RepairJob, *, kind: Literal["ended", "cancelled"]) -> RepairJob:
    """End a job that is not completed, of a locked claim, and tell the network, but not why.

    `kind` says that for us: ended, because the customer gets money; cancelled, because nothing of it is covered.
    """
    if job.releases_contact:
        tell_contact_may_be_read(work, claim, job, released=False)
    await end_waits(work, job)
    job = job.over(JobState.ENDED, now=work.now)
    await save(work, job, kind)
    await work.cancel(REPAIR_NOT_ACCEPTED, [str(job.job_id)])
    work.publish(RepairAssigned(job_id=job.job_id, partner_id=None, assigned_at=work.now), trace=claim.trace)
    return job


async def save(work: Work, job: RepairJob, kind: str, *, partner_id: str | None = None) -> None:
    """Store a job as it is now, and what happened to it."""
    happened = RepairEvent(job_id=job.job_id, kind=kind, partner_id=partner_id or job.partner_id, happened_at=work.now)
    await repairs.save(work.connection, job=job, happened=happened)


def tell_contact_may_be_read(work: Work, claim: Claim, job: RepairJob, *, released: bool) -> None:
    """Let the partner who has a job know how the customer is reached, or no longer."""
    if job.partner_id is None:
        return
    event = RepairContactReleased(
        job_id=job.job_id,
        policy_number=claim.report.policy_number,
        insured_on=dutch_day(claim.report.loss.from_at),
        partner_id=job.partner_id,
        released=released,
        changed_at=work.now,
    )
    work.publish(event, trace=claim.trace)


async def _put_on_record(work: Work, done: Sequence[RepairJob]) -> None:
    """Name the jobs that are completed of claims that cover nothing of it any more."""
    actions = [
        DeskAction(
            claim_id=job.claim_id,
            kind="repair_stands",
            done_by=None,
            role="system",
            done_at=work.now,
            details={"job_id": str(job.job_id), "partner_id": job.partner_id or ""},
        )
        for job in done
    ]
    await desk_actions.insert(work.connection, actions=actions)
