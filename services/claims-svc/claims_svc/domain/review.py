"""The customer's right to a human: a decision is looked at again by somebody who decided nothing of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from claims_svc.domain.ruling import Ruling


class ReviewEnd(StrEnum):
    """How a review ended."""

    UPHELD = "upheld"
    OVERTURNED = "overturned"
    """Decided anew in the meantime, in the customer's favour."""
    WITHDRAWN = "withdrawn"
    """The claim was taken back."""


class Review(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One review. `claim_version` is that of the decision that is looked at again, `rulings_before` how many led to it.

    `opened_as` is the role of who asked, `reason` and `answer` are in the words of who asked and who ended it.
    """

    review_id: UUID
    claim_id: UUID
    claim_version: int
    rulings_before: int
    reason: str
    opened_as: str
    opened_at: datetime
    due_at: datetime
    ended_as: ReviewEnd | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    answer: str | None = None


def decided_before(review: Review, rulings: Sequence[Ruling]) -> frozenset[str]:
    """Return the accounts of those who decided, or approved, something of the claim before its review was asked."""
    before = rulings[: review.rulings_before]
    return frozenset(
        account for ruling in before for account in (ruling.decided_by, ruling.approved_by) if account is not None
    )


def decided_since(review: Review, rulings: Sequence[Ruling]) -> frozenset[str]:
    """Return the accounts of those who decided something of the claim since."""
    return frozenset(ruling.decided_by for ruling in rulings[review.rulings_before :])
