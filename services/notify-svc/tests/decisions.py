"""Decisions, customers and reporters with real figures: Ell, July 2021."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from msgspec.structs import replace
from rain_evidence import A_LITTLE_SHORT, FORTY_MM
from uuid_utils.compat import uuid7

from contracts.claims import DECISION_MADE, DecisionMade, InKind, RainEvidence
from contracts.coverage import (
    DecidedItem,
    Finding,
    Ground,
    GroundCode,
    GroundEffect,
    GroundFact,
    GroundWeight,
    Outcome,
)
from contracts.loss_reports import DamageKind
from contracts.money import EventDeductible, Money, MoneyStep, MoneyStepCode
from contracts.notify import ReporterContactProvided
from contracts.policy import ContactChanged
from contracts.vocabulary import FactSource, Language, PerilFamily, PostalAddress, Truth, WaterRoute
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.notice import NoticeKind

CUSTOMER = UUID("0198c5f0-1111-7aaa-8bbb-123456789abc")
REPORT = UUID("0198c5f2-6d00-7b11-8f21-0a4b5c6d7e8f")
DECIDED_AT = datetime(2021, 7, 16, 8, 0, 4, tzinfo=UTC)
NAME, EMAIL, MOBILE_PHONE = "J. Voorbeeld", "j.voorbeeld@example.org", "+31612345678"
ADDRESS = PostalAddress(postcode="6011RA", house_number="12")
INSURER = Insurer(
    name="Waterschade",
    phone="088 123 45 67",
    address="Postbus 1, 1000 AA Amsterdam",
    portal_url="https://portal.example",
)
DAMAGE_CENTS = 184_000


def contact(
    *,
    customer_id: UUID = CUSTOMER,
    version: int = 1,
    name: str = NAME,
    email: str | None = EMAIL,
    mobile_phone: str | None = MOBILE_PHONE,
    postal_address: PostalAddress | None = ADDRESS,
    language: Language = Language.DUTCH,
) -> ContactChanged:
    return ContactChanged(
        customer_id=customer_id,
        version=version,
        relation_number="123456",
        name=name,
        email=email,
        mobile_phone=mobile_phone,
        postal_address=postal_address,
        language=language,
    )


def reporter(
    *,
    report_id: UUID = REPORT,
    version: int = 1,
    email: str | None = EMAIL,
    mobile_phone: str | None = MOBILE_PHONE,
    postal_address: PostalAddress | None = None,
) -> ReporterContactProvided:
    return ReporterContactProvided(
        report_id=report_id,
        report_version=version,
        name=NAME,
        email=email,
        mobile_phone=mobile_phone,
        postal_address=postal_address,
    )


def paid(*, claim_id: UUID | None = None, version: int = 1, customer_id: UUID | None = CUSTOMER) -> DecisionMade:
    """EUR 1,840.00 of damage, the least deductible of EUR 250.00, 40.2 mm in 24 hours."""
    changes = {"claim_id": claim_id or uuid7(), "claim_version": version, "customer_id": customer_id}
    return replace(DECISION_MADE.examples[0], **changes)


def decision(
    outcome: Outcome,
    ground: GroundCode,
    *,
    findings: Sequence[Finding] = (),
    items: Sequence[DecidedItem] = (),
    grounds: Sequence[Ground] = (),
    rain: RainEvidence | None = None,
    money: Money | None = None,
    **others: object,
) -> DecisionMade:
    """Return a decision whose money follows its items, unless it is given."""
    return replace(
        paid(),
        outcome=outcome,
        deciding_ground=ground,
        grounds=tuple(grounds),
        findings=tuple(findings),
        items=tuple(items),
        rain=rain,
        money=money or money_of(items),
        **others,
    )


def ground(
    code: GroundCode,
    effect: GroundEffect,
    *,
    weight: GroundWeight = GroundWeight.DECISIVE,
    facts: Mapping[str, tuple[Truth, FactSource | None]] | None = None,
) -> Ground:
    holds = {
        GroundWeight.DOES_NOT_HOLD: Truth.FALSE,
        GroundWeight.NOT_REACHED: Truth.UNKNOWN,
    }.get(weight, Truth.TRUE)
    return Ground(
        code=code,
        effect=effect,
        holds=holds,
        weight=weight,
        facts=tuple(
            GroundFact(name=name, value=value, source=source) for name, (value, source) in (facts or {}).items()
        ),
    )


EFFECTS = {
    Outcome.COVERED: GroundEffect.COVERS,
    Outcome.DENIED: GroundEffect.EXCLUDES,
    Outcome.REFERRED: GroundEffect.REFERS,
    Outcome.WITHDRAWN: GroundEffect.ENDS,
}


def finding(
    route: WaterRoute,
    outcome: Outcome,
    code: GroundCode,
    *besides: Ground,
    second_look: bool = False,
    facts: Mapping[str, FactSource] | None = None,
) -> Finding:
    """Return a finding that `code` decided on `facts` that are true, each with who says so."""
    decisive = ground(
        code, EFFECTS[outcome], facts={name: (Truth.TRUE, source) for name, source in (facts or {}).items()}
    )
    return Finding(route=route, outcome=outcome, grounds=(decisive, *besides), second_look=second_look)


def item(
    outcome: Outcome,
    code: GroundCode,
    *,
    kind: DamageKind = DamageKind.BUILDINGS,
    amount_cents: int = DAMAGE_CENTS,
    family: PerilFamily = PerilFamily.RAIN,
    is_heavy: bool = False,
    **others: object,
) -> DecidedItem:
    judged = DecidedItem(
        kind=kind,
        amount_cents=amount_cents,
        estimated_by=FactSource.CUSTOMER,
        route=None,
        outcome=outcome,
        ground=code,
        family=family if outcome is Outcome.COVERED else None,
        rests_on_heavy_weather=is_heavy,
    )
    return replace(judged, **others)


def deductible(
    *,
    family: PerilFamily = PerilFamily.RAIN,
    chosen_cents: int = 0,
    minimum_cents: int = 0,
    covered_cents: int = DAMAGE_CENTS,
    borne_by_event_cents: int = 0,
    others_cents: int = 0,
) -> EventDeductible:
    return EventDeductible(
        family=family,
        chosen_cents=chosen_cents,
        minimum_cents=minimum_cents,
        event_covered_cents=covered_cents,
        event_heavy_cents=covered_cents if minimum_cents else 0,
        borne_by_event_cents=borne_by_event_cents,
        borne_by_others_cents=others_cents,
        borne_cents=borne_by_event_cents - others_cents,
    )


def money_of(items: Sequence[DecidedItem], *deductibles: EventDeductible, before_cents: int = 0) -> Money:
    """Return the money of `items`, as claims-svc accounts for it."""
    amounts = {
        MoneyStepCode.DAMAGE: sum(one.amount_cents for one in items),
        MoneyStepCode.NOT_COVERED: -sum(one.amount_cents for one in items if one.outcome is Outcome.DENIED),
        MoneyStepCode.UNDECIDED: -sum(one.amount_cents for one in items if one.outcome is Outcome.REFERRED),
        MoneyStepCode.AWAITING_ASSESSMENT: -sum(one.amount_cents for one in items if one.awaits_assessment),
        MoneyStepCode.DEDUCTIBLE: -sum(one.borne_cents for one in deductibles),
    }
    undisputed = any(one.outcome is Outcome.COVERED and not one.awaits_assessment for one in items)
    all_denied = bool(items) and all(one.outcome is Outcome.DENIED for one in items)
    payable = sum(amounts.values()) if undisputed else 0 if all_denied else None
    return Money(
        steps=tuple(MoneyStep(code=code, amount_cents=amount) for code, amount in amounts.items() if amount),
        payable_cents=payable,
        awaits_assessment=any(one.awaits_assessment for one in items),
        deductibles=deductibles,
        decided_before_cents=before_cents,
        to_pay_cents=None if payable is None else max(0, payable - before_cents),
    )


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
