"""Repair instead of money: asked for, accepted, given back, completed, or ended because the customer gets money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from msgspec.structs import replace
from uuid_utils.compat import uuid7

from chassis.consuming.delivery import Batch, Delivery
from chassis.database import Connection
from chassis.http.caller import Caller
from chassis.unit_of_work import DueTimer, Timer, Work
from claims_svc import desk, job_ends, paying, working_sets
from claims_svc.desk_record import put_on_record
from claims_svc.domain.claim import Claim
from claims_svc.domain.decision import StandingDecision
from claims_svc.domain.desk import Cause, due_at
from claims_svc.domain.handling import REPAIR_ACCEPTED_WITHIN
from claims_svc.domain.payment import REPAIRABLE, Due, due_of_standing
from claims_svc.domain.repair import (
    JobState,
    RepairJob,
    Wanted,
    assessment,
    is_offered,
    kinds_of,
    repaired_cents,
    routes_of,
)
from claims_svc.flows import claim_at_hand
from claims_svc.job_ends import REPAIR_NOT_ACCEPTED
from claims_svc.repository import decisions, desk_cases, payments, policies, repairs
from claims_svc.tell import News, tell, tell_all
from contracts.access import Role
from contracts.claim_messages import ClaimOccasion
from contracts.loss_reports import MOST_ITEMS
from contracts.repairs import JobStatus, RepairAssigned, RepairJobReported, RepairRequested
from contracts.vocabulary import MOST_CENTS


class RepairNotOfferedError(Exception):
    """The product offers no repair, nothing that can be repaired is covered, or it was paid already."""


class AlreadyRepairedError(Exception):
    """The job is completed: there is nothing to choose any more."""


@dataclass(frozen=True, slots=True)
class _ClaimAtWork:
    """A locked claim with what its jobs depend on."""

    claim: Claim
    standing: StandingDecision
    customer_id: UUID


async def choose(work: Work, caller: Caller, claim: Claim, wanted: Wanted | None, *, agrees: bool) -> None:
    """Let the customer of a locked claim have it repaired, or, None, have money; see the two below.

    Who is called by a customer chooses for them, and answers for it.
    """
    if wanted is None:
        await choose_money(work, claim)
    else:
        await choose_repair(work, claim, wanted, agrees=agrees)
    if caller.role is not Role.CUSTOMER:
        choice = "money" if wanted is None else "repair"
        details = {"choice": choice, "contact_may_be_given": str(agrees).lower()}
        await put_on_record(work, claim.claim_id, "repair_chosen_for_customer", caller=caller, **details)


async def choose_repair(work: Work, claim: Claim, wanted: Wanted, *, agrees: bool) -> RepairJob:
    """Ask the repair network to repair what is covered of a locked claim; again: let the partner know how to call.

    `agrees` says whether the partner who accepts may be told how the customer is reached; it is never taken back but
    by choosing money.

    Raises:
        RepairNotOfferedError: it is not offered, or not any more.
    """
    job = await repairs.of_claim(work.connection, claim_id=claim.claim_id)
    if job is not None and not job.is_ended:
        return await _agree(work, claim, job) if agrees and job.agreed_at is None and job.is_open else job
    at_work = await _at_work(work, claim)
    if at_work is None or not await is_offered_now(work.connection, at_work.standing, claim_id=claim.claim_id):
        raise RepairNotOfferedError
    job = RepairJob(
        job_id=uuid7(),
        claim_id=claim.claim_id,
        state=JobState.REQUESTED,
        wanted=wanted,
        requested_at=work.now,
        agreed_at=work.now if agrees else None,
    )
    await job_ends.save(work, job, "requested")
    await desk.let_repair(work, claim.claim_id, at_work.standing.document.verdict.items)
    await paying.let_go_unless_due(work, claim, _due(at_work))
    _ask_the_network(work, at_work, job)
    return job


async def choose_money(work: Work, claim: Claim) -> None:
    """End the job of a locked claim, if it has one, and order what was held back for it.

    Raises:
        AlreadyRepairedError: it is completed.
    """
    job = await repairs.of_claim(work.connection, claim_id=claim.claim_id)
    if job is None or job.is_ended:
        return
    if job.state is JobState.COMPLETED:
        raise AlreadyRepairedError
    await _end(work, claim, job)


async def is_offered_now(connection: Connection, standing: StandingDecision, *, claim_id: UUID) -> bool:
    """Return whether a claim can be repaired instead of paid, as long as nobody asks for it.

    What was repaired for a claim that was joined to this one is not repaired again.
    """
    if await repairs.was_repaired(connection, claim_id=claim_id):
        return False
    ordered_cents = await payments.ordered_cents(connection, claim_id=claim_id)
    return is_offered(standing, ordered_cents=ordered_cents)


async def take_job_reports(batch: Batch[RepairJobReported], work: Work) -> None:
    """Let the first partner who accepts a job have it, and let its completion assess the damage."""
    claim_of = await repairs.claims_of(work.connection, job_ids={each.event.job_id for each in batch})
    _, claims = await working_sets.lock(work.connection, claim_ids=set(claim_of.values()))
    jobs = dict(await repairs.lock(work.connection, job_ids=claim_of))
    for delivery in batch:
        job = jobs.get(delivery.event.job_id)
        if job is None:
            work.refuse(delivery, code="job-unknown", reason="there is no such job; send its job_id")
            continue
        jobs[job.job_id] = await _take(work, delivery, job, claims[job.claim_id])


async def end_unaccepted(due: Sequence[DueTimer], work: Work) -> None:
    """End the jobs that nobody accepted in time: their customers get money."""
    claim_of = await repairs.claims_of(work.connection, job_ids={UUID(timer.key) for timer in due})
    _, claims = await working_sets.lock(work.connection, claim_ids=set(claim_of.values()))
    for job in (await repairs.lock(work.connection, job_ids=claim_of)).values():
        if job.state is JobState.REQUESTED:
            await _end(work, claims[job.claim_id], job)


async def remind_of_consent(due: Sequence[DueTimer], work: Work) -> None:
    """Ask once more those whose partner may not call them yet."""
    waiting = await _without_consent(due, work)
    await tell_all(work, [News(claim=claim, occasion=ClaimOccasion.REPAIR_NEEDS_CONSENT) for claim in waiting])


async def let_handlers_ask(due: Sequence[DueTimer], work: Work) -> None:
    """Let those who have not answered whether their partner may call wait for a handler."""
    waiting = [claim.claim_id for claim in await _without_consent(due, work)]
    if not waiting:
        return
    await desk_cases.add(
        work.connection, claim_ids=waiting, cause=Cause.REPAIR_CONSENT, now=work.now, due_at=due_at(work.now)
    )
    for claim_id in waiting:
        await put_on_record(work, claim_id, "repair_consent_missing", caller=None)


async def let_handlers_follow(due: Sequence[DueTimer], work: Work) -> None:
    """Let claims wait for a handler whose partner has had the job for so long."""
    claim_of = await repairs.claims_of(work.connection, job_ids={UUID(timer.key) for timer in due})
    await working_sets.lock(work.connection, claim_ids=set(claim_of.values()))
    jobs = await repairs.lock(work.connection, job_ids=claim_of)
    late = [job for job in jobs.values() if job.state is JobState.ACCEPTED]
    if not late:
        return
    await desk_cases.add(
        work.connection,
        claim_ids={job.claim_id for job in late},
        cause=Cause.REPAIR_LATE,
        now=work.now,
        due_at=due_at(work.now),
    )
    for job in late:
        await put_on_record(work, job.claim_id, "repair_late", caller=None, job_id=str(job.job_id))


async def _without_consent(due: Sequence[DueTimer], work: Work) -> Sequence[Claim]:
    """Return the claims, locked, of those of these jobs whose partner may not call."""
    claim_of = await repairs.claims_of(work.connection, job_ids={UUID(timer.key) for timer in due})
    _, claims = await working_sets.lock(work.connection, claim_ids=set(claim_of.values()))
    jobs = await repairs.lock(work.connection, job_ids=claim_of)
    return [claims[job.claim_id] for job in jobs.values() if job.needs_consent]


async def _take(work: Work, delivery: Delivery[RepairJobReported], job: RepairJob, claim: Claim) -> RepairJob:
    """Return the job as it is after what a partner reports of it."""
    partner_id = delivery.event.partner_id
    has_it = job.partner_id == partner_id and job.state is JobState.ACCEPTED
    match delivery.event.status:
        case JobStatus.ACCEPTED:
            return await _accept(work, claim, job, partner_id)
        case JobStatus.DECLINED if has_it:
            return await _give_back(work, claim, job)
        case JobStatus.DECLINED:
            return job
        case JobStatus.COMPLETED if has_it:
            return await _complete(work, delivery, job, claim)
        case JobStatus.COMPLETED if job.partner_id == partner_id and job.state is JobState.COMPLETED:
            return job
        case JobStatus.COMPLETED:
            work.refuse(delivery, code="job-of-somebody-else", reason="only who has the job can complete it")
            return job


async def _accept(work: Work, claim: Claim, job: RepairJob, partner_id: str) -> RepairJob:
    """Give a job to the first who accepts it, and tell everybody else whose it is."""
    if job.state is not JobState.REQUESTED:
        has_it = None if job.is_ended else job.partner_id
        work.publish(RepairAssigned(job_id=job.job_id, partner_id=has_it, assigned_at=work.now), trace=claim.trace)
        return job
    job = job.accepted_by(partner_id, now=work.now)
    await job_ends.save(work, job, "accepted")
    await work.cancel(REPAIR_NOT_ACCEPTED, [str(job.job_id)])
    work.publish(RepairAssigned(job_id=job.job_id, partner_id=partner_id, assigned_at=work.now), trace=claim.trace)
    job_ends.wait_for_completion(work, claim, job)
    if job.releases_contact:
        job_ends.tell_contact_may_be_read(work, claim, job, released=True)
    else:
        job_ends.wait_for_consent(work, claim, job)
    accepted, silent = ClaimOccasion.REPAIR_ACCEPTED, ClaimOccasion.REPAIR_NEEDS_CONSENT
    await tell(work, claim, accepted if job.releases_contact else silent)
    return job


async def _give_back(work: Work, claim: Claim, job: RepairJob) -> RepairJob:
    if job.releases_contact:
        job_ends.tell_contact_may_be_read(work, claim, job, released=False)
    await job_ends.end_waits(work, job)
    declined, job = job, job.given_back()
    await job_ends.save(work, job, "declined", partner_id=declined.partner_id)
    at_work = await _at_work(work, claim)
    if at_work is None or not kinds_of(at_work.standing):
        return await _end(work, claim, job)
    _ask_the_network(work, at_work, job)
    return job


async def _complete(work: Work, delivery: Delivery[RepairJobReported], job: RepairJob, claim: Claim) -> RepairJob:
    items = delivery.event.items
    if any(item.kind not in REPAIRABLE for item in items):
        work.refuse(delivery, code="not-of-this-job", reason="items must be of the kinds of damage that the job names")
        return job
    told = assessment(job, items, damage=claim.damage, now=work.now)
    if len(told.damage) > MOST_ITEMS or sum(item.amount_cents for item in told.damage) > MOST_CENTS:
        work.refuse(delivery, code="too-much-damage", reason="damage must be at most 50 items and a billion euros")
        return job
    if job.releases_contact:
        job_ends.tell_contact_may_be_read(work, claim, job, released=False)
    await job_ends.end_waits(work, job)
    job = job.completed(repaired_cents(items, damage=claim.damage), now=work.now)
    await job_ends.save(work, job, "completed")
    await claim_at_hand.supplement(work, claim.claim_id, told)
    await tell(work, claim, ClaimOccasion.REPAIR_COMPLETED)
    return job


async def _agree(work: Work, claim: Claim, job: RepairJob) -> RepairJob:
    await job_ends.end_wait_for_consent(work, job)
    job = replace(job, agreed_at=work.now)
    await job_ends.save(work, job, "agreed")
    if job.releases_contact:
        job_ends.tell_contact_may_be_read(work, claim, job, released=True)
    return job


async def _end(work: Work, claim: Claim, job: RepairJob) -> RepairJob:
    """Give the customer money after all."""
    job = await job_ends.end(work, claim, job, kind="ended")
    at_work = await _at_work(work, claim)
    if at_work is not None:
        if at_work.standing.document.verdict.money.awaits_assessment:
            await desk.let_assess(work, [claim.claim_id])
        await paying.order_held_back(work, claim, _due(at_work))
    return job


def _due(at_work: _ClaimAtWork) -> Due:
    return due_of_standing(at_work.claim, at_work.standing, customer_id=at_work.customer_id)


def _ask_the_network(work: Work, at_work: _ClaimAtWork, job: RepairJob) -> None:
    terms = at_work.standing.document.basis.insurance.terms
    if terms is None:
        raise RepairNotOfferedError
    accept_until = work.now + REPAIR_ACCEPTED_WITHIN
    asked = RepairRequested(
        job_id=job.job_id,
        claim_reference=at_work.claim.claim_reference,
        postcode_area=terms.postcode_area,
        routes=routes_of(at_work.standing),
        kinds=kinds_of(at_work.standing),
        areas=job.wanted.areas,
        urgency=job.wanted.urgency,
        requested_at=work.now,
        accept_until=accept_until,
    )
    work.publish(asked, trace=at_work.claim.trace)
    work.schedule(Timer(REPAIR_NOT_ACCEPTED, str(job.job_id), accept_until, at_work.claim.trace))


async def _at_work(work: Work, claim: Claim) -> _ClaimAtWork | None:
    """Return the claim with its standing decision; None where there is none yet, or nobody is insured."""
    standing = (await decisions.standing(work.connection, claim_ids=[claim.claim_id])).get(claim.claim_id)
    number = claim.report.policy_number
    customer_id = (await policies.customers(work.connection, policy_numbers=[number])).get(number)
    if standing is None or customer_id is None:
        return None
    return _ClaimAtWork(claim, standing, customer_id)
