"""What is told about accounts, policies and claims besides decisions."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from contracts.claim_messages import DUE_OCCASIONS, PAYMENT_OCCASIONS, QUESTION_OCCASIONS, ClaimOccasion
from notify_svc.domain.requests import AboutClaim

REFERENCE = "W7XK2M9QD4T"
QUESTIONS = ("facts.toilet_overflowed", "damage.1.route", "younger.than.the.texts")
DUE_ON = date(2021, 7, 30)
AMOUNT_CENTS = 159_000
CODE, LINK = "8305961742", "https://portal.example/once?token=c2VjcmV0LW9mLW9uZS11c2U"
RELATION_NUMBER, POLICY_NUMBER, EFFECTIVE_ON = "123456", "123456-531-04", date(2021, 8, 1)
_CLAIM = UUID("0198c5f2-6d00-7b11-8f21-0a4b5c6d7e90")


def claim_on(occasion: ClaimOccasion) -> AboutClaim:
    """Return a claim with what `occasion` tells about it, and nothing else."""
    return AboutClaim(
        claim_id=_CLAIM,
        claim_reference=REFERENCE,
        questions=QUESTIONS if occasion in QUESTION_OCCASIONS else (),
        due_on=DUE_ON if occasion in DUE_OCCASIONS else None,
        amount_cents=AMOUNT_CENTS if occasion in PAYMENT_OCCASIONS else None,
    )
