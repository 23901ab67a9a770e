"""Money that is to be transferred: the order claims-svc gives, and what those who pay tell of it."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.claims import DECISION_RETENTION
from contracts.topic import AwareDatetime, Event, PersonalData, Topic
from contracts.vocabulary import MOST_CENTS, Instant, Version, within_limits


class PaymentOrdered(Event):
    """An amount that was decided is to be transferred to a customer.

    Published once for what a decision adds to what was ordered before, so that nothing is paid twice. It names no
    account: who pays knows it by the customer. Ordered again under a new `payment_id` only when a payment failed.
    notify-svc tells the customer of each order, once.
    """

    payment_id: UUID
    claim_id: UUID
    claim_reference: Annotated[str, Meta(description="The reference that people use, on the bank statement, too")]
    claim_version: Annotated[Version, Meta(description="The version of the decision whose amount it completes")]
    customer_id: UUID
    amount_cents: Annotated[int, Meta(ge=1, le=MOST_CENTS, description="Euro cents")]
    ordered_at: AwareDatetime


PAYMENT_ORDERED = Topic(
    name="claims.payment-ordered.v1",
    event=PaymentOrdered,
    key="claim_id",
    owner="claims-svc",
    producers=("claims-svc",),
    consumers=("payments", "notify-svc"),
    personal_data=PersonalData.PSEUDONYMOUS,
    retention=DECISION_RETENTION,
    examples=(
        PaymentOrdered(
            payment_id=UUID("0198c5f2-7a10-7c43-9a51-6f2f3b1c7d10"),
            claim_id=example_values.CLAIM_ID,
            claim_reference="W7XK2M9QD4T",
            claim_version=1,
            customer_id=example_values.CUSTOMER_ID,
            amount_cents=159_000,
            ordered_at=datetime(2021, 7, 16, 8, 0, 4, tzinfo=UTC),
        ),
    ),
)


class PaymentOutcome(StrEnum):
    """How an order to pay ended."""

    SETTLED = "settled"
    FAILED = "failed"


class PaymentFailure(StrEnum):
    """Why nothing was transferred."""

    ACCOUNT_UNKNOWN = "account_unknown"
    """No account of the customer is known."""
    ACCOUNT_CLOSED = "account_closed"
    REFUSED = "refused"
    """The bank refused it."""


class PaymentSettled(Event):
    """An order to pay has ended: the money was transferred, or it failed and nothing was.

    Published by who pays, once per payment; the first answer counts. notify-svc tells the customer of a transfer; a
    payment that failed is a handler's.
    """

    payment_id: UUID
    outcome: PaymentOutcome
    failure: Annotated[PaymentFailure | None, Meta(description="Of a payment that failed, and of no other")] = None
    ended_at: Instant

    def __post_init__(self) -> None:
        within_limits(self.ended_at)
        if (self.failure is not None) != (self.outcome is PaymentOutcome.FAILED):
            raise ValueError("failure belongs to a payment that failed, and to no other")


PAYMENT_SETTLED = Topic(
    name="claims.payment-settled.v1",
    event=PaymentSettled,
    key="payment_id",
    owner="claims-svc",
    producers=("payments",),
    consumers=("claims-svc", "notify-svc"),
    personal_data=PersonalData.PSEUDONYMOUS,
    examples=(
        PaymentSettled(
            payment_id=UUID("0198c5f2-7a10-7c43-9a51-6f2f3b1c7d10"),
            outcome=PaymentOutcome.SETTLED,
            ended_at=datetime(2021, 7, 17, 9, 30, tzinfo=UTC),
        ),
    ),
)
