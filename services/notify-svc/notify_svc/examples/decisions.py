"""A decision for each kind of notice: Ell, July 2021."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec.structs import replace

from contracts.claims import DecisionMade, InKind
from contracts.coverage import Finding, GroundCode, GroundEffect, Outcome
from contracts.loss_reports import DamageKind
from contracts.vocabulary import FactSource, Truth, WaterRoute
from notify_svc.domain.notice import NoticeKind
from notify_svc.examples.parts import decision, deductible, finding, ground, item, money_of, paid
from notify_svc.examples.rain import A_LITTLE_SHORT, FORTY_MM

HEAVY = GroundCode.HEAVY_LOCAL_PRECIPITATION
HEAVY_FINDING = finding(WaterRoute.INDIRECT_PRECIPITATION, Outcome.COVERED, HEAVY)


def denied() -> DecisionMade:
    """Too little rain for what ran in."""
    code = GroundCode.NO_HEAVY_LOCAL_PRECIPITATION
    return decision(
        Outcome.DENIED,
        code,
        findings=[
            finding(
                WaterRoute.INDIRECT_PRECIPITATION,
                Outcome.DENIED,
                code,
                facts={"precipitation_left_its_course": FactSource.CUSTOMER},
            )
        ],
        items=[item(Outcome.DENIED, code)],
        rain=A_LITTLE_SHORT,
    )


def referred() -> DecisionMade:
    """Nobody knows whether a window was open."""
    facts = {"came_through_open_window_or_door": (Truth.UNKNOWN, None)}
    missing = ground(GroundCode.FACT_MISSING, GroundEffect.REFERS, facts=facts)
    return decision(
        Outcome.REFERRED,
        GroundCode.FACT_MISSING,
        findings=[
            Finding(route=WaterRoute.INDIRECT_PRECIPITATION, outcome=Outcome.REFERRED, grounds=(missing,)),
        ],
        items=[item(Outcome.REFERRED, GroundCode.FACT_MISSING)],
    )


def paid_for_a_part() -> DecisionMade:
    """The building is insured, what stands in it is not."""
    items = [
        item(Outcome.COVERED, HEAVY, is_heavy=True),
        item(Outcome.DENIED, GroundCode.COVER_NOT_CHOSEN, kind=DamageKind.CONTENTS, amount_cents=60_000),
    ]
    borne = deductible(minimum_cents=25_000, borne_by_event_cents=25_000)
    return decision(
        Outcome.COVERED, HEAVY, findings=[HEAVY_FINDING], rain=FORTY_MM, items=items, money=money_of(items, borne)
    )


def nothing_payable() -> DecisionMade:
    items = [item(Outcome.COVERED, HEAVY, amount_cents=20_000, is_heavy=True)]
    borne = deductible(minimum_cents=25_000, covered_cents=20_000, borne_by_event_cents=20_000)
    return decision(
        Outcome.COVERED, HEAVY, findings=[HEAVY_FINDING], rain=FORTY_MM, items=items, money=money_of(items, borne)
    )


def awaiting_assessment() -> DecisionMade:
    """Everything awaits an assessment, the deductible too; what stands in the home is not insured."""
    items = [
        item(Outcome.COVERED, HEAVY, amount_cents=900_000, is_heavy=True, awaits_assessment=True),
        item(Outcome.DENIED, GroundCode.COVER_NOT_CHOSEN, kind=DamageKind.CONTENTS, amount_cents=60_000),
    ]
    later = deductible(minimum_cents=25_000, covered_cents=0)
    return decision(
        Outcome.COVERED, HEAVY, findings=[HEAVY_FINDING], rain=FORTY_MM, items=items, money=money_of(items, later)
    )


def part_paid_rest_assessed() -> DecisionMade:
    """The repair partner's amount is paid, the customer's awaits an assessment."""
    items = [
        item(Outcome.COVERED, HEAVY, is_heavy=True, estimated_by=FactSource.REPAIR_PARTNER),
        item(Outcome.COVERED, HEAVY, kind=DamageKind.CLEANING, amount_cents=300_000, awaits_assessment=True),
    ]
    borne = deductible(minimum_cents=25_000, borne_by_event_cents=25_000)
    return decision(
        Outcome.COVERED, HEAVY, findings=[HEAVY_FINDING], rain=FORTY_MM, items=items, money=money_of(items, borne)
    )


def part_paid_rest_referred(*, before_cents: int = 0) -> DecisionMade:
    """Rain through the roof is paid, what came by another way is for a handler."""
    direct, other = GroundCode.DIRECT_PRECIPITATION, GroundCode.OTHER_CAUSE
    items = [
        item(Outcome.COVERED, direct, route=WaterRoute.DIRECT_PRECIPITATION),
        item(Outcome.REFERRED, other, kind=DamageKind.CLEANING, route=WaterRoute.OTHER, amount_cents=40_000),
    ]
    return decision(
        Outcome.REFERRED,
        other,
        findings=[
            finding(WaterRoute.DIRECT_PRECIPITATION, Outcome.COVERED, direct),
            finding(WaterRoute.OTHER, Outcome.REFERRED, other),
        ],
        items=items,
        money=money_of(items, deductible(), before_cents=before_cents),
    )


def part_decided_rest_referred() -> DecisionMade:
    """What stands in the home is not insured, the rest is for a handler."""
    items = [
        item(Outcome.REFERRED, GroundCode.STORM),
        item(Outcome.DENIED, GroundCode.COVER_NOT_CHOSEN, kind=DamageKind.CONTENTS, amount_cents=60_000),
    ]
    return decision(
        Outcome.REFERRED,
        GroundCode.STORM,
        findings=[finding(WaterRoute.STORM, Outcome.REFERRED, GroundCode.STORM)],
        items=items,
    )


def paid_more() -> DecisionMade:
    """EUR 1,590.00 was decided before; an assessment added EUR 500.00 of damage."""
    items = [item(Outcome.COVERED, HEAVY, amount_cents=234_000, is_heavy=True, estimated_by=FactSource.HANDLER)]
    borne = deductible(minimum_cents=25_000, covered_cents=234_000, borne_by_event_cents=25_000)
    money = money_of(items, borne, before_cents=159_000)
    return decision(
        Outcome.COVERED, HEAVY, findings=[HEAVY_FINDING], rain=FORTY_MM, items=items, money=money, claim_version=2
    )


def payment_unchanged() -> DecisionMade:
    made = paid(version=2)
    money = replace(made.money, decided_before_cents=159_000, to_pay_cents=0)
    return replace(made, money=money)


def repaired() -> DecisionMade:
    """A repair firm repaired what ran in; nothing is left to take the deductible off."""
    items = [item(Outcome.COVERED, HEAVY, amount_cents=900_000, is_heavy=True, estimated_by=FactSource.REPAIR_PARTNER)]
    borne = deductible(minimum_cents=25_000, covered_cents=900_000, borne_by_event_cents=25_000)
    made = decision(
        Outcome.COVERED,
        HEAVY,
        findings=[HEAVY_FINDING],
        rain=FORTY_MM,
        items=items,
        money=money_of(items, borne),
        claim_version=2,
    )
    in_kind = InKind(repaired_cents=900_000, paid_before_cents=0, to_pay_cents=0, borne_by_customer_cents=25_000)
    return replace(made, in_kind=in_kind)


def partly_repaired() -> DecisionMade:
    """The building was repaired; contents, paid before less the deductible, turned out to be worth more."""
    made = repaired()
    contents = item(Outcome.COVERED, HEAVY, kind=DamageKind.CONTENTS, amount_cents=150_000, is_heavy=True)
    items = (*made.items, contents)
    money = money_of(items, *made.money.deductibles, before_cents=75_000)
    in_kind = InKind(repaired_cents=900_000, paid_before_cents=75_000, to_pay_cents=50_000)
    return replace(made, items=items, money=money, in_kind=in_kind)


def withdrawn() -> DecisionMade:
    """Taken back by whoever reported it."""
    return _ended(GroundCode.WITHDRAWN)


def joined() -> DecisionMade:
    """Decided with another claim, by a handler who saw that both are about one loss."""
    return _ended(GroundCode.JOINED)


def _ended(code: GroundCode) -> DecisionMade:
    items = [item(Outcome.WITHDRAWN, code)]
    return decision(
        Outcome.WITHDRAWN, code, grounds=[ground(code, GroundEffect.ENDS)], findings=[HEAVY_FINDING], items=items
    )


NOTICES: Mapping[NoticeKind, Callable[[], DecisionMade]] = {
    NoticeKind.PAID: paid,
    NoticeKind.PAID_FOR_A_PART: paid_for_a_part,
    NoticeKind.PAID_MORE: paid_more,
    NoticeKind.PAYMENT_UNCHANGED: payment_unchanged,
    NoticeKind.REPAIRED: repaired,
    NoticeKind.NOTHING_PAYABLE: nothing_payable,
    NoticeKind.AWAITS_ASSESSMENT: awaiting_assessment,
    NoticeKind.PART_PAID_REST_ASSESSED: part_paid_rest_assessed,
    NoticeKind.DENIED: denied,
    NoticeKind.WITHDRAWN: withdrawn,
    NoticeKind.JOINED: joined,
    NoticeKind.REFERRED: referred,
    NoticeKind.PART_PAID_REST_REFERRED: part_paid_rest_referred,
    NoticeKind.PART_DECIDED_REST_REFERRED: part_decided_rest_referred,
}
"""A decision for each kind of notice."""
