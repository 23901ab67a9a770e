"""Tries what can still be told about a loss: which of it the rules can tell apart, and how the claim ends with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from msgspec.structs import replace

from claims_svc.domain.basis import Basis
from claims_svc.domain.needs import possible_rains
from claims_svc.domain.rain import Rain, rain_of
from claims_svc.domain.rules.findings import findings_given
from claims_svc.domain.rules.reported import NamedByDamage, named_by
from claims_svc.domain.rules.rule import covering_grounds, decisive_ground
from claims_svc.domain.unsaid import ENTRY_OF, ROUTE_OF
from claims_svc.domain.verdict import Verdict, decide_given
from contracts.loss_reports import DamageItem, LossFacts
from contracts.vocabulary import Fact, FactSource, Truth, WaterRoute


class Told(NamedTuple):
    """A fact as it is, as true and as false, beside all else that is known of its water."""

    left: LossFacts
    yes: LossFacts
    no: LossFacts


class _Water(NamedTuple):
    """A water, what is known of it, and what `source` can still be asked about it; `besides` others tell as well."""

    facts: LossFacts
    named: tuple[NamedByDamage, ...]
    rains: tuple[Rain, ...]
    trusted: tuple[FactSource, ...]
    names: tuple[str, ...]
    source: FactSource
    besides: tuple[str, ...]


class Trials:
    """What a claim comes to when this or that is told. Each combination is decided once."""

    def __init__(self, basis: Basis, *, damage: tuple[DamageItem, ...]) -> None:
        self._basis = basis
        self._damage = damage
        self._rain = rain_of(basis.rain, wait_over=basis.rain_wait_over)
        self._verdicts: dict[tuple[object, ...], Verdict] = {}

    def rains(self, routes: Collection[WaterRoute]) -> tuple[Rain, ...]:
        """Return what can have been measured, as far as these waters ask for it."""
        return tuple(possible_rains(routes, rain=self._rain)) if self._rain.awaited else (self._rain,)

    def verdict(self, facts: LossFacts, rain: Rain, damage: tuple[DamageItem, ...] | None = None) -> Verdict:
        """Return the verdict on these facts and this damage; by default that of the claim, or what stands in for it."""
        damage = self._damage if damage is None else damage
        key = (facts, rain, damage)
        if key not in self._verdicts:
            self._verdicts[key] = decide_given(replace(self._basis, facts=facts, damage=damage), rain=rain)
        return self._verdicts[key]

    def possible_damage(self, *, by: WaterRoute) -> list[tuple[DamageItem, ...]]:
        """Return the damage as it is, and as it is when this water did all of which nobody says what did it."""
        isolated = tuple(item if item.route else replace(item, route=by) for item in self._damage)
        return [self._damage] if isolated == self._damage else [self._damage, isolated]

    def tellings(
        self, route: WaterRoute, facts: LossFacts, *, names: Sequence[str], source: FactSource, besides: Sequence[str]
    ) -> Mapping[str, tuple[Told, ...]]:
        """Return, by name, what to try of the facts `names` that decide about `route`: only what the rules tell apart.

        All else that the rules of this water ask and nobody has told is tried in every combination, told by `source`;
        of `besides` what handlers can tell as well.
        """
        water = self._water(route, facts, names=names, source=source, besides=besides)
        told = (*water.names, *water.besides)
        return {
            name: tuple(Told(*(_with(facts, each, told) for each in one)) for one in several)
            for name, several in _told_apart(water).items()
        }

    def completions(
        self, route: WaterRoute, facts: LossFacts, *, names: Sequence[str], source: FactSource, besides: Sequence[str]
    ) -> Iterator[LossFacts]:
        """Yield the facts with what the same names can tell, once each of what the rules tell apart."""
        water = self._water(route, facts, names=names, source=source, besides=besides)
        for each in _distinct(water).values():
            yield _with(facts, each, (*water.names, *water.besides))

    def _water(
        self, route: WaterRoute, facts: LossFacts, *, names: Sequence[str], source: FactSource, besides: Sequence[str]
    ) -> _Water:
        # The rule about the sewer asks for the finding on a flood.
        asked = {route, WaterRoute.FLOOD} if route is WaterRoute.SEWER_BACKFLOW else {route}
        of_water: dict[str, Fact | None] = {name: getattr(facts, name) for name, of in ROUTE_OF.items() if of in asked}
        has_come_in = ENTRY_OF[route] not in names and _is_true(of_water[ENTRY_OF[route]])
        # Where it is certain that the water came in, damage that names it adds nothing.
        damages = [self._damage] if has_come_in else self.possible_damage(by=route)
        named = dict.fromkeys(named_by(damage) for damage in damages)
        return _Water(
            facts=LossFacts(**of_water),
            named=tuple(NamedByDamage(each.routes & asked, each.fire) for each in named),
            rains=self.rains(asked),
            trusted=self._basis.product.trusted_sources,
            names=tuple(name for name in names if ROUTE_OF[name] is route),
            source=source,
            besides=tuple(name for name in besides if ROUTE_OF[name] is route),
        )


# Memoised because the claims of one storm leave out the same. What a flood leaves open is by far the most.
@lru_cache(maxsize=256)
def _told_apart(water: _Water) -> Mapping[str, tuple[tuple[LossFacts, LossFacts, LossFacts], ...]]:
    """Return, by name, facts that differ in it alone and of which the findings differ, once each of such findings."""
    found, distinct = _findings_by_values(water), _distinct(water)
    told: dict[str, tuple[tuple[LossFacts, LossFacts, LossFacts], ...]] = {}
    for place, name in enumerate(water.names):
        as_it_is, *answers = _values(water)[place]
        triples: dict[tuple[object, ...], None] = {}
        for values, left in found.items():
            if values[place] is as_it_is:
                before, after = values[:place], values[place + 1 :]
                yes, no = (found[(*before, answer, *after)] for answer in answers)
                if not left == yes == no:
                    triples[left, yes, no] = None
        told[name] = tuple((distinct[left], distinct[yes], distinct[no]) for left, yes, no in triples)
    return MappingProxyType(told)


@lru_cache(maxsize=256)
def _distinct(water: _Water) -> Mapping[object, LossFacts]:
    """Return facts by what the findings on them come to, one of each."""
    names = (*water.names, *water.besides)
    distinct: dict[object, LossFacts] = {}
    for values, found in _findings_by_values(water).items():
        if found not in distinct:
            distinct[found] = replace(water.facts, **dict(zip(names, values, strict=True)))
    return MappingProxyType(distinct)


@lru_cache(maxsize=32)
def _findings_by_values(water: _Water) -> Mapping[tuple[Fact | None, ...], object]:
    names = (*water.names, *water.besides)
    found = {}
    for told, told_besides in product(product(*_values(water)), _values_besides(water)):
        values = (*told, *told_besides)
        facts = replace(water.facts, **dict(zip(names, values, strict=True)))
        found[values] = tuple(
            _comes_to(facts, named, rain, water.trusted) for named in water.named for rain in water.rains
        )
    return MappingProxyType(found)


def _values(water: _Water) -> list[tuple[Fact | None, Fact, Fact]]:
    return [(getattr(water.facts, name), *_answers(water.source)) for name in water.names]


def _values_besides(water: _Water) -> list[tuple[Fact | None, ...]]:
    """Return what others can tell besides: nothing, or all of it. Between these it makes no other difference."""
    if not water.besides:
        return [()]
    as_it_is = tuple(getattr(water.facts, name) for name in water.besides)
    return [as_it_is, *product(_answers(FactSource.HANDLER), repeat=len(water.besides))]


def _comes_to(
    facts: LossFacts, named: NamedByDamage, rain: Rain, trusted: tuple[FactSource, ...]
) -> tuple[object, ...]:
    """Return what of the findings decides about outcome and money."""
    return tuple(
        (
            finding.route,
            finding.by_fire,
            finding.outcome,
            finding.second_look,
            decisive_ground(finding),
            covering_grounds(finding),
        )
        # Not memoised there as well: it would push out what claims share.
        for finding in findings_given.__wrapped__(facts, named, rain, trusted)
    )


def _is_true(fact: Fact | None) -> bool:
    return fact is not None and fact.value is Truth.TRUE


def _with(facts: LossFacts, told: LossFacts, names: Sequence[str]) -> LossFacts:
    return replace(facts, **{name: getattr(told, name) for name in names})


@lru_cache(maxsize=len(FactSource))
def _answers(source: FactSource) -> tuple[Fact, Fact]:
    return Fact(value=Truth.TRUE, source=source), Fact(value=Truth.FALSE, source=source)
