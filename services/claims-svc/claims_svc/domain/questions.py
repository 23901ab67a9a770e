"""Which facts could still change a claim's outcome or money, and who can tell them: computed by trying the rules.

A water, a fire or a mixture of causes that nobody mentions is not at issue, and nobody is asked whether there was one.
A reporter is asked what nobody has said anything about; who said that it is unknown has answered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from claims_svc.domain.basis import Basis
from claims_svc.domain.facts import NEEDS_SOURCE, ROUTE_FACTS
from claims_svc.domain.insurance import Insurance, InsuranceState, InsuredTerms
from claims_svc.domain.needs import possible_rains
from claims_svc.domain.product import CURRENT_PRODUCT
from claims_svc.domain.rain import Rain, rain_of
from claims_svc.domain.rules.by_hand import ruled_claim_level
from claims_svc.domain.rules.claim_level import claim_level_rules
from claims_svc.domain.rules.reported import NamedByDamage, named_by, reported_fire, reported_routes
from claims_svc.domain.rules.ruled_on import counts_in
from claims_svc.domain.verdict import Verdict, decide_given
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import Cover, Fact, FactSource, Location, Truth, WaterRoute

ROUTE = "route"
"""The code of the question how the water came in."""
DAMAGE = "damage"
"""The code of the question what was damaged."""


class AskedOf(StrEnum):
    """Who can answer."""

    REPORTER = "reporter"
    HANDLER = "handler"
    """Residents cannot know it, or said that they do not: a register or somebody who went to look must tell."""


class Question(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing to ask. `code` names it for good: `route`, `facts.toilet_overflowed`, `damage`, `damage.1.route`.

    Items of damage are counted from 0. `because` are the grounds on which the claim can be decided by the answer.
    """

    code: str
    asked_of: AskedOf
    because: tuple[GroundCode, ...] = ()


def questions_to_reporter(basis: Basis, *, not_known: Collection[str] = ()) -> tuple[Question, ...]:
    """Return what to ask the reporter, most telling first.

    `not_known` are the codes of questions about damage that they could not answer.
    """
    left_out = _left_out(basis.facts, named_by(basis.damage))
    open_items = _open_items(basis.damage, left_out)
    if basis.damage and left_out.routes and not (left_out.unsaid or open_items):
        return ()
    basis = _as_if_insured(basis)
    if _is_decided_whatever_is_told(basis):
        return ()
    asked = [
        *([] if left_out.routes else [_of_reporter(ROUTE, GroundCode.NO_ROUTE_REPORTED)]),
        *([] if basis.damage else [_of_reporter(DAMAGE, GroundCode.DAMAGE_NOT_REPORTED)]),
        *_by_stake(
            [
                *_facts_to_ask(basis, left_out, names=left_out.unsaid, asked_of=AskedOf.REPORTER),
                *_items_to_ask(basis, left_out, open_items, asked_of=AskedOf.REPORTER),
            ],
            basis,
        ),
    ]
    return tuple(question for question in asked if question.code not in not_known)


def open_questions(basis: Basis, *, not_known: Collection[str] = ()) -> tuple[Question, ...]:
    """Return what to ask: the reporter first, then handlers, most telling first."""
    return (*questions_to_reporter(basis, not_known=not_known), *questions_to_handlers(basis))


def questions_to_handlers(basis: Basis) -> tuple[Question, ...]:
    """Return what only a register or somebody who went to look can tell, most telling first.

    Of a flood nobody has looked at this takes a tenth of a second: it is computed beside the event loop.
    """
    left_out = _left_out(basis.facts, named_by(basis.damage))
    doubted = [name for name in left_out.to_look_up if _is_doubted(getattr(basis.facts, name), name, basis)]
    open_items = _open_items(basis.damage, left_out)
    insured = _as_if_insured(basis)
    if not (doubted or open_items) or _is_decided_whatever_is_told(insured):
        return ()
    to_handler = [
        *_facts_to_ask(insured, left_out, names=doubted, asked_of=AskedOf.HANDLER),
        *_items_to_ask(insured, left_out, open_items, asked_of=AskedOf.HANDLER),
    ]
    return tuple(_by_stake(to_handler, insured))


class _LeftOut(NamedTuple):
    """What a report says nothing about, or nothing certain, though it belongs to what it tells of."""

    routes: tuple[WaterRoute, ...]
    fire: bool
    unsaid: tuple[str, ...]
    to_look_up: tuple[str, ...]


