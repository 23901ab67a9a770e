"""Has notify-svc tell what happens to a claim besides decisions and orders to pay, which tell themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from uuid_utils.compat import uuid7

from chassis.unit_of_work import Work
from claims_svc.domain.claim import Claim
from claims_svc.repository import policies
from contracts.claim_messages import MOST_QUESTIONS, ClaimMessageRequested, ClaimOccasion

_WORTH_TELLING_FOR = timedelta(days=7)
"""What has not reached anybody by then is old news; the timeline has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What happened to a claim. `questions` are codes, the most telling first; `due_on` is a Dutch day."""

    claim: Claim
    occasion: ClaimOccasion
    questions: Sequence[str] = ()
    due_on: date | None = None


async def tell(
    work: Work,
    claim: Claim,
    occasion: ClaimOccasion,
    *,
    questions: Sequence[str] = (),
    due_on: date | None = None,
) -> None:
    """Have one thing told. Which of these an occasion needs: `contracts.claim_messages`."""
    news = News(claim=claim, occasion=occasion, questions=questions, due_on=due_on)
    await tell_all(work, [news])


async def tell_all(work: Work, news: Sequence[News]) -> None:
    """Have several things told, of any number of claims, each in the trace of its claim."""
    if not news:
        return
    numbers = {each.claim.report.policy_number for each in news}
    customers = await policies.customers(work.connection, policy_numbers=numbers)
    for each in news:
        claim = each.claim
        work.publish(
            ClaimMessageRequested(
                request_id=uuid7(),
                claim_id=claim.claim_id,
                claim_reference=claim.claim_reference,
                report_ids=tuple(report.report_id for report in claim.reports),
                customer_id=customers.get(claim.report.policy_number),
                occasion=each.occasion,
                occurred_at=work.now,
                expires_at=work.now + _WORTH_TELLING_FOR,
                questions=tuple(each.questions[:MOST_QUESTIONS]),
                due_on=each.due_on,
            ),
            trace=claim.trace,
        )
