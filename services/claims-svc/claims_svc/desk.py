"""Which claims wait for a person, kept as claims change."""

from __future__ import annotations

from chassis.unit_of_work import Work
from claims_svc import promises
from claims_svc.domain.changes import Changes
from claims_svc.domain.desk import Cause
from claims_svc.domain.desk import due_at as due
from claims_svc.repository import desk_cases, human_reviews, proposals
from contracts.coverage import Outcome
from contracts.vocabulary import FactSource

_ENDS_WITH_THE_CLAIM = (Cause.REFERRED, Cause.EVIDENCE_AGAINST, Cause.ANSWERED, Cause.PROPOSED)
_OUTSIDE = frozenset({FactSource.CUSTOMER, FactSource.REPAIR_PARTNER})


async def keep(changes: Changes, work: Work) -> None:
    """Store which claims wait for a person now, and which do no longer; after these changes themselves."""
    connection, now = work.connection, work.now
    due_at = due(now)
    newest = {decision.event.claim_id: decision.event for decision in changes.decisions}
    against = await human_reviews.insert(connection, reviews=changes.reviews) if changes.reviews else ()
    decided_again = changes.decided_before
    if decided_again:
        passed = await human_reviews.close_passed(connection, claim_ids=decided_again, now=now)
        if passed:
            await desk_cases.remove(connection, claim_ids=passed, causes=[Cause.EVIDENCE_AGAINST])
        stale = await proposals.expire(connection, claim_ids=decided_again, now=now)
        if stale:
            await desk_cases.remove(connection, claim_ids=stale, causes=[Cause.PROPOSED])
        settled = [claim_id for claim_id in decided_again if newest[claim_id].outcome is not Outcome.REFERRED]
        if settled:
            await desk_cases.remove(connection, claim_ids=settled, causes=[Cause.REFERRED])
            await promises.keep(work, settled)
    ended = [claim_id for claim_id, event in newest.items() if event.outcome is Outcome.WITHDRAWN]
    if ended:
        await desk_cases.remove(connection, claim_ids=ended, causes=_ENDS_WITH_THE_CLAIM)
        await promises.keep(work, ended)
    referred = [claim_id for claim_id, event in newest.items() if event.outcome is Outcome.REFERRED]
    if referred:
        await desk_cases.add(connection, claim_ids=referred, cause=Cause.REFERRED, now=now, due_at=due_at)
        await promises.make(work, referred, due_at=due_at)
    stands = {
        review.claim_id
        for review in changes.reviews
        if review.claim_id not in newest or newest[review.claim_id].claim_version == review.claim_version
    }
    if waiting := stands.intersection(against):
        await desk_cases.add(connection, claim_ids=waiting, cause=Cause.EVIDENCE_AGAINST, now=now, due_at=due_at)
    if told := [claim_id for claim_id, supplement in changes.supplements if supplement.source in _OUTSIDE]:
        await desk_cases.add_answered(connection, claim_ids=told, now=now, due_at=due_at)
