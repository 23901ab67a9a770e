"""Tells what an insurance would cost, and keeps that to be accepted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import uuid4

from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.policy import PolicyKind, PolicyTerms
from policy_svc.domain.acceptance import Refusal
from policy_svc.domain.dutch_days import begin_of, dutch_day
from policy_svc.domain.premium import priced
from policy_svc.products import PRODUCTS
from policy_svc.repository import quotes
from policy_svc.repository.quotes import Quote

EXPIRED_QUOTES: Final = "expired-quotes"
"""The timer, with a Dutch day as its key, that deletes what had expired before that day."""
TOLD_AS_EXPIRED_FOR: Final = timedelta(days=1)
"""Then it is deleted, and there is no such quote."""
_ONE_DAY: Final = timedelta(days=1)


async def make_quote(work: Work, kind: PolicyKind, terms: PolicyTerms) -> Quote:
    """Price `terms` as of their first day, as changes will, and keep them for as long as the product says."""
    return await _keep(work, kind, priced(kind, terms, on=terms.effective_on))


async def keep_refused(work: Work, kind: PolicyKind, terms: PolicyTerms, refusals: Sequence[Refusal]) -> None:
    """Keep what was asked for and refused, and by which rules, for as long as a quote is kept. It has no price."""
    await _keep(work, kind, terms, refused_by=tuple(refusal.code.value for refusal in refusals))


async def _keep(
    work: Work, kind: PolicyKind, terms: PolicyTerms, *, refused_by: tuple[str, ...] | None = None
) -> Quote:
    product = PRODUCTS.current(kind, dutch_day(work.now))
    quote = Quote(
        quote_id=uuid4(),  # whoever knows it can read it, so that it tells nothing of when it was made
        kind=kind,
        terms=terms,
        made_at=work.now,
        valid_until=work.now + timedelta(days=product.quote_valid_days),
        refused_by=refused_by,
    )
    await quotes.insert(work.connection, quote=quote)
    day = dutch_day(quote.valid_until + TOLD_AS_EXPIRED_FOR) + _ONE_DAY
    work.schedule(Timer(EXPIRED_QUOTES, day.isoformat(), begin_of(day), None))
    return quote


async def delete_expired_quotes(due: Sequence[DueTimer], work: Work) -> None:
    """Delete what can no longer be accepted, and what came to be a policy: both may hold an address."""
    if due:
        await quotes.delete_expired(work.connection, before=work.now - TOLD_AS_EXPIRED_FOR)
