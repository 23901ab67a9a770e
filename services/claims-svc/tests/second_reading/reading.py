"""The decision on a claim, read a second time from domain.md sections 1 and 3: the claim, its items, their money."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from second_reading import money
from second_reading.cases import (
    EITHER,
    FLOOD,
    LOSS_ON,
    NO,
    RAIN,
    UNKNOWN,
    YES,
    Answer,
    Damage,
    History,
    LossCase,
    Others,
    Said,
)
from second_reading.cover import COVERED, DENIED, FIRE, REFERRED, SAID_OF, WATERS, Finding, finding_on, reported, told

from contracts.coverage import GroundCode, Outcome

COVERS = ("buildings", "contents")
"""What is damaged by these is insured apart; cleaning and pumping go with either."""
_INSURED_BY_ALL = ("cleaning", "pumping")
"""Whatever is insured, these are."""
ENOUGH_FOR_PUMPING = ("indirect rain", "flood", "groundwater")
MIXING = frozenset({"flood", "sewer", "indirect rain"})
REPORTED_WITHIN_YEARS = 3
RESTS_ON_HEAVY_RAIN = (
    GroundCode.HEAVY_LOCAL_PRECIPITATION,
    GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION,
    GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL,
    GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION,
)
FROM_A_FLOOD = (
    GroundCode.SEWER_WATER_FROM_COVERED_FLOOD,
    GroundCode.REGIONAL_DEFENCE_FAILED,
    GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED,
    GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION,
)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """What covers an item, the family of perils it belongs to, and whether it is heavy weather."""

    ground: GroundCode
    family: str
    heavy: bool


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One item judged. `causes` are all those that cover it and cannot be told apart."""

    item: Damage
    outcome: Outcome
    ground: GroundCode
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Charged:
    """A covered item and the cause it is paid for."""

    item: Damage
    cause: Cause

    @property
    def by_customer(self) -> bool:
        return self.item.by == "customer"


@dataclass(frozen=True, kw_only=True)
class Paid:
    """What is paid at once of the covered items, None while nothing is, and what will be when all are assessed.

    `grounds` are those the items are paid for.
    """

    cents: int | None
    in_the_end_cents: int
    awaiting_cents: int
    grounds: tuple[GroundCode, ...]


def answer(case: LossCase) -> Answer:
    """Return how the claim ends, on which ground, and what is paid at once."""
    for_a_handler = _before_anything_is_judged(case)
    if for_a_handler is not None:
        return _to_a_handler(for_a_handler)
    judged = _judge_claim(case)
    return _to_a_handler(GroundCode.STATEMENT_TURNED) if _turned_in_favour(case, judged) else judged


def _before_anything_is_judged(case: LossCase) -> GroundCode | None:
    """Return why the claim as a whole is for a handler, whatever its facts are."""
    history, state = case.history, case.insured.state
    for holds, ground in (
        (state == "unknown", GroundCode.POLICY_UNKNOWN),
        (state == "of an unknown product", GroundCode.PRODUCT_UNKNOWN),
        (history.reported_on > _years_after(LOSS_ON, REPORTED_WITHIN_YEARS), GroundCode.REPORTED_LATE),
        (history.possible_duplicate, GroundCode.POSSIBLE_DUPLICATE),
        (history.reporters_differ, GroundCode.REPORTERS_DIFFER),
    ):
        if holds:
            return ground
    return None


def _judge_claim(case: LossCase) -> Answer:
    """Return the answer of the insurance and of the items."""
    if case.insured.state == "not insured":
        return Answer(outcome=DENIED, ground=GroundCode.NOT_INSURED_AT_LOSS, payable_cents=0)
    if case.insured.state == "changed during the loss":
        return _to_a_handler(GroundCode.TERMS_CHANGED_DURING_LOSS)
    case = _with_what_items_say(case)
    waters = reported(case)
    # Where no answer can make a difference, that nobody has told it leaves nothing in doubt.
    if not waters and not _none_is_insured(case):
        return _to_a_handler(GroundCode.NO_ROUTE_REPORTED)
    judged = _judged(case, waters) or _of_whatever(case, waters)
    if not case.damage and any(each.outcome is not DENIED for each in judged):
        return _to_a_handler(GroundCode.DAMAGE_NOT_REPORTED)
    if case.said.get("causes inseparable", Said(value=NO)).value != NO:
        return _to_a_handler(GroundCode.CAUSES_INSEPARABLE)
    return _of_items(case, judged)


def _none_is_insured(case: LossCase) -> bool:
    insured = [item for item in case.damage if item.kind not in COVERS or item.kind in case.insured.covers]
    return bool(case.damage) and not insured


def _of_whatever(case: LossCase, waters: Sequence[str]) -> list[Judged]:
    """Return what becomes of damage of each kind, by a water that is not told, by each that is, and by fire."""
    causes: list[tuple[str | None, bool | None]] = [(cause, None) for cause in (None, *waters)]
    if "flood" in waters and case.said.get("fire followed", Said(value=NO)).value != NO:
        causes += [("flood", True), ("flood", False)]
    whatever = tuple(
        Damage(kind=kind, cents=0, cause=cause, by_fire=by_fire)
        for kind in _INSURED_BY_ALL
        for cause, by_fire in causes
    )
    return _judged(replace(case, damage=whatever), waters)


