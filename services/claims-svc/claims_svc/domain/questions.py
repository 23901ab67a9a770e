"""Which facts could still change a claim's outcome or money, and who can tell them: computed by trying the rules.

A water, a fire or a mixture of causes that nobody mentions is not at issue, and nobody is asked whether there was one.
A reporter is asked what nobody has said anything about; who said that it is unknown has answered.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from enum import StrEnum
from itertools import product

import msgspec
from msgspec.structs import replace

from claims_svc.domain.basis import Basis
from claims_svc.domain.insurance import Insurance, InsuranceState, InsuredTerms
from claims_svc.domain.product import CURRENT_PRODUCT
from claims_svc.domain.rain import Rain
from claims_svc.domain.rules.by_hand import ruled_claim_level
from claims_svc.domain.rules.claim_level import claim_level_rules
from claims_svc.domain.rules.reported import named_by
from claims_svc.domain.rules.ruled_on import counts_in
from claims_svc.domain.trials import Trials
from claims_svc.domain.unsaid import ENTRY_OF, ROUTE_OF, Unsaid, is_doubted, open_items, unsaid_in
from claims_svc.domain.verdict import Verdict
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

    `not_known` are the codes of questions about water and damage that they could not answer. As long as it is asked how
    the water came in, nothing is asked about a single water: that belongs to what is answered then.
    """
    unsaid = unsaid_in(basis.facts, named_by(basis.damage))
    items = open_items(basis.damage, unsaid)
    water = unsaid.water and ROUTE not in not_known
    if basis.damage and not (water or unsaid.facts or items):
        return ()
    basis = _as_if_insured(basis)
    if _is_decided_whatever_is_told(basis):
        return ()
    trying = _Trying(basis, unsaid)
    asked = [] if basis.damage or trying.is_denied else [_of_reporter(DAMAGE, GroundCode.DAMAGE_NOT_REPORTED)]
    if water and trying.water_matters():
        asked.insert(0, _of_reporter(ROUTE, GroundCode.NO_ROUTE_REPORTED))
    else:
        asked += trying.most_telling_first(names=unsaid.facts, items=items, asked_of=AskedOf.REPORTER)
    return tuple(question for question in asked if question.code not in not_known)


def open_questions(basis: Basis, *, not_known: Collection[str] = ()) -> tuple[Question, ...]:
    """Return what to ask: the reporter first, then handlers, most telling first."""
    return (*questions_to_reporter(basis, not_known=not_known), *questions_to_handlers(basis))


def questions_to_handlers(basis: Basis) -> tuple[Question, ...]:
    """Return what only a register or somebody who went to look can tell, most telling first.

    Of a flood nobody has looked at this can take some tenths of a second: it is computed beside the event loop.
    """
    unsaid = unsaid_in(basis.facts, named_by(basis.damage))
    doubted = _doubted(basis, unsaid)
    items = open_items(basis.damage, unsaid)
    basis = _as_if_insured(basis)
    if not (doubted or items) or _is_decided_whatever_is_told(basis):
        return ()
    trying = _Trying(basis, unsaid)
    return tuple(trying.most_telling_first(names=doubted, items=items, asked_of=AskedOf.HANDLER))


def _doubted(basis: Basis, unsaid: Unsaid) -> tuple[str, ...]:
    trusted = basis.product.trusted_sources
    return tuple(name for name in unsaid.to_look_up if is_doubted(name, getattr(basis.facts, name), trusted=trusted))


def _as_if_insured(basis: Basis) -> Basis:
    """Return the basis with the fullest insurance as long as that at loss is not known: it can still come."""
    if basis.insurance.state is not InsuranceState.UNKNOWN:
        return basis
    return replace(basis, insurance=_FULLY_INSURED, product=CURRENT_PRODUCT)


def _is_decided_whatever_is_told(basis: Basis) -> bool:
    rulings = [ruling for ruling in basis.rulings if counts_in(basis, ruling)]
    rules = ruled_claim_level(claim_level_rules(basis, findings=(), items=(), statement_turned=False), rulings)
    return any(rule.stands is Truth.TRUE and rule.code not in _ENDED_BY_ANSWERS for rule in rules)


