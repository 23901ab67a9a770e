"""Requests for messages about claims, as claims-svc makes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from decisions import CUSTOMER, DECIDED_AT
from uuid_utils.compat import uuid7

from contracts.claim_messages import DUE_OCCASIONS, QUESTION_OCCASIONS, ClaimMessageRequested, ClaimOccasion
from notify_svc.examples.occasions import DUE_ON, QUESTIONS, REFERENCE

__all__ = ["CLAIM_PAGE", "REFERENCE", "about_claim"]

CLAIM_PAGE = f"https://portal.example/claims/{REFERENCE}"


def about_claim(
    occasion: ClaimOccasion,
    *,
    customer_id: UUID | None = CUSTOMER,
    report_ids: tuple[UUID, ...] = (),
    questions: tuple[str, ...] = QUESTIONS,
    claim_id: UUID | None = None,
    occurred_at: datetime = DECIDED_AT,
) -> ClaimMessageRequested:
    return ClaimMessageRequested(
        request_id=uuid7(),
        claim_id=claim_id or uuid7(),
        claim_reference=REFERENCE,
        report_ids=report_ids or (uuid7(),),
        customer_id=customer_id,
        occasion=occasion,
        occurred_at=occurred_at,
        expires_at=occurred_at + timedelta(days=7),
        questions=questions if occasion in QUESTION_OCCASIONS else (),
        due_on=DUE_ON if occasion in DUE_OCCASIONS else None,
    )
