"""Which claims wait for a person, kept as claims change."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from chassis.unit_of_work import Work
from claims_svc import promises
from claims_svc.desk_record import NOBODY
from claims_svc.domain.changes import Changes
from claims_svc.domain.desk import PROMISED, Cause
from claims_svc.domain.desk import due_at as due
from claims_svc.domain.payment import awaits_other_than_repair
from claims_svc.repository import desk_actions, desk_cases, human_reviews, proposals, repairs
from claims_svc.repository.desk_actions import DeskAction
from contracts.claims import DecisionMade
from contracts.coverage import DecidedItem, Outcome
from contracts.vocabulary import FactSource

_ENDS_WITH_THE_CLAIM = (
    Cause.REFERRED,
    Cause.ASSESSMENT,
    Cause.EVIDENCE_AGAINST,
    Cause.ANSWERED,
    Cause.UNANSWERED,
    Cause.PROPOSED,
    Cause.PAYMENT_FAILED,
)
_OUTSIDE = frozenset({FactSource.CUSTOMER, FactSource.REPAIR_PARTNER})


async def keep(changes: Changes, work: Work) -> None:
    """Store which claims wait for a person now, and which do no longer; after these changes themselves."""
    connection, now = work.connection, work.now
    due_at = due(now)
    newest = {decision.event.claim_id: decision.event for decision in changes.decisions}
    against = await human_reviews.insert(connection, reviews=changes.reviews) if changes.reviews else ()
    to_assess = {claim_id for claim_id, event in newest.items() if event.money.awaits_assessment}
    if to_assess and (decided_again := to_assess.intersection(changes.decided_before)):
        in_repair = await repairs.being_repaired(connection, claim_ids=decided_again)
        to_assess -= {each for each in in_repair if not awaits_other_than_repair(newest[each].items)}
    if newest:
        await _pass_over_proposals(newest, work, decided_again=changes.decided_before)
    if changes.decided_before:
        await _let_go(newest, work, decided_again=changes.decided_before, to_assess=to_assess)
    ended = [claim_id for claim_id, event in newest.items() if event.outcome is Outcome.WITHDRAWN]
    if ended:
        await desk_cases.remove(connection, claim_ids=ended, causes=_ENDS_WITH_THE_CLAIM)
        await promises.keep(work, ended)
    referred = [claim_id for claim_id, event in newest.items() if event.outcome is Outcome.REFERRED]
    if referred:
        await desk_cases.add(connection, claim_ids=referred, cause=Cause.REFERRED, now=now, due_at=due_at)
        await promises.make(work, referred, due_at=due_at)
    if to_assess:
        await let_assess(work, to_assess)
    stands = {
        review.claim_id
        for review in changes.reviews
        if review.claim_id not in newest or newest[review.claim_id].claim_version == review.claim_version
    }
    if waiting := stands.intersection(against):
        await desk_cases.add(connection, claim_ids=waiting, cause=Cause.EVIDENCE_AGAINST, now=now, due_at=due_at)
    if told := [claim_id for claim_id, supplement in changes.supplements if supplement.source in _OUTSIDE]:
        by_customers = [each for each, told_by in changes.supplements if told_by.source is FactSource.CUSTOMER]
        unseen = set(by_customers).difference(newest)
        await desk_cases.add_answered(connection, claim_ids=told, unseen=unseen, now=now, due_at=due_at)


async def _pass_over_proposals(
    newest: Mapping[UUID, DecisionMade], work: Work, *, decided_again: Collection[UUID]
) -> None:
    """Close what was proposed about claims decided in the meantime; somebody looks whether it is still wanted."""
    ended = {claim_id for claim_id, event in newest.items() if event.outcome is Outcome.WITHDRAWN}
    stale = await proposals.expire(
        work.connection, claim_ids=newest.keys(), all_of=ended.union(decided_again), now=work.now
    )
    if not stale:
        return
    await desk_cases.remove(work.connection, claim_ids=stale.keys(), causes=[Cause.PROPOSED])
    if left := stale.keys() - ended:
        await desk_cases.add(work.connection, claim_ids=left, cause=Cause.ANSWERED, now=work.now, due_at=due(work.now))
    actions = [
        DeskAction(
            claim_id=claim_id,
            kind="proposal_overtaken",
            done_by=None,
            role=NOBODY,
            done_at=work.now,
            details={"proposal_id": str(proposal_id)},
        )
        for claim_id, proposal_id in sorted(stale.items())
    ]
    await desk_actions.insert(work.connection, actions=actions)


async def _let_go(
    newest: Mapping[UUID, DecisionMade], work: Work, *, decided_again: Collection[UUID], to_assess: Collection[UUID]
) -> None:
    """Let claims that were decided again wait no longer for what that has passed over."""
    connection, now = work.connection, work.now
    passed = await human_reviews.close_passed(connection, claim_ids=decided_again, now=now)
    if passed:
        await desk_cases.remove(connection, claim_ids=passed, causes=[Cause.EVIDENCE_AGAINST])
    settled = {claim_id for claim_id in decided_again if newest[claim_id].outcome is not Outcome.REFERRED}
    assessed = set(decided_again).difference(to_assess)
    # All that is due of them is ordered anew, unless nobody is known whom to pay: what failed before says nothing more.
    ordered = {each for each in decided_again if newest[each].customer_id or not newest[each].money.payable_cents}
    for claim_ids, cause in (
        (settled, Cause.REFERRED),
        (assessed, Cause.ASSESSMENT),
        (ordered, Cause.PAYMENT_FAILED),
    ):
        if claim_ids:
            await desk_cases.remove(connection, claim_ids=claim_ids, causes=[cause])
    if done := settled & assessed:
        await promises.keep(work, done)


async def let_assess(work: Work, claim_ids: Collection[UUID]) -> None:
    """Let claims wait for somebody who assesses the damage."""
    due_at = due(work.now)
    await desk_cases.add(work.connection, claim_ids=claim_ids, cause=Cause.ASSESSMENT, now=work.now, due_at=due_at)
    await promises.make(work, claim_ids, due_at=due_at)


async def let_repair(work: Work, claim_id: UUID, items: Collection[DecidedItem]) -> None:
    """Let a claim wait for nobody who assesses the damage: who repairs it will, if that is all that awaits it."""
    if awaits_other_than_repair(items):
        return
    await desk_cases.remove(work.connection, claim_ids=[claim_id], causes=[Cause.ASSESSMENT])
    left = await desk_cases.of_claim(work.connection, claim_id=claim_id)
    if left is None or PROMISED.isdisjoint(left.causes):
        await promises.keep(work, [claim_id])
