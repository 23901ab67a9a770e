"""Where claims stand, in lists of them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from pydantic import Field

from chassis.http.values import ExactModel, Moment
from claims_svc.repository.claim_views import ClaimSummary

State: TypeAlias = Literal[
    "waiting_for_policy", "waiting_for_rainfall", "waiting_for_answer", "referred", "decided", "withdrawn"
]


class ClaimView(ExactModel):
    """Where a claim stands."""

    reference: str = Field(examples=["W7XK2M9QD4T"])
    policy_number: str = Field(examples=["123456-531-04"])
    state: State = Field(examples=["decided"])
    opened_at: Moment
    outcome: Literal["covered", "denied", "referred", "withdrawn"] | None = Field(
        description="Of the newest decision; null: there is none yet", examples=["covered"]
    )
    payable_cents: int | None = Field(description="Euro cents; null: not known yet", examples=[159_000])

    @classmethod
    def of(cls, claim: ClaimSummary) -> ClaimView:
        return cls(
            reference=claim.reference,
            policy_number=claim.policy_number,
            state=claim.state,
            opened_at=claim.opened_at,
            outcome=claim.outcome,
            payable_cents=claim.payable_cents,
        )
