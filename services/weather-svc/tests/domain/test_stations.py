from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from msgspec.structs import replace
from rain_samples import HALFWAY_ELL_EINDHOVEN, NEAR_ELL, at, moment

from contracts.rain_stations import measuring_periods
from contracts.vocabulary import Location, LossInterval, Network, Station
from weather_svc import station_table
from weather_svc.domain.stations import Direction, NearStation, direction_of, distance_metres

STATIONS = station_table.load()


def near(home: Location, *, on: str = "2021-07-15T06:30", network: Network = Network.AWS) -> list[tuple[int, int]]:
    return [numbered(found) for found in STATIONS.nearest(home=home, network=network, loss=moment(on))]


def numbered(found: NearStation) -> tuple[int, int]:
    return found.station.number, found.distance_metres


def place(latitude: int, longitude: int, *, accuracy_metres: int = 0) -> Location:
    return Location(latitude_microdegrees=latitude, longitude_microdegrees=longitude, accuracy_metres=accuracy_metres)


def test_the_distance_between_de_bilt_and_maastricht_is_that_of_the_great_circle() -> None:
    de_bilt = direction_of(latitude_microdegrees=52_099_178, longitude_microdegrees=5_176_537)
    maastricht = direction_of(latitude_microdegrees=50_905_427, longitude_microdegrees=5_761_830)
    assert distance_metres(de_bilt, maastricht) == 138_783
    assert distance_metres(de_bilt, de_bilt) == 0


def test_a_degree_of_latitude_is_111_195_metres() -> None:
    south = direction_of(latitude_microdegrees=51_000_000, longitude_microdegrees=5_000_000)
    north = direction_of(latitude_microdegrees=52_000_000, longitude_microdegrees=5_000_000)
    assert distance_metres(south, north) == 111_195


def test_the_nearest_station_of_a_home_by_ell_is_ell() -> None:
    assert near(NEAR_ELL) == [(377, 2_045)]


def test_a_station_that_measures_only_wind_is_never_nearest() -> None:
    rotterdam_geulhaven = place(51_891_845, 4_312_645)
    assert near(rotterdam_geulhaven) == [(344, 11_643)]


@pytest.mark.parametrize(
    ("day", "station"),
    [
        ("2014-07-01T12:00", 210),
        ("2016-06-01T12:00", 215),
        ("2020-08-01T12:00", 344),
        ("2020-10-01T12:00", 215),
    ],
)
def test_only_a_station_that_measured_at_that_date_counts(day: str, station: int) -> None:
    by_the_old_and_new_station_near_leiden = place(52_145_000, 4_430_000)
    assert [number for number, _ in near(by_the_old_and_new_station_near_leiden, on=day)] == [station]


def test_a_station_must_have_measured_during_the_whole_interval_of_loss() -> None:
    loss = LossInterval(from_at=at("2020-06-30T12:00"), until_at=at("2020-07-01T12:00"))
    home = place(52_145_000, 4_430_000)
    assert [found.station.number for found in STATIONS.nearest(home=home, network=Network.AWS, loss=loss)] == [344]


def test_no_station_is_near_before_the_table_begins_nor_in_a_network_it_does_not_hold() -> None:
    assert near(NEAR_ELL, on="2010-08-26T12:00") == []
    assert near(NEAR_ELL, network=Network.GAUGE) == []


def test_a_home_within_its_accuracy_of_the_halfway_line_has_two_nearest_stations() -> None:
    assert near(HALFWAY_ELL_EINDHOVEN) == [(370, 19_416), (377, 19_441)]


def test_a_home_known_more_precisely_than_its_distance_to_the_halfway_line_has_one() -> None:
    precise = replace(HALFWAY_ELL_EINDHOVEN, accuracy_metres=12)
    assert near(precise) == [(370, 19_416)]


def test_equal_distances_are_equally_near_and_listed_by_number() -> None:
    halfway_ell_maastricht = place(51_051_036, 5_762_232)
    assert near(halfway_ell_maastricht) == [(377, 16_191), (380, 16_191)]


def test_a_very_uncertain_home_could_be_nearest_to_any_station_around() -> None:
    assert [number for number, _ in near(place(51_450_000, 5_760_000, accuracy_metres=15_000))] == [375, 370, 377, 391]


def test_no_station_that_could_be_nearest_is_left_out_because_of_where_it_lies() -> None:
    """All stations are compared here, and only those around the home in the table."""
    chance = Random(0)  # noqa: S311 - the same cases at every run
    several = 0
    for _ in range(1_500):
        home = place(
            chance.randrange(50_700_000, 53_600_000),
            chance.randrange(3_300_000, 7_300_000),
            accuracy_metres=chance.choice((0, 25, 1_000, 20_000, 100_000)),
        )
        loss_at = datetime(2011, 1, 2, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 365 * 15))
        expected = nearest_of_all(home, loss_at)
        found = STATIONS.nearest(home=home, network=Network.AWS, loss=LossInterval(from_at=loss_at, until_at=loss_at))
        assert [numbered(station) for station in found] == expected, (home, loss_at)
        several += len(expected) > 1
    assert several > 300


def nearest_of_all(home: Location, loss_at: datetime) -> list[tuple[int, int]]:
    here = direction(home)
    by_distance = sorted(
        (distance_metres(here, direction(period.station)), period.station.number, direction(period.station))
        for period in measuring_periods()
        if period.from_at <= loss_at and (period.until_at is None or loss_at < period.until_at)
    )
    first_metres, _, first = by_distance[0]
    return [
        (number, metres)
        for metres, number, there in by_distance
        if metres**2 - first_metres**2 <= 2 * home.accuracy_metres * distance_metres(first, there)
    ]


def direction(of: Location | Station) -> Direction:
    return direction_of(
        latitude_microdegrees=of.latitude_microdegrees, longitude_microdegrees=of.longitude_microdegrees
    )
