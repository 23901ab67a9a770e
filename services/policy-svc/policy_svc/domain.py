"""What makes a policy's terms consistent, and what changes when new ones are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from uuid import UUID

from contracts.policy import PolicyChanged, PolicyTerms

_ANY_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


def relation_number_of(policy_number: str) -> str:
    """Return the customer's number: the digits before the first hyphen."""
    return policy_number.partition("-")[0]


def contradiction_in(terms: Sequence[PolicyTerms]) -> str | None:
    """Say what is wrong with a policy's periods, or return None: they must follow each other; gaps are allowed."""
    for period in terms:
        if period.ends_on is not None and period.ends_on <= period.effective_on:
            return f"the terms from {period.effective_on} end on {period.ends_on}: the end must be later"
    for earlier, later in pairwise(terms):
        if later.effective_on < earlier.effective_on:
            return (
                f"the terms from {later.effective_on} come after those from {earlier.effective_on}: sort them by date"
            )
        if earlier.ends_on is None:
            return f"the terms from {earlier.effective_on} have no end, but others follow from {later.effective_on}"
        if later.effective_on < earlier.ends_on:
            return f"the terms from {later.effective_on} begin before those until {earlier.ends_on} have ended"
    return None


def next_state(
    known: PolicyChanged | None, *, policy_number: str, customer_id: UUID, wanted: Sequence[PolicyTerms]
) -> PolicyChanged | None:
    """Return the policy's next version with the `wanted` terms, or None when it has just these terms already.

    Terms that were known before keep the moment they were recorded at.
    """
    if known is None:
        return PolicyChanged(policy_number=policy_number, version=1, customer_id=customer_id, terms=tuple(wanted))
    known_by_content = {_content(terms): terms for terms in known.terms}
    revised = tuple(known_by_content.get(_content(terms), terms) for terms in wanted)
    if revised == known.terms:
        return None
    return known.model_copy(update={"version": known.version + 1, "terms": revised})


def _content(terms: PolicyTerms) -> PolicyTerms:
    return terms.model_copy(update={"recorded_at": _ANY_MOMENT})