# Memoised because the many claims of one storm report few different combinations of facts.
@lru_cache(maxsize=4_096)
def _left_out(facts: LossFacts, named: NamedByDamage) -> _LeftOut:
    routes = reported_routes(facts, named_by_damage=named)
    fire = WaterRoute.FLOOD in routes and reported_fire(facts, named_by_damage=named) is not None
    # That water came in by some way is asked only where nothing but an item of damage says so.
    at_issue = [entry.name for entry in routes.values() if entry.value is Truth.UNKNOWN]
    at_issue += [name for route in routes for name in _ASKED_ABOUT.get(route, ())]
    at_issue += [_FIRE] if fire else []
    values = {name: getattr(facts, name) for name in at_issue}
    return _LeftOut(
        routes=tuple(routes),
        fire=fire,
        unsaid=tuple(name for name, fact in values.items() if fact is None and name not in NEEDS_SOURCE),
        to_look_up=tuple(name for name, fact in values.items() if fact is not None or name in NEEDS_SOURCE),
    )


def _is_doubted(fact: Fact | None, name: str, basis: Basis) -> bool:
    """Return whether a handler's word could add to `fact`."""
    if fact is None or fact.value is Truth.UNKNOWN:
        return True
    return name in NEEDS_SOURCE and fact.source not in basis.product.trusted_sources


def _open_items(damage: Sequence[DamageItem], left_out: _LeftOut) -> tuple[tuple[int, str], ...]:
    """Return the places of items that leave open by which water, or whether by fire, and the name of that."""
    if len(left_out.routes) < 2 and not left_out.fire:  # noqa: PLR2004 - one water is no choice
        return ()
    return tuple(
        (place, name)
        for place, item in enumerate(damage)
        for name, is_choice in (("route", len(left_out.routes) > 1), ("by_fire_or_explosion", left_out.fire))
        if is_choice and getattr(item, name) is None
    )


def _as_if_insured(basis: Basis) -> Basis:
    """Return the basis with the fullest insurance as long as that at loss is not known: it can still come."""
    if basis.insurance.state is not InsuranceState.UNKNOWN:
        return basis
    return replace(basis, insurance=_FULLY_INSURED, product=CURRENT_PRODUCT)


def _is_decided_whatever_is_told(basis: Basis) -> bool:
    rulings = [ruling for ruling in basis.rulings if counts_in(basis, ruling)]
    rules = ruled_claim_level(claim_level_rules(basis, findings=(), items=(), statement_turned=False), rulings)
    return any(rule.stands is Truth.TRUE and rule.code not in _ENDED_BY_ANSWERS for rule in rules)


def _facts_to_ask(basis: Basis, left_out: _LeftOut, *, names: Sequence[str], asked_of: AskedOf) -> Iterator[Question]:
    if all(decide_given(basis, rain=rain).outcome is Outcome.DENIED for rain in _rains(basis, left_out)):
        return
    for name in names:
        # What decides about one water is told by its own facts: those of another make no difference to it.
        others = [other for other in names if other != name and _ROUTE_OF[other] is _ROUTE_OF[name]]
        because = _because(name, others=others, source=_SOURCE_OF[asked_of], basis=basis, left_out=left_out)
        if because:
            yield Question(code=f"facts.{name}", asked_of=asked_of, because=because)


def _because(
    name: str, *, others: Sequence[str], source: FactSource, basis: Basis, left_out: _LeftOut
) -> tuple[GroundCode, ...]:
    """Return the grounds between which the fact `name` can decide; none when no answer can matter."""
    damages = _possible_damage(basis.damage or _ANY_DAMAGE, by=_ROUTE_OF[name])
    for facts in _completions(basis.facts, others, source=source):
        told = [facts, *(replace(facts, **{name: answer}) for answer in _answers(source))]
        for damage, rain in product(damages, _rains(basis, left_out)):
            left, *answered = [decide_given(replace(basis, facts=each, damage=damage), rain=rain) for each in told]
            if any(_ending(verdict) != _ending(left) for verdict in answered):
                return _grounds_of(left, answered)
    return ()


def _completions(facts: LossFacts, names: Sequence[str], *, source: FactSource) -> Iterator[LossFacts]:
    """Yield the facts with each of these left as it is, true and false, in every combination."""
    for values in product(*([getattr(facts, name), *_answers(source)] for name in names)):
        yield replace(facts, **dict(zip(names, values, strict=True)))


def _possible_damage(damage: tuple[DamageItem, ...], *, by: WaterRoute) -> list[tuple[DamageItem, ...]]:
    """Return the damage as it is, and as it is when this water did all of which nobody says what did it."""
    isolated = tuple(item if item.route else replace(item, route=by) for item in damage)
    return [damage] if isolated == damage else [damage, isolated]


def _rains(basis: Basis, left_out: _LeftOut) -> Iterator[Rain]:
    rain = rain_of(basis.rain, wait_over=basis.rain_wait_over)
    return possible_rains(left_out.routes, rain=rain) if rain.awaited else iter((rain,))


def _ending(verdict: Verdict) -> tuple[object, ...]:
    return (
        verdict.outcome,
        verdict.money.steps,
        verdict.money.payable_cents,
        [item.outcome for item in verdict.items],
    )