class _Trying:
    """Tries the answers to the questions about one claim."""

    def __init__(self, basis: Basis, unsaid: Unsaid) -> None:
        self._basis = basis
        self._unsaid = unsaid
        self._trials = Trials(basis, damage=basis.damage or _ANY_DAMAGE)
        self._rains = self._trials.rains(unsaid.routes)

        facts, damage = basis.facts, basis.damage
        self.is_denied = all(
            self._trials.verdict(facts, rain, damage).outcome is Outcome.DENIED for rain in self._rains
        )
        """No fact and no amount can make a difference: what is denied rests on no doubt."""

    def water_matters(self) -> bool:
        """Return whether some answer to how the water came in makes a difference, with all that can be told of it."""
        if self.is_denied:
            return False
        named = [route for route in self._unsaid.routes if route in ENTRY_OF]
        return any(self._matters(route, with_=others) for route in WaterRoute for others in ((), named))

    def _matters(self, route: WaterRoute, *, with_: Sequence[WaterRoute]) -> bool:
        facts = _with_waters(self._basis.facts, [route, *with_])
        unsaid = unsaid_in(facts, named_by(self._basis.damage))
        besides = _doubted(self._basis, unsaid)
        return any(
            _ending(self._trials.verdict(told, rain, damage)) != _ending(self._trials.verdict(self._basis.facts, rain))
            for told in self._trials.completions(
                route, facts, names=unsaid.facts, source=FactSource.CUSTOMER, besides=besides
            )
            for rain in self._trials.rains(unsaid.routes)
            for damage in self._trials.possible_damage(by=route)
        )

    def most_telling_first(
        self, *, names: Sequence[str], items: Sequence[tuple[int, str]], asked_of: AskedOf
    ) -> list[Question]:
        """Return the questions about these facts and items that can matter, the one on which most money hangs first."""
        asked = [*self._facts_to_ask(names, asked_of=asked_of), *self._items_to_ask(items, asked_of=asked_of)]
        return sorted(asked, key=lambda question: -_cents_at_stake(question.code, self._basis.damage))

    def _facts_to_ask(self, names: Sequence[str], *, asked_of: AskedOf) -> Iterator[Question]:
        if self.is_denied:
            return
        # What decides about one water is told by its own facts: those of another make no difference to it.
        of_handlers = _doubted(self._basis, self._unsaid) if asked_of is AskedOf.REPORTER else ()
        for name in names:
            tellings = self._trials.tellings(
                ROUTE_OF[name], self._basis.facts, names=names, source=_SOURCE_OF[asked_of], besides=of_handlers
            )
            damages = self._trials.possible_damage(by=ROUTE_OF[name])
            for told, damage, rain in product(tellings[name], damages, self._rains):
                left, *answered = (self._trials.verdict(facts, rain, damage) for facts in told)
                if any(_ending(verdict) != _ending(left) for verdict in answered):
                    because = _grounds_of(left, answered)
                    yield Question(code=f"facts.{name}", asked_of=asked_of, because=because)
                    break

    def _items_to_ask(self, items: Sequence[tuple[int, str]], *, asked_of: AskedOf) -> Iterator[Question]:
        # What somebody has assessed a customer no longer tells anew.
        assessed = any(item.estimated_by is not FactSource.CUSTOMER for item in self._basis.damage)
        if assessed is not (asked_of is AskedOf.HANDLER):
            return
        helps: dict[tuple[object, ...], bool] = {}
        for place, name in items:
            item = self._basis.damage[place]
            # Items that differ in their amount alone end alike, unless somebody has ruled on one of them.
            alike = (name, item.kind, item.route, item.by_fire_or_explosion, place if self._basis.rulings else None)
            if alike not in helps:
                helps[alike] = any(self._helps(place, name, choice) for choice in self._choices_of(name))
            if helps[alike]:
                because = (GroundCode.DAMAGE_NOT_ATTRIBUTED,)
                yield Question(code=f"damage.{place}.{name}", asked_of=asked_of, because=because)

    def _choices_of(self, name: str) -> Sequence[WaterRoute | bool]:
        return self._unsaid.routes if name == "route" else (True, False)

    def _helps(self, place: int, name: str, choice: WaterRoute | bool) -> bool:  # noqa: FBT001 - of one item
        """Return whether an item that is in doubt or denied ends otherwise when this is told of it.

        What is covered whichever water did it is not asked about: the rules give the customer the better of both. What
        can be told of other waters is not tried: once it is told, this is asked again.
        """
        damage = self._basis.damage
        told = (*damage[:place], replace(damage[place], **{name: choice}), *damage[place + 1 :])
        route = choice if isinstance(choice, WaterRoute) else WaterRoute.FLOOD
        completions = self._trials.completions(
            route, self._basis.facts, names=self._unsaid.facts, source=FactSource.CUSTOMER, besides=()
        )
        for facts, rain in product(completions, self._rains):
            before = self._outcome_of(place, facts, rain, damage)
            if before is not Outcome.COVERED and self._outcome_of(place, facts, rain, told) is not before:
                return True
        return False

    def _outcome_of(self, place: int, facts: LossFacts, rain: Rain, damage: tuple[DamageItem, ...]) -> Outcome:
        items = self._trials.verdict(facts, rain, damage).items
        return items[place].outcome if items else Outcome.REFERRED


def _with_waters(facts: LossFacts, routes: Sequence[WaterRoute]) -> LossFacts:
    return replace(facts, **{ENTRY_OF[route]: Fact(value=Truth.TRUE) for route in routes})


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


def _cents_at_stake(code: str, damage: Sequence[DamageItem]) -> int:
    subject, name, *_ = code.split(".")
    if subject == DAMAGE:
        return damage[int(name)].amount_cents
    route = ROUTE_OF.get(name)
    return sum(item.amount_cents for item in damage if item.route in {None, route})


def _of_reporter(code: str, because: GroundCode) -> Question:
    return Question(code=code, asked_of=AskedOf.REPORTER, because=(because,))


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
