from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.policy import Building, Home, HomeType, PolicyKind
from policy_svc.domain.reinstatement import reinstatement_value
from policy_svc.products import PRODUCTS
from policy_svc.products.product import ReinstatementModel

BUILDING = Building(floor_area_m2=130, volume_m3=420, built_in=1980)
HOME = Home(postcode="6011RA", house_number="12", home_type=HomeType.SEMI_DETACHED, building=BUILDING)


def _model() -> ReinstatementModel:
    model = PRODUCTS.current(PolicyKind.BUILDINGS, date(2026, 11, 27)).reinstatement
    assert model is not None
    return model


def test_a_home_is_rebuilt_for_what_the_model_says() -> None:
    # (130 x 1,160 + 420 x 345 euros) x 1.00 (1980) x 0.97 (Limburg) x 1.09 (clearing) = 312,643.61 euros
    value = reinstatement_value(_model(), HOME)
    assert (value.cents, value.is_estimate, value.model) == (31_300_000, False, "reinstatement-2026.1")


def test_what_is_exactly_a_multiple_is_not_rounded_up() -> None:
    model = replace(_model(), rounded_up_to_cents=1)
    exact = reinstatement_value(model, HOME).cents
    assert exact == 31_264_361
    assert reinstatement_value(replace(model, rounded_up_to_cents=exact), HOME).cents == exact


def test_what_is_not_known_is_assumed_and_named() -> None:
    for building, assumed in [
        (None, ("floor_area_m2", "volume_m3", "built_in")),
        (Building(floor_area_m2=130, built_in=1980), ("volume_m3",)),
        (Building(volume_m3=420, built_in=1980), ("floor_area_m2",)),
        (replace(BUILDING, built_in=None), ("built_in",)),
    ]:
        value = reinstatement_value(_model(), replace(HOME, building=building))
        assert (value.assumed, value.is_estimate) == (assumed, True)
    sizes = reinstatement_value(_model(), replace(HOME, building=Building(floor_area_m2=100))).building
    assert (sizes.volume_m3, sizes.built_in) == (325, 1978)


@given(st.sampled_from(HomeType), st.integers(10, 1_999), st.integers(25, 9_999), st.integers(1000, 9999))
def test_a_larger_home_never_costs_less(home_type: HomeType, floor_area: int, volume: int, area: int) -> None:
    home = replace(HOME, home_type=home_type, postcode=f"{area}AB")
    small = replace(home, building=Building(floor_area_m2=floor_area, volume_m3=volume))
    larger = replace(home, building=Building(floor_area_m2=floor_area + 1, volume_m3=volume + 1))
    cents = [reinstatement_value(_model(), each).cents for each in (small, larger)]
    assert 0 < cents[0] <= cents[1]


def test_each_of_year_region_and_type_counts() -> None:
    home = replace(HOME, building=replace(BUILDING, built_in=1900))
    for other in (
        replace(home, building=BUILDING),
        replace(home, postcode="1011AB"),
        replace(home, home_type=HomeType.DETACHED),
    ):
        assert reinstatement_value(_model(), other).cents != reinstatement_value(_model(), home).cents
