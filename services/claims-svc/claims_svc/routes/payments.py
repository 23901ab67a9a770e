"""What was ordered to be paid, as customers read it; ordered again by handlers when it failed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.handler import Reading
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, Moment, RelationNumber
from chassis.unit_of_work import Work
from claims_svc import paying
from claims_svc.repository import claim_views, payments
from claims_svc.repository.payments import Payment
from claims_svc.routes import problems
from claims_svc.routes.claim_at_desk import claim_to_work_at
from claims_svc.routes.fields import CLAIM_PATH, DESK_PATH, ReferenceInPath
from claims_svc.routes.parts import Parts
from contracts.access import READ_CLAIMS, WORK_AT_DESK


class PaymentView(ExactModel):
    """One payment."""

    amount_cents: int = Field(description="Euro cents", examples=[159_000])
    state: Literal["ordered", "settled", "failed"] = Field(examples=["ordered"])
    ordered_at: Moment
    ended_at: Moment | None = Field(description="Null while nobody has told how it ended")
    failure: Literal["account_unknown", "account_closed", "refused"] | None = Field(
        description="Why nothing was transferred", examples=[None]
    )

    @classmethod
    def of(cls, payment: Payment) -> PaymentView:
        return cls(
            amount_cents=payment.amount_cents,
            state="failed" if payment.failure else "settled" if payment.ended_at else "ordered",
            ordered_at=payment.ordered_at,
            ended_at=payment.ended_at,
            failure=None if payment.failure is None else payment.failure.value,
        )


class PaymentsView(ExactModel):
    """All payments of a claim, the first first."""

    payments: list[PaymentView]


class OrderedAgainView(ExactModel):
    """What was ordered now."""

    amount_cents: int = Field(description="Euro cents; 0: nothing is due any more", examples=[159_000])


class PaymentRoutes:
    """Tells what was ordered to be paid, and orders again."""

    def __init__(self, parts: Parts) -> None:
        del parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        api.get(f"{CLAIM_PATH}/payments", operation=READ_CLAIMS)(self.read_payments)
        api.post(
            f"{DESK_PATH}/payments",
            operation=WORK_AT_DESK,
            status_code=201,
            problems=(problems.TAKEN_BY_ANOTHER, problems.NOTHING_TO_PAY),
        )(self.order_payment_again)

    async def read_payments(
        self, relation_number: RelationNumber, reference: ReferenceInPath, reading: Reading
    ) -> PaymentsView:
        """Read what was ordered to be paid of a claim, and how that ended."""
        found = await claim_views.find(reading.connection, reference=reference, relation_number=relation_number)
        if found is None:
            raise Problem(NOT_FOUND)
        made = await payments.of_claim(reading.connection, claim_id=found.claim_id)
        return PaymentsView(payments=[PaymentView.of(payment) for payment in made])

    async def order_payment_again(self, reference: ReferenceInPath, work: Work, caller: Caller) -> OrderedAgainView:
        """Order what is still due of a claim after a payment failed, when its customer has an account again."""
        claim = await claim_to_work_at(work, caller, reference=reference)
        amount_cents = await paying.order_again(work, claim, caller=caller)
        if amount_cents is None:
            raise Problem(problems.NOTHING_TO_PAY)
        return OrderedAgainView(amount_cents=amount_cents)
