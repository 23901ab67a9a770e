"""Parts that decisions are put together from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from msgspec.structs import replace
from uuid_utils.compat import uuid7

from contracts.claims import DECISION_MADE, DecisionMade, RainEvidence
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
from contracts.vocabulary import FactSource, PerilFamily, Truth, WaterRoute
from notify_svc.examples.people import CUSTOMER

DAMAGE_CENTS = 184_000


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
