"""The deductible of one claim: the chosen one, in heavy weather at least the product's minimum."""

from __future__ import annotations

from collections.abc import Sequence

from claims_svc.domain.product import Product
from claims_svc.domain.rain import Rain
from claims_svc.domain.rules.items import ItemVerdict
from claims_svc.domain.rules.rule import decisive_ground
from contracts.coverage import Finding, GroundCode, Outcome
from contracts.vocabulary import Truth, WaterRoute

_REST_ON_HEAVY_PRECIPITATION = frozenset(
    {
        GroundCode.HEAVY_LOCAL_PRECIPITATION,
        GroundCode.SEWER_WATER_FROM_HEAVY_PRECIPITATION,
        GroundCode.GROUNDWATER_THROUGH_CELLAR_WALL,
        GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION,
    }
)


def deductible_cents(
    chosen_cents: int, *, items: Sequence[ItemVerdict], findings: Sequence[Finding], rain: Rain, product: Product
) -> int:
    """Return the deductible of a covered claim; what other claims of its event used of it is not subtracted yet.

    `chosen_cents` is the deductible of the policy at loss. It is raised to the minimum when covered damage comes from
    heavy local precipitation, or from direct precipitation in a cloudburst. How claims of one event share it is in
    `occurrence.py`.

    Source: domain.md, "Money"; decision record 0010; the product's `weather_deductible_minimum_cents`.
    """
    causes = (cause for verdict in items if verdict.outcome is Outcome.COVERED for cause in verdict.causes)
    if any(_is_heavy_weather(cause, findings=findings, rain=rain) for cause in causes):
        return max(chosen_cents, product.weather_deductible_minimum_cents)
    return chosen_cents


def _is_heavy_weather(cause: Finding, *, findings: Sequence[Finding], rain: Rain) -> bool:
    if cause.route is WaterRoute.DIRECT_PRECIPITATION:
        return rain.cloudburst is Truth.TRUE
    ground = decisive_ground(cause)
    # Sewer water covered by a flood bears the deductible of the flood itself.
    if ground is GroundCode.SEWER_WATER_FROM_COVERED_FLOOD:
        floods = (finding for finding in findings if finding.route is WaterRoute.FLOOD)
        return any(decisive_ground(flood) in _REST_ON_HEAVY_PRECIPITATION for flood in floods)
    return ground in _REST_ON_HEAVY_PRECIPITATION
