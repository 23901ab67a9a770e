"""Where a home lies among what the register of addresses says, and how sure that is."""

from __future__ import annotations

from domain.policy_periods import HOME, MAY, terms
from msgspec.structs import replace

from contracts.vocabulary import Location, PostalAddress
from policy_svc.domain.addresses import HouseNumber
from policy_svc.domain.positions import (
    ADDRESS_METRES,
    POSTCODE_METRES,
    Hit,
    located,
    not_located,
    of_addresses,
    of_postcode,
)

TWELVE = HouseNumber(number=12)
PLACE = Location(latitude_microdegrees=52_000_000, longitude_microdegrees=5_000_000, accuracy_metres=10)
ADDRESS = PostalAddress(postcode="6011RA", house_number="12")


def at(place: Location | None) -> tuple[int, int, int]:
    assert place is not None
    return place.latitude_microdegrees, place.longitude_microdegrees, place.accuracy_metres


def test_the_very_address_counts_among_those_with_its_number() -> None:
    hits = [Hit(52_000_000, 5_000_000), Hit(52_000_900, 5_000_000, "A"), Hit(52_000_900, 5_000_000, "", "BIS")]
    assert at(of_addresses(hits, wanted=TWELVE)) == (52_000_000, 5_000_000, ADDRESS_METRES)
    bis = HouseNumber(number=12, addition="BIS")
    assert at(of_addresses(hits, wanted=bis)) == (52_000_900, 5_000_000, ADDRESS_METRES)


def test_of_several_the_middle_counts_and_holds_all_of_them() -> None:
    hits = [Hit(52_000_000, 5_000_000, "A"), Hit(52_001_800, 5_000_000, "B")]
    assert at(of_addresses(hits, wanted=TWELVE)) == (52_000_900, 5_000_000, 101 + ADDRESS_METRES)
    east_and_west = [Hit(52_000_000, 5_000_000, "A"), Hit(52_000_000, 5_002_000, "B")]
    assert at(of_addresses(east_and_west, wanted=TWELVE)) == (52_000_000, 5_001_000, 69 + ADDRESS_METRES)


def test_points_too_far_apart_are_no_place() -> None:
    hits = [Hit(52_000_000, 5_000_000, "A"), Hit(52_020_000, 5_000_000, "B")]
    assert of_addresses(hits, wanted=TWELVE) is None


def test_a_postcode_alone_is_less_sure() -> None:
    assert at(of_postcode([Hit(52_000_000, 5_000_000)])) == (52_000_000, 5_000_000, POSTCODE_METRES)


def test_a_position_is_filled_in_wherever_that_home_has_none() -> None:
    waiting = replace(HOME, location=None)
    before = [
        replace(terms("2019-04-01", "2020-04-01"), home=waiting),
        replace(terms("2020-04-01", "2021-04-01"), home=replace(waiting, house_number="14")),
        terms("2021-04-01", "2022-04-01"),
        replace(terms("2022-04-01"), home=waiting),
    ]
    assert not_located(before) == {ADDRESS, PostalAddress(postcode="6011RA", house_number="14")}

    after = located(before, address=ADDRESS, location=PLACE, recorded_at=MAY)

    assert [period.home.location if period.home else None for period in after] == [PLACE, None, HOME.location, PLACE]
    assert (after[1], after[2]) == (before[1], before[2])
    assert [period.recorded_at for period in (after[0], after[3])] == [MAY, MAY]
    assert not_located(after) == {PostalAddress(postcode="6011RA", house_number="14")}
