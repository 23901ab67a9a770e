"""Decisions and customers with real figures: Ell, July 2021."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from contracts.claims import DECISION_MADE, DecisionMade, WindowMargin
from contracts.coverage import Finding, Ground, GroundCode, GroundEffect, GroundWeight, Outcome
from contracts.money import Money, MoneyStep, MoneyStepCode
from contracts.policy import ContactChanged
from contracts.vocabulary import Establishment, Language, Truth, WaterRoute
from notify_svc.domain.notice import NoticeKind

CUSTOMER = UUID("0198c5f0-1111-7aaa-8bbb-123456789abc")
DECIDED_AT = datetime(2021, 7, 16, 8, 0, 4, tzinfo=UTC)
NAME, EMAIL, MOBILE_PHONE = "J. Voorbeeld", "j.voorbeeld@example.org", "+31612345678"


def contact(
    *,
    customer_id: UUID = CUSTOMER,
    version: int = 1,
    name: str = NAME,
    email: str | None = EMAIL,
    mobile_phone: str | None = MOBILE_PHONE,
    language: Language = Language.DUTCH,
) -> ContactChanged:
    return ContactChanged(
        customer_id=customer_id,
        version=version,
        relation_number="123456",
        name=name,
        email=email,
        mobile_phone=mobile_phone,
        language=language,
    )


def paid(*, claim_id: UUID | None = None, version: int = 1, customer_id: UUID | None = CUSTOMER) -> DecisionMade:
    """EUR 1,840.00 of damage, the least deductible of EUR 250.00, 40.2 mm in 24 hours."""
    changes = {"claim_id": claim_id or uuid7(), "claim_version": version, "customer_id": customer_id}
    return DECISION_MADE.examples[0].model_copy(update=changes)


def denied() -> DecisionMade:
    """39.1 mm where 40.0 is needed, and further off in the longer windows."""
    assert DECISION_MADE.examples[0].rain is not None
    rain = DECISION_MADE.examples[0].rain.model_copy(
        update={
            "establishment": Establishment.NOT_ESTABLISHED,
            "deciding_window_hours": None,
            "margins": (
                margin(within_hours=24, needed=400, measured=391),
                margin(within_hours=48, needed=530, measured=412),
                margin(within_hours=72, needed=670, measured=None),
            ),
        }
    )
    return paid().model_copy(
        update={
            "outcome": Outcome.DENIED,
            "deciding_ground": GroundCode.NO_HEAVY_LOCAL_PRECIPITATION,
            "rain": rain,
            "money": Money(
                steps=(
                    MoneyStep(code=MoneyStepCode.DAMAGE, amount_cents=184_000),
                    MoneyStep(code=MoneyStepCode.NOT_COVERED, amount_cents=-184_000),
                ),
                payable_cents=0,
            ),
        }
    )


def margin(*, within_hours: int, needed: int, measured: int | None) -> WindowMargin:
    return WindowMargin(
        within_hours=within_hours,
        at_least_tenths_mm=needed,
        best_sum_tenths_mm=measured,
        starts_at=datetime(2021, 7, 14, 16, tzinfo=UTC) if measured is not None else None,
        ends_at=datetime(2021, 7, 15, 16, tzinfo=UTC) if measured is not None else None,
        margin_tenths_mm=None if measured is None else measured - needed,
    )


def referred() -> DecisionMade:
    return paid().model_copy(
        update={
            "outcome": Outcome.REFERRED,
            "deciding_ground": GroundCode.FACT_MISSING,
            "rain": None,
            "money": Money(steps=(), payable_cents=None),
        }
    )


def awaiting_assessment() -> DecisionMade:
    money = Money(
        steps=(MoneyStep(code=MoneyStepCode.DAMAGE, amount_cents=900_000),), payable_cents=None, awaits_assessment=True
    )
    return paid().model_copy(update={"money": money})


def nothing_payable() -> DecisionMade:
    money = Money(
        steps=(
            MoneyStep(code=MoneyStepCode.DAMAGE, amount_cents=20_000),
            MoneyStep(code=MoneyStepCode.DEDUCTIBLE, amount_cents=-25_000),
        ),
        payable_cents=0,
    )
    return paid().model_copy(update={"money": money})


NOTICES: Mapping[NoticeKind, Callable[[], DecisionMade]] = {
    NoticeKind.PAID: paid,
    NoticeKind.NOTHING_PAYABLE: nothing_payable,
    NoticeKind.AWAITS_ASSESSMENT: awaiting_assessment,
    NoticeKind.DENIED: denied,
    NoticeKind.REFERRED: referred,
}
"""A decision for each kind of notice."""


def two_routes() -> DecisionMade:
    """Rain through the roof is insured, groundwater is not."""
    findings = (
        finding(WaterRoute.DIRECT_PRECIPITATION, Outcome.COVERED, GroundCode.DIRECT_PRECIPITATION),
        finding(WaterRoute.GROUNDWATER, Outcome.DENIED, GroundCode.GROUNDWATER),
    )
    return paid().model_copy(update={"findings": findings})


def finding(route: WaterRoute, outcome: Outcome, code: GroundCode) -> Finding:
    ground = Ground(
        code=code,
        effect=GroundEffect.COVERS if outcome is Outcome.COVERED else GroundEffect.EXCLUDES,
        holds=Truth.TRUE,
        weight=GroundWeight.DECISIVE,
    )
    return Finding(route=route, outcome=outcome, grounds=(ground,), second_look=True)
