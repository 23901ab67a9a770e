"""Flood: which defence failed decides, and some waters are excluded whatever failed."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from claims_svc.domain.facts import Known, deniable, lacks_source
from claims_svc.domain.rules.reported import ReportedRoute
from claims_svc.domain.rules.rule import Rule, conclude, covers, excludes, outcome_of, refers
from claims_svc.domain.truth import all_of, any_of, certain, negation
from contracts.coverage import Finding, GroundCode, Outcome
from contracts.vocabulary import FactSource, Truth, WaterRoute


def flood(reported: ReportedRoute) -> Finding:
    """Covered when a non-primary defence failed; excluded when a primary one did, unless rain writes it back.

    The sea, land outside the dykes and government exclude without a write-back. What only the customer says about
    things a resident cannot know may cover, with a handler's second look, but never denies. Without any defence, or
    with one that held, a handler decides.

    Source: domain.md, "Cover by route"; decision record 0010; the product's `trusted_sources`.
    """
    return _flood(_facts(reported), fire=None, heavy=reported.rain.surface.fact, trusted=reported.trusted)


def fire_after_flood(reported: ReportedRoute, *, fire: Known) -> Finding:
    """Return the finding on damage by a fire or explosion that followed from the flood.

    It follows the rules of the flood, and is covered also after a primary defence failed: a write-back for what the
    fire did, not for what the water did.

    Source: domain.md, "Cover by route"; decision record 0027.
    """
    return _flood(_facts(reported), fire=fire, heavy=reported.rain.surface.fact, trusted=reported.trusted)


def _facts(reported: ReportedRoute) -> _FloodFacts:
    return _FloodFacts(
        entered=reported.entered,
        defence_present=reported.fact("flood_defence_present"),
        defence_failed=reported.fact("flood_defence_failed"),
        defence_overtopped=reported.fact("flood_defence_overtopped"),
        defence_is_primary=reported.fact("flood_defence_is_primary"),
        sea_water=reported.fact("sea_water_involved"),
        unembanked_area=reported.fact("home_in_unembanked_area"),
        government_action=reported.fact("government_caused_flood"),
    )


class _FloodFacts(NamedTuple):
    entered: Known
    defence_present: Known
    defence_failed: Known
    defence_overtopped: Known
    defence_is_primary: Known
    sea_water: Known
    unembanked_area: Known
    government_action: Known


@lru_cache(maxsize=4_096)
def _flood(facts: _FloodFacts, *, fire: Known | None, heavy: Known, trusted: tuple[FactSource, ...]) -> Finding:
    rules = _rules(facts, fire=fire, heavy=heavy, trusted=trusted)
    return conclude(
        WaterRoute.FLOOD,
        rules=rules,
        trusted=trusted,
        second_look=not _is_covered_for_certain(facts, fire=fire, trusted=trusted),
        by_fire=fire is not None,
    )


def _is_covered_for_certain(facts: _FloodFacts, *, fire: Known | None, trusted: tuple[FactSource, ...]) -> bool:
    """Return whether it is covered without what a handler looks at a second time.

    That is the customer's word on what a resident cannot know, and overtopping in heavy precipitation: the policy's
    half sentence about it can be read otherwise.
    """
    sourced = _FloodFacts(
        *(Known(fact.name, Truth.UNKNOWN) if lacks_source(fact, trusted=trusted) else fact for fact in facts)
    )
    no_heavy_rain = Known("heavy_local_precipitation", Truth.FALSE)
    return outcome_of(_rules(sourced, fire=fire, heavy=no_heavy_rain, trusted=trusted)) is Outcome.COVERED


def _rules(facts: _FloodFacts, *, fire: Known | None, heavy: Known, trusted: tuple[FactSource, ...]) -> list[Rule]:
    writing_back = [_overtopped_by_precipitation(facts, heavy=heavy)]
    if fire is not None:
        writing_back.insert(0, _fire_followed(facts, fire=fire))
    written_back = any_of(*(rule.holds for rule in writing_back))
    return [
        _regional_defence_failed(facts),
        *writing_back,
        *_excluding(facts, trusted=trusted, written_back=written_back),
        *_referring(facts),
    ]


def _regional_defence_failed(facts: _FloodFacts) -> Rule:
    primary = facts.defence_is_primary
    return covers(
        GroundCode.REGIONAL_DEFENCE_FAILED,
        holds=all_of(facts.entered.value, _gave_way(facts), negation(primary.value)),
        facts=[facts.entered, *_failures(facts), primary],
    )


def _fire_followed(facts: _FloodFacts, *, fire: Known) -> Rule:
    primary = facts.defence_is_primary
    return covers(
        GroundCode.FIRE_AFTER_PRIMARY_DEFENCE_FAILED,
        holds=all_of(facts.entered.value, _gave_way(facts), primary.value, fire.value),
        facts=[facts.entered, *_failures(facts), primary, fire],
    )


def _overtopped_by_precipitation(facts: _FloodFacts, *, heavy: Known) -> Rule:
    primary = facts.defence_is_primary
    return covers(
        GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION,
        holds=all_of(facts.entered.value, facts.defence_overtopped.value, primary.value, heavy.value),
        facts=[facts.entered, facts.defence_overtopped, primary, heavy],
    )


def _excluding(facts: _FloodFacts, *, trusted: tuple[FactSource, ...], written_back: Truth) -> list[Rule]:
    entered, primary = facts.entered, facts.defence_is_primary
    whatever_failed = (
        (GroundCode.SEA_WATER, facts.sea_water),
        (GroundCode.UNEMBANKED_AREA, facts.unembanked_area),
        (GroundCode.GOVERNMENT_ACTION, facts.government_action),
    )
    gave_way = any_of(
        deniable(facts.defence_failed, trusted=trusted), deniable(facts.defence_overtopped, trusted=trusted)
    )
    return [
        *(
            excludes(code, holds=all_of(entered.value, deniable(fact, trusted=trusted)), facts=[entered, fact])
            for code, fact in whatever_failed
        ),
        excludes(
            GroundCode.PRIMARY_DEFENCE_FAILED,
            holds=all_of(entered.value, gave_way, deniable(primary, trusted=trusted)),
            facts=[entered, *_failures(facts, trusted=trusted), primary],
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


def _failures(facts: _FloodFacts, *, trusted: tuple[FactSource, ...] = tuple(FactSource)) -> list[Known]:
    """Return the facts that show whether the defence gave way: where one is true, the other does not matter."""
    failures = [facts.defence_failed, facts.defence_overtopped]
    return [each for each in failures if deniable(each, trusted=trusted) is Truth.TRUE] or failures
