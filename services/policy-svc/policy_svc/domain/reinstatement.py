"""What rebuilding a home costs, the same home on the same spot: by a model of our own."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from contracts.policy import Building, Home
from policy_svc.products.product import WHOLE, AssumedBuilding, ReinstatementModel, factor_of

_CM_IN_METRE = 100


@dataclass(frozen=True, slots=True)
class ReinstatementValue:
    """What rebuilding a home costs, for what building, and which of its data were not known and were assumed."""

    cents: int
    model: str
    building: Building
    assumed: tuple[str, ...]

    @property
    def is_estimate(self) -> bool:
        """Whether anything was assumed."""
        return bool(self.assumed)


def reinstatement_value(model: ReinstatementModel, home: Home) -> ReinstatementValue:
    """Return the reinstatement value of a home, computed exactly and rounded up once, as the model says."""
    floor_area, volume, built_in, assumed = _completed(home.building or Building(), model.assumed[home.home_type])
    building_costs = floor_area * model.per_m2_cents[home.home_type] + volume * model.per_m3_cents[home.home_type]
    factors = (
        factor_of(model.build_years, built_in),
        factor_of(model.regions, postcode_area(home)),
        *(model.features[feature] for feature in set(home.features)),
        WHOLE + model.clearing,
    )
    unit = model.rounded_up_to_cents
    units = -(-building_costs * prod(factors) // (unit * WHOLE ** len(factors)))
    building = Building(floor_area_m2=floor_area, volume_m3=volume, built_in=built_in)
    return ReinstatementValue(units * unit, model.model, building, assumed)


def postcode_area(home: Home) -> int:
    """Return the four digits of the postcode."""
    return int(home.postcode[:4])


def _completed(known: Building, assumed: AssumedBuilding) -> tuple[int, int, int, tuple[str, ...]]:
    """Return floor area, volume and year, and the names of those that were assumed.

    What is not known of a size follows from the other one, where that is known.
    """
    floor_area, volume = known.floor_area_m2, known.volume_m3
    if floor_area is None:
        floor_area = assumed.floor_area_m2 if volume is None else volume * _CM_IN_METRE // assumed.height_cm
    if volume is None:
        volume = floor_area * assumed.height_cm // _CM_IN_METRE
    built_in = assumed.built_in if known.built_in is None else known.built_in
    names = ("floor_area_m2", "volume_m3", "built_in")
    return floor_area, volume, built_in, tuple(name for name in names if getattr(known, name) is None)