def _grounds_of(left: Verdict, answered: Sequence[Verdict]) -> tuple[GroundCode, ...]:
    grounds = [
        item.ground
        for verdict in answered
        for item, before in zip(verdict.items, left.items, strict=False)
        if item.outcome is not before.outcome
    ]
    return tuple(dict.fromkeys(grounds or [verdict.deciding_ground for verdict in answered]))


def _items_to_ask(
    basis: Basis, left_out: _LeftOut, open_items: Sequence[tuple[int, str]], *, asked_of: AskedOf
) -> Iterator[Question]:
    # What somebody has assessed a customer no longer tells anew.
    assessed = any(item.estimated_by is not FactSource.CUSTOMER for item in basis.damage)
    if assessed is not (asked_of is AskedOf.HANDLER):
        return
    choices = {"route": left_out.routes, "by_fire_or_explosion": (True, False)}
    for place, name in open_items:
        if any(
            _settles(basis, facts, rain, place=place, told=[{name: choice} for choice in choices[name]])
            for facts in _completions(basis.facts, left_out.unsaid, source=FactSource.CUSTOMER)
            for rain in _rains(basis, left_out)
        ):
            because = (GroundCode.DAMAGE_NOT_ATTRIBUTED,)
            yield Question(code=f"damage.{place}.{name}", asked_of=asked_of, because=because)


def _settles(
    basis: Basis, facts: LossFacts, rain: Rain, *, place: int, told: Sequence[dict[str, WaterRoute | bool]]
) -> bool:
    """Return whether an item in doubt is so no longer when this is told of it.

    What is covered whichever water did it is not asked about: the rules give the customer the better of both already.
    """
    completed = replace(basis, facts=facts)
    if not _in_doubt(completed, rain, place):
        return False
    before, item, after = basis.damage[:place], basis.damage[place], basis.damage[place + 1 :]
    return any(
        not _in_doubt(replace(completed, damage=(*before, replace(item, **each), *after)), rain, place) for each in told
    )


def _in_doubt(basis: Basis, rain: Rain, place: int) -> bool:
    items = decide_given(basis, rain=rain).items
    return not items or items[place].outcome is Outcome.REFERRED


def _by_stake(questions: Sequence[Question], basis: Basis) -> list[Question]:
    """Return the questions with the one on which most money hangs first."""
    return sorted(questions, key=lambda question: -_cents_at_stake(question.code, basis.damage))


def _cents_at_stake(code: str, damage: Sequence[DamageItem]) -> int:
    subject, name, *_ = code.split(".")
    if subject == DAMAGE:
        return damage[int(name)].amount_cents
    route = _ROUTE_OF.get(name)
    return sum(item.amount_cents for item in damage if item.route in {None, route})


def _of_reporter(code: str, because: GroundCode) -> Question:
    return Question(code=code, asked_of=AskedOf.REPORTER, because=(because,))


@lru_cache(maxsize=len(FactSource))
def _answers(source: FactSource) -> tuple[Fact, Fact]:
    return Fact(value=Truth.TRUE, source=source), Fact(value=Truth.FALSE, source=source)


_FIRE = "fire_or_explosion_followed"
_ASKED_ABOUT = {
    WaterRoute.INDIRECT_PRECIPITATION: ("came_through_open_window_or_door",),
    WaterRoute.SEWER_BACKFLOW: ("toilet_overflowed",),
    WaterRoute.GROUNDWATER: ("came_through_cellar_wall",),
    WaterRoute.FLOOD: (
        "flood_defence_present",
        "flood_defence_failed",
        "flood_defence_overtopped",
        "flood_defence_is_primary",
        "sea_water_involved",
        "home_in_unembanked_area",
        "government_caused_flood",
    ),
}
"""What the rules of a water ask besides whether it came."""
_ROUTE_OF = {
    **{entry: route for route, entry, _ in ROUTE_FACTS},
    **{name: route for route, names in _ASKED_ABOUT.items() for name in names},
    _FIRE: WaterRoute.FLOOD,
}
_ENDED_BY_ANSWERS = frozenset({GroundCode.NO_ROUTE_REPORTED, GroundCode.DAMAGE_NOT_REPORTED})
_SOURCE_OF = {AskedOf.REPORTER: FactSource.CUSTOMER, AskedOf.HANDLER: FactSource.HANDLER}
_ANY_DAMAGE = tuple(DamageItem(kind=kind, amount_cents=50_000) for kind in DamageKind)
"""Of every kind, little enough not to be assessed."""
_FULLY_INSURED = Insurance(
    state=InsuranceState.INSURED,
    terms=InsuredTerms(
        effective_on=date(1900, 1, 1),
        ends_on=None,
        covers=tuple(Cover),
        deductible_cents=0,
        product_version=CURRENT_PRODUCT.version,
        # Where it stands makes no difference here: what rain can have fallen is tried.
        location=Location(latitude_microdegrees=52_000_000, longitude_microdegrees=5_000_000, accuracy_metres=0),
        postcode_area="1000",
    ),
)