def _to_a_handler(ground: GroundCode) -> Answer:
    return Answer(outcome=REFERRED, ground=ground, payable_cents=None)


def _years_after(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


def _turned_in_favour(case: LossCase, now: Answer) -> bool:
    """Return whether the customer's own story turned and does better by it than by the first one.

    The rain at another moment of loss is not known any more: then what was decided to be paid before is compared.
    """
    history = case.history
    paid_more = (now.payable_cents or 0) > history.decided_before_cents
    first_covered = now.outcome is COVERED and history.decided_before_cents == 0
    if history.other_moment and (paid_more or first_covered):
        return True
    if not history.first_said:
        return False
    first = _judge_claim(replace(case, said={**case.said, **history.first_said}, history=History()))
    return _worth(now) > _worth(first) or (now.payable_cents or 0) > (first.payable_cents or 0)


def _worth(answer: Answer) -> tuple[int, int, int]:
    """Return how good an answer is for the customer: its outcome, then money at once, then money to come."""
    return (DENIED, REFERRED, COVERED).index(answer.outcome), answer.payable_cents or 0, answer.awaiting_cents


def _with_what_items_say(case: LossCase) -> LossCase:
    """Return the case with every water and fire that an item names; where the report tells otherwise it is unknown."""
    named = {SAID_OF[item.cause] for item in case.damage if item.cause is not None}
    if any(item.by_fire for item in case.damage):
        named |= {SAID_OF["flood"], "fire followed"}
    unknown = [fact for fact in sorted(named) if (said := told(fact, case.said)) is None or said.value == NO]
    return replace(case, said={**case.said, **dict.fromkeys(unknown, Said(value=UNKNOWN))})


def _judged(case: LossCase, waters: Sequence[str]) -> list[Judged]:
    findings = {water: finding_on(water, case) for water in waters}
    if "flood" in findings:
        findings[FIRE] = finding_on(FIRE, case)
    return [_judge(item, case, findings) for item in case.damage]


def _judge(item: Damage, case: LossCase, findings: Mapping[str, Finding]) -> Judged:
    """Return the verdict on one item: the first of these that holds, else what the waters say that may have done it."""
    by_water = [water for water in WATERS if water in findings and item.cause in {None, water}]
    by = [FIRE] if item.by_fire else by_water
    for holds, outcome, ground in (
        (item.kind in COVERS and item.kind not in case.insured.covers, DENIED, GroundCode.COVER_NOT_CHOSEN),
        (item.by_fire and item.cause not in {None, "flood"}, REFERRED, GroundCode.DAMAGE_NOT_ATTRIBUTED),
        (_waters_mixed(findings, by), REFERRED, GroundCode.EXCLUDED_FLOOD_WITH_OTHER_WATER),
        (_fire_differs(item, case, findings, by), REFERRED, GroundCode.DAMAGE_NOT_ATTRIBUTED),
    ):
        if holds:
            return Judged(item=item, outcome=outcome, ground=ground)
    found = {name: findings[name] for name in by}
    outcome, ground, covering = _pumping(found) if item.kind == "pumping" else _together(found)
    return Judged(item=item, outcome=outcome, ground=ground, causes=tuple(_causes(covering, case)))


def _waters_mixed(findings: Mapping[str, Finding], by: Sequence[str]) -> bool:
    """Return whether an excluded flood came with sewer water or running rain, and one of these may have done it."""
    excluded = "flood" in findings and findings["flood"].outcome is DENIED
    return excluded and bool({"sewer", "indirect rain"} & set(findings)) and bool(MIXING & set(by))


def _fire_differs(item: Damage, case: LossCase, findings: Mapping[str, Finding], by: Sequence[str]) -> bool:
    """Return whether fire may have done what a flood may have done, and is not judged as its water is."""
    perhaps = (
        item.by_fire is None and item.kind != "pumping" and case.said.get("fire followed", Said(value=NO)).value != NO
    )
    return perhaps and "flood" in by and findings["flood"].outcome is not findings[FIRE].outcome


def _together(found: Mapping[str, Finding]) -> tuple[Outcome, GroundCode, Iterable[Finding]]:
    """Return what several waters say together of one item, and the findings that cover it."""
    findings = list(found.values())
    for finding in findings:
        if finding.outcome is REFERRED:
            return REFERRED, finding.ground, ()
    if len({finding.outcome for finding in findings}) > 1:
        return REFERRED, GroundCode.DAMAGE_NOT_ATTRIBUTED, ()
    if any(finding.second_look for finding in findings):
        return REFERRED, GroundCode.SECOND_LOOK, ()
    return findings[0].outcome, findings[0].ground, findings


def _pumping(found: Mapping[str, Finding]) -> tuple[Outcome, GroundCode, Iterable[Finding]]:
    """Return the same for pumping: one sufficient cause suffices, sewer and fire are doubts, direct rain is none."""
    enough = [found[name] for name in ENOUGH_FOR_PUMPING if name in found]
    sure = [finding for finding in enough if finding.outcome is COVERED and not finding.second_look]
    if sure:
        return COVERED, sure[0].ground, sure
    # Rain that falls in suffices in no case, so its own doubt matters only where it is all there is.
    others = {name: finding for name, finding in found.items() if name != "direct rain"} or found
    if any(finding.outcome is COVERED for finding in enough):
        return REFERRED, GroundCode.SECOND_LOOK, ()
    for finding in others.values():
        if finding.outcome is REFERRED:
            return REFERRED, finding.ground, ()
    if any(others[name].outcome is COVERED for name in ("sewer", FIRE) if name in others):
        return REFERRED, GroundCode.CELLAR_PUMPING, ()
    denied = [finding.ground for finding in others.values() if finding.outcome is DENIED]
    return DENIED, denied[0] if denied else GroundCode.CELLAR_PUMPING, ()


def _causes(covering: Iterable[Finding], case: LossCase) -> Iterator[Cause]:
    cloudburst = case.measured is not None and case.measured.cloudburst == YES
    for finding in covering:
        for ground in finding.causes:
            yield Cause(
                ground=ground,
                family=FLOOD if ground in FROM_A_FLOOD else RAIN,
                heavy=ground in RESTS_ON_HEAVY_RAIN or (ground is GroundCode.DIRECT_PRECIPITATION and cloudburst),
            )


def _of_items(case: LossCase, items: Sequence[Judged]) -> Answer:
    """Return the claim's answer: one item in doubt leaves it to a handler, what is undisputed is paid meanwhile."""
    covered = [each for each in items if each.outcome is COVERED]
    # Damage that two covered causes may have done takes the deductible that is better for the customer in the end.
    ways = [_pay(covered, case, preferred) for preferred in (RAIN, FLOOD)]
    paid = max(ways, key=lambda paid: (paid.in_the_end_cents, paid.cents or 0))
    outcome = next(outcome for outcome in (REFERRED, COVERED, DENIED) if outcome in {each.outcome for each in items})
    first = next(each for each in items if each.outcome is outcome)
    return Answer(
        outcome=outcome,
        ground=paid.grounds[0] if outcome is COVERED else first.ground,
        payable_cents=0 if outcome is DENIED else paid.cents,
        awaiting_cents=paid.awaiting_cents,
    )


def _pay(covered: Sequence[Judged], case: LossCase, preferred: str) -> Paid:
    """Return what is paid when damage that two families may have done counts in the `preferred` one."""
    causes = [min(each.causes, key=lambda cause: (cause.family != preferred, cause.heavy)) for each in covered]
    charged = [Charged(item=each.item, cause=cause) for each, cause in zip(covered, causes, strict=True)]
    at_once = [each for each in charged if not _awaits(each, charged, case)]
    return Paid(
        cents=_less_deductible(at_once, case, preferred) if at_once else None,
        in_the_end_cents=_less_deductible(charged, case, preferred),
        awaiting_cents=sum(each.item.cents for each in charged) - sum(each.item.cents for each in at_once),
        grounds=tuple(cause.ground for cause in causes),
    )


def _awaits(one: Charged, charged: Sequence[Charged], case: LossCase) -> bool:
    """Return whether the customer's own amount is too high to pay on it, with all others of the same event."""
    estimated = sum(_cents(each for each in charged if each.cause.family == one.cause.family and each.by_customer))
    others = case.others.get(one.cause.family, Others())
    return one.by_customer and money.awaits_assessment(estimated_cents=estimated + others.estimated_cents)


def _less_deductible(charged: Sequence[Charged], case: LossCase, preferred: str) -> int:
    """Return the damage less what the claim bears of its events."""
    alone, with_it, bore = {}, {}, {}
    for family in (RAIN, FLOOD):
        own = [each for each in charged if each.cause.family == family]
        damage, heavy = sum(_cents(own)), sum(_cents(each for each in own if each.cause.heavy))
        others = case.others.get(family, Others())
        either = case.others.get(EITHER, Others()) if family == preferred else Others()
        chosen = case.insured.deductible_cents
        alone[family] = money.event_bears(chosen_cents=chosen, damage_cents=damage, heavy_cents=heavy)
        with_it[family] = money.event_bears(
            chosen_cents=chosen,
            damage_cents=damage + others.covered_cents + either.covered_cents,
            heavy_cents=heavy + others.heavy_cents,
        )
        bore[family] = others.bore_cents
    # What others bore for damage of either family was borne for both events together.
    events = [(RAIN, FLOOD)] if EITHER in case.others else [(RAIN,), (FLOOD,)]
    bears = sum(
        money.claim_bears(
            alone_bears_cents=sum(alone[family] for family in families),
            with_it_bears_cents=sum(with_it[family] for family in families),
            others_bore_cents=sum(bore[family] for family in families),
        )
        for families in events
    )
    return sum(_cents(charged)) - bears


def _cents(charged: Iterable[Charged]) -> Iterator[int]:
    return (each.item.cents for each in charged)
