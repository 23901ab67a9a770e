"""Flood: which defence failed decides, and some waters are excluded whatever failed."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from claims_svc.domain.facts import Known, deniable, lacks_source
from claims_svc.domain.rain import Rain
from claims_svc.domain.rules.reported import ReportedRoute
from claims_svc.domain.rules.rule import Rule, conclude, covers, excludes, refers
from claims_svc.domain.truth import all_of, any_of, certain, negation
from contracts.coverage import Finding, GroundCode
from contracts.vocabulary import FactSource, Truth, WaterRoute


def flood(reported: ReportedRoute) -> Finding:
    """Covered when a non-primary defence failed; excluded when a primary one did, unless fire or rain writes it back.

    The sea, land outside the dykes and government exclude without a write-back. What only the customer says about
    things a resident cannot know may cover, with a handler's second look, but never denies. Without any defence, or
    with one that held, a handler decides.

    Source: domain.md, "Cover by route"; decision record 0010; the product's `trusted_sources`.
    """
    facts = _FloodFacts(
        entered=reported.entered,
        defence_present=reported.fact("flood_defence_present"),
        defence_failed=reported.fact("flood_defence_failed"),
        defence_overtopped=reported.fact("flood_defence_overtopped"),
        defence_is_primary=reported.fact("flood_defence_is_primary"),
        fire_followed=reported.fact("fire_or_explosion_followed"),
        sea_water=reported.fact("sea_water_involved"),
        unembanked_area=reported.fact("home_in_unembanked_area"),
        government_action=reported.fact("government_caused_flood"),
    )
    return _flood(facts=facts, rain=reported.rain, trusted=reported.trusted)


class _FloodFacts(NamedTuple):
    entered: Known
    defence_present: Known
    defence_failed: Known
    defence_overtopped: Known
    defence_is_primary: Known
    fire_followed: Known
    sea_water: Known
    unembanked_area: Known
    government_action: Known


@lru_cache(maxsize=4_096)
def _flood(*, facts: _FloodFacts, rain: Rain, trusted: tuple[FactSource, ...]) -> Finding:
    covering = _covering(facts, rain=rain)
    rules = [*covering, *_excluding(facts, trusted=trusted, written_back=_written_back(covering)), *_referring(facts)]
    overtopped = covering[-1].holds is Truth.TRUE
    unsourced = any(lacks_source(fact, trusted=trusted) for fact in facts)
    return conclude(WaterRoute.FLOOD, rules=rules, rain=rain, trusted=trusted, second_look=overtopped or unsourced)


def _covering(facts: _FloodFacts, *, rain: Rain) -> list[Rule]:
    primary = facts.defence_is_primary
    gave_way = _gave_way(facts)
    defence = [facts.entered, facts.defence_failed, facts.defence_overtopped, primary]
    return [
        covers(
            GroundCode.REGIONAL_DEFENCE_FAILED,
            holds=all_of(facts.entered.value, gave_way, negation(primary.value)),
            facts=defence,
        ),
        covers(
            GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED,
            holds=all_of(facts.entered.value, gave_way, primary.value, facts.fire_followed.value),
            facts=[*defence, facts.fire_followed],
        ),
        covers(
            GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION,
            holds=all_of(facts.entered.value, facts.defence_overtopped.value, primary.value, rain.heavy),
            facts=[facts.entered, facts.defence_overtopped, primary, rain.heavy_fact],
        ),
    ]


def _excluding(facts: _FloodFacts, *, trusted: tuple[FactSource, ...], written_back: Truth) -> list[Rule]:
    entered = facts.entered.value
    return [
        excludes(
            GroundCode.SEA_WATER, holds=all_of(entered, facts.sea_water.value), facts=[facts.entered, facts.sea_water]
        ),
        excludes(
            GroundCode.UNEMBANKED_AREA,
            holds=all_of(entered, deniable(facts.unembanked_area, trusted=trusted)),
            facts=[facts.entered, facts.unembanked_area],
        ),
        excludes(
            GroundCode.GOVERNMENT_ACTION,
            holds=all_of(entered, deniable(facts.government_action, trusted=trusted)),
            facts=[facts.entered, facts.government_action],
        ),
        excludes(
            GroundCode.PRIMARY_DEFENCE_FAILED,
            holds=all_of(entered, _primary_gave_way(facts, trusted=trusted)),
            facts=[facts.entered, facts.defence_failed, facts.defence_overtopped, facts.defence_is_primary],
            unless=written_back,
        ),
    ]


def _referring(facts: _FloodFacts) -> list[Rule]:
    entered, present = facts.entered.value, facts.defence_present.value
    gave_way = _gave_way(facts)
    # Where residents name no defence, whether one failed is mostly unknown: only a certain failure contradicts them.
    nothing_failed = negation(certain(holds=gave_way is Truth.TRUE))
    asked = [facts.entered, facts.defence_present, facts.defence_failed, facts.defence_overtopped]
    return [
        refers(GroundCode.NO_FLOOD_DEFENCE, holds=all_of(entered, negation(present), nothing_failed), facts=asked),
        refers(GroundCode.OTHER_CAUSE, holds=all_of(entered, present, negation(gave_way)), facts=asked),
    ]


def _gave_way(facts: _FloodFacts) -> Truth:
    return any_of(facts.defence_failed.value, facts.defence_overtopped.value)


def _primary_gave_way(facts: _FloodFacts, *, trusted: tuple[FactSource, ...]) -> Truth:
    failed = deniable(facts.defence_failed, trusted=trusted)
    overtopped = deniable(facts.defence_overtopped, trusted=trusted)
    return all_of(any_of(failed, overtopped), deniable(facts.defence_is_primary, trusted=trusted))


def _written_back(covering: list[Rule]) -> Truth:
    """Fire and overtopping undo the primary defence's exclusion; a failed regional defence has none."""
    _, fire, overtopping = covering
    return any_of(fire.holds, overtopping.holds)
