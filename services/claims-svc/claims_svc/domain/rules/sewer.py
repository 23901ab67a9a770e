"""Sewer water that comes up into the home."""

from __future__ import annotations

from functools import lru_cache

from claims_svc.domain.facts import Known
from claims_svc.domain.rules.reported import ReportedRoute
from claims_svc.domain.rules.rule import conclude, covers, excludes, refers
from claims_svc.domain.truth import all_of, any_of, negation
from contracts.coverage import Finding, GroundCode, Outcome
from contracts.vocabulary import Truth, WaterRoute

_FLOOD_IS_COVERED = {
    Outcome.COVERED: Truth.TRUE,
    Outcome.DENIED: Truth.FALSE,
    Outcome.REFERRED: Truth.UNKNOWN,
}


def sewer_backflow(reported: ReportedRoute) -> Finding:
    """Covered when it comes from a covered flood or from established heavy local precipitation.

    Without either, an overflowing toilet is not covered; other sewer water goes to a handler, because the policy's
    general list names sewer water without a condition and the narrower sentence speaks of toilets. A flood comes
    first: damage covered by it needs no heavy precipitation, so the minimum deductible does not apply.

    Source: domain.md, "Cover by route"; decision record 0010.
    """
    flood, heavy = reported.flood, reported.rain.surface.fact
    by_covered_flood = Truth.FALSE if flood is None else _FLOOD_IS_COVERED[flood.outcome]
    second_look = flood is not None and flood.second_look
    if second_look and heavy.value is Truth.TRUE:
        # Covered by the rain for certain: the flood that a handler must look at first does not matter.
        by_covered_flood, second_look = Truth.UNKNOWN, False
    return _sewer_backflow(
        entered=reported.entered,
        toilet=reported.fact("toilet_overflowed"),
        covered_flood=Known("covered_flood", by_covered_flood),
        second_look_at_flood=second_look,
        heavy=heavy,
    )


@lru_cache(maxsize=2_048)
def _sewer_backflow(
    *, entered: Known, toilet: Known, covered_flood: Known, second_look_at_flood: bool, heavy: Known
) -> Finding:
    caused = any_of(covered_flood.value, heavy.value)
    without_cause = all_of(entered.value, negation(caused))
    facts = [entered, toilet, covered_flood, heavy]
    rules = [
        covers(
            GroundCode.SEWER_WATER_FROM_COVERED_FLOOD,
            holds=all_of(entered.value, covered_flood.value),
            facts=[entered, covered_flood],
        ),
        covers(
            GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION,
            holds=all_of(entered.value, heavy.value),
            facts=[entered, heavy],
        ),
        excludes(GroundCode.TOILET_WITHOUT_HEAVY_PRECIPITATION, holds=all_of(without_cause, toilet.value), facts=facts),
        refers(GroundCode.SEWER_WATER_WITHOUT_CAUSE, holds=all_of(without_cause, negation(toilet.value)), facts=facts),
    ]
    # Only a covered flood is marked for a second look: what is covered because of it is then looked at too.
    return conclude(WaterRoute.SEWER_BACKFLOW, rules=rules, second_look=second_look_at_flood)
