from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import product
from math import asin, cos, pi, radians, sin, sqrt
from random import Random

import pytest
from msgspec.structs import replace
from rain_samples import HALFWAY_ELL_EINDHOVEN, NEAR_ELL, at, moment

from contracts.rain_stations import StationPeriod, measuring_periods, station_periods
from contracts.vocabulary import Location, LossInterval, Network, Station
from contracts.weather import PassedOver, PassedOverReason
from weather_svc.domain.sphere import direction_of, distance_metres
from weather_svc.domain.stations import NearStation, StationTable, shipped_stations

STATIONS = shipped_stations()
BEGINS = at("2011-01-01T00:00")
STORM = moment("2021-07-15T06:30")
METRES_A_DEGREE = 111_195
EARTH_RADIUS = 6_371_009
Vector = tuple[float, float, float]


def near(home: Location, *, on: str = "2021-07-15T06:30", network: Network = Network.AWS) -> list[tuple[int, int]]:
    return numbered(STATIONS.nearest(home=home, network=network, loss=moment(on)))


def numbered(found: Sequence[NearStation]) -> list[tuple[int, int]]:
    return [(each.station.number, each.distance_metres) for each in found]


def place(latitude: int, longitude: int, *, accuracy_metres: int = 0) -> Location:
    return Location(latitude_microdegrees=latitude, longitude_microdegrees=longitude, accuracy_metres=accuracy_metres)


def line(
    number: int,
    latitude: int,
    longitude: int,
    *,
    uncertainty_metres: int = 0,
    from_at: datetime | None = BEGINS,
    until_at: datetime | None = None,
) -> StationPeriod:
    station = Station(
        network=Network.AWS,
        number=number,
        name=f"Station {number}",
        latitude_microdegrees=latitude,
        longitude_microdegrees=longitude,
    )
    return StationPeriod(station, f"0-20000-0-06{number}", uncertainty_metres, from_at, until_at)


def table(*periods: StationPeriod) -> StationTable:
    return StationTable(periods, register_sha256="0" * 64)


def nearest_in(stations: StationTable, home: Location, loss: LossInterval = STORM) -> list[int]:
    return [number for number, _ in numbered(stations.nearest(home=home, network=Network.AWS, loss=loss))]


def passed_over(stations: StationTable, home: Location, loss: LossInterval = STORM) -> Sequence[PassedOver]:
    found = stations.nearest(home=home, network=Network.AWS, loss=loss)
    return stations.passed_over(home=home, network=Network.AWS, loss=loss, near=found)


def test_the_distance_between_de_bilt_and_maastricht_is_that_of_the_great_circle() -> None:
    de_bilt = direction_of(latitude_microdegrees=52_099_178, longitude_microdegrees=5_176_537)
    maastricht = direction_of(latitude_microdegrees=50_905_427, longitude_microdegrees=5_761_830)
    assert distance_metres(de_bilt, maastricht) == 138_783
    assert distance_metres(de_bilt, de_bilt) == 0


def test_a_degree_of_latitude_is_111_195_metres() -> None:
    south = direction_of(latitude_microdegrees=51_000_000, longitude_microdegrees=5_000_000)
    north = direction_of(latitude_microdegrees=52_000_000, longitude_microdegrees=5_000_000)
    assert distance_metres(south, north) == METRES_A_DEGREE


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
    assert nearest_in(STATIONS, place(52_145_000, 4_430_000), loss) == [344]


def test_arcen_is_the_nearest_until_its_successor_began() -> None:
    arcen = place(51_497_306, 6_196_107)
    assert near(arcen, on="2025-06-08T23:59") == [(391, 0)]
    assert near(arcen, on="2025-06-09T00:00") == [(375, 38_279)]


def test_no_station_is_near_before_the_register_begins_nor_in_a_network_it_does_not_hold() -> None:
    assert STATIONS.begins_at == at("2011-01-01T00:00")
    assert near(NEAR_ELL, on="2010-08-26T12:00") == []
    assert near(NEAR_ELL, network=Network.GAUGE) == []


def test_a_home_within_its_accuracy_of_the_halfway_line_has_two_nearest_stations() -> None:
    assert near(HALFWAY_ELL_EINDHOVEN) == [(370, 19_416), (377, 19_441)]


def test_a_home_known_more_precisely_than_its_distance_to_the_halfway_line_has_one() -> None:
    sure = table(line(370, 51_449_723, 5_377_032), line(377, 51_196_646, 5_762_634))
    assert nearest_in(sure, HALFWAY_ELL_EINDHOVEN) == [370, 377]
    assert nearest_in(sure, replace(HALFWAY_ELL_EINDHOVEN, accuracy_metres=11)) == [370]


def test_the_uncertainty_of_a_station_counts_like_that_of_the_home() -> None:
    """The halfway line lies 1,000 m away; of two stations together uncertain by 2,000 m it moves just so far."""
    degree_north = round(1_000 / METRES_A_DEGREE * 1e6)
    home = place(52_000_000 - degree_north, 5_000_000)

    def uncertain(metres: int) -> StationTable:
        return table(line(1, 51_800_000, 5_000_000, uncertainty_metres=metres), line(2, 52_200_000, 5_000_000))

    assert nearest_in(uncertain(1_990), home) == [1]
    assert nearest_in(uncertain(2_000), home) == [1, 2]
    assert nearest_in(uncertain(1_000), replace(home, accuracy_metres=500)) == [1, 2]


def test_equal_distances_are_equally_near_and_listed_by_number() -> None:
    home = place(52_000_000, 5_000_000)
    south, north = (52_000_000 - 150_000, 5_000_000), (52_000_000 + 150_000, 5_000_000)
    assert nearest_in(table(line(8, *south), line(9, *north)), home) == [8, 9]
    assert nearest_in(table(line(9, *south), line(8, *north)), home) == [8, 9]


def test_a_station_that_is_the_nearest_nowhere_in_the_circle_is_not_listed_although_it_may_beat_the_first() -> None:
    """Behind a nearer one: the line halfway to the first crosses the circle where the second is nearer still."""
    home = place(52_000_000, 5_000_000, accuracy_metres=3_000)
    first, second = line(1, 52_000_000, 4_900_000), line(2, 52_000_000, 5_110_000)
    behind = line(3, 52_001_000, 5_125_000)
    assert nearest_in(table(first, behind), home) == [1, 3]
    assert nearest_in(table(first, second, behind), home) == [1, 2]


def test_a_station_that_moved_counts_where_it_stood() -> None:
    moved_at = at("2020-01-01T00:00")
    stations = table(
        line(1, 52_000_000, 5_000_000, until_at=moved_at),
        line(1, 52_000_000, 5_400_000, from_at=moved_at),
        line(2, 52_000_000, 5_200_000),
    )
    west, east = place(52_000_000, 5_050_000), place(52_000_000, 5_380_000)
    before, after = moment("2019-12-31T23:59"), moment("2020-01-01T00:00")
    assert [nearest_in(stations, home, before) for home in (west, east)] == [[1], [2]]
    assert [nearest_in(stations, home, after) for home in (west, east)] == [[2], [1]]
    assert passed_over(stations, west, after)[0].station.longitude_microdegrees == 5_400_000


def vector(latitude: int, longitude: int) -> Vector:
    north, east = radians(latitude / 1e6), radians(longitude / 1e6)
    return cos(north) * cos(east), cos(north) * sin(east), sin(north)


def metres_between(one: Vector, other: Vector) -> float:
    (x, y, z), (u, v, w) = one, other
    return 2 * EARTH_RADIUS * asin(sqrt((x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2) / 2)


def shifted(latitude: int, longitude: int, *, east: float, north: float) -> tuple[int, int]:
    """Return the place some metres away from another."""
    return (
        latitude + round(north / METRES_A_DEGREE * 1e6),
        longitude + round(east / METRES_A_DEGREE / cos(radians(latitude / 1e6)) * 1e6),
    )


def rings(home: Location) -> Iterator[Vector]:
    """Yield places all over the circle in which a home lies: no place of it is an eighth of its radius away."""
    for ring, spoke in product(range(9), range(36)):
        metres, angle = home.accuracy_metres * ring / 8, spoke * pi / 18
        at_place = shifted(
            home.latitude_microdegrees,
            home.longitude_microdegrees,
            east=metres * sin(angle),
            north=metres * cos(angle),
        )
        yield vector(*at_place)


def random_lines(chance: Random, *, uncertain: bool) -> Sequence[StationPeriod]:
    return [
        line(
            number,
            chance.randrange(51_600_000, 52_400_000),
            chance.randrange(4_400_000, 5_600_000),
            uncertainty_metres=chance.choice((66, 150, 2_000)) if uncertain else 0,
        )
        for number in range(1, chance.randrange(3, 14))
    ]


@pytest.mark.parametrize("uncertain", [False, True])
def test_exactly_the_stations_that_are_the_nearest_somewhere_in_the_circle_are_listed(*, uncertain: bool) -> None:
    """Beside a search all over the circle, which misses at most what an eighth of its radius makes."""
    chance = Random(1)  # noqa: S311 - the same cases at every run
    several = 0
    for _ in range(120):
        periods = random_lines(chance, uncertain=uncertain)
        stations = table(*periods)
        stands = {
            period.station.number: (vector(*position(period.station)), period.uncertainty_metres) for period in periods
        }
        for _ in range(4):
            radius = chance.choice((300, 2_000, 6_000))
            home = place(
                chance.randrange(51_700_000, 52_300_000),
                chance.randrange(4_500_000, 5_500_000),
                accuracy_metres=radius,
            )
            listed = nearest_in(stations, home)
            several += len(listed) > 1
            # For each station how much farther than the nearest it is at best, however uncertainty may have it.
            short_of = dict.fromkeys(stands, float("inf"))
            for somewhere in rings(home):
                metres = {number: metres_between(somewhere, at_) for number, (at_, _) in stands.items()}
                least, second = sorted((distance + stands[number][1], number) for number, distance in metres.items())[
                    :2
                ]
                for number, distance in metres.items():
                    of_others = second[0] if number == least[1] else least[0]
                    short_of[number] = min(short_of[number], distance - stands[number][1] - of_others)
            assert {number for number, lacks in short_of.items() if lacks <= 0} <= set(listed), (home, short_of)
            for number in listed:
                # The moved halfway line is straight and as far out as it gets in the circle.
                allowed = 2 * radius / 8 + 5 + (5_000 if uncertain else 0)
                assert short_of[number] <= allowed, (home, number, short_of)
    assert several > 60


def position(station: Station) -> tuple[int, int]:
    return station.latitude_microdegrees, station.longitude_microdegrees


def test_wherever_homes_and_stations_really_are_the_nearest_one_is_listed() -> None:
    chance = Random(0)  # noqa: S311 - the same cases at every run
    several = 0
    for _ in range(2_000):
        home = place(
            chance.randrange(50_700_000, 53_600_000),
            chance.randrange(3_300_000, 7_300_000),
            accuracy_metres=chance.choice((0, 25, 1_000, 5_000, 20_000)),
        )
        loss_at = BEGINS + timedelta(hours=chance.randrange(24 * 365 * 16))
        loss = LossInterval(from_at=loss_at, until_at=loss_at)
        really_here = vector(*displaced(chance, *position_of_home(home), within=home.accuracy_metres))
        metres = {
            period.station.number: metres_between(
                really_here, vector(*displaced(chance, *position(period.station), within=period.uncertainty_metres))
            )
            for period in measuring_periods()
            if period.measured_during(loss_at, loss_at)
        }
        listed = nearest_in(STATIONS, home, loss)
        assert min(metres, key=lambda number: metres[number]) in listed, (home, loss_at)
        several += len(listed) > 1
    assert several > 400


def position_of_home(home: Location) -> tuple[int, int]:
    return home.latitude_microdegrees, home.longitude_microdegrees


def displaced(chance: Random, latitude: int, longitude: int, *, within: int) -> tuple[int, int]:
    """Return a place at random within some metres of another, half of the time at their border."""
    metres, angle = within * chance.choice((chance.random(), 0.999)), chance.random() * 2 * pi
    return shifted(latitude, longitude, east=metres * cos(angle), north=metres * sin(angle))


def test_those_passed_over_are_the_nearest_of_all_with_the_reason_of_each() -> None:
    rotterdam_geulhaven = place(51_891_845, 4_312_645, accuracy_metres=25)
    before_voorschoten_opened = moment("2014-07-01T12:00")
    assert [
        (each.station.number, each.distance_metres, each.halfway_metres, each.reason)
        for each in passed_over(STATIONS, rotterdam_geulhaven, before_voorschoten_opened)
    ] == [
        (343, 0, None, PassedOverReason.NO_RAIN_GAUGE),
        (330, 17_107, 3_532, PassedOverReason.FARTHER),
        (215, 28_820, None, PassedOverReason.NOT_MEASURING),
    ]


def test_all_that_are_nearer_than_the_nearest_are_named_however_many_they_are() -> None:
    near_by = [line(number, 52_000_000 + number * 1_000, 5_000_000, from_at=None) for number in range(1, 7)]
    stations = table(*near_by, line(9, 52_500_000, 5_000_000))
    found = passed_over(stations, place(52_000_000, 5_000_000))
    assert [each.station.number for each in found] == [1, 2, 3, 4, 5, 6]
    assert {each.reason for each in found} == {PassedOverReason.NO_RAIN_GAUGE}


def test_where_no_station_measured_the_three_nearest_are_named() -> None:
    found = passed_over(STATIONS, NEAR_ELL, moment("2010-08-26T12:00"))
    assert [(each.station.number, each.reason.value, each.halfway_metres) for each in found] == [
        (377, "not_measuring", None),
        (380, "not_measuring", None),
        (370, "not_measuring", None),
    ]
    assert STATIONS.passed_over(home=NEAR_ELL, network=Network.GAUGE, loss=STORM, near=[]) == ()


def test_nobody_who_should_be_named_is_left_out_because_of_where_the_home_lies() -> None:
    """All stations are compared here, and only those around the home in the table."""
    chance = Random(0)  # noqa: S311 - the same cases at every run
    for _ in range(800):
        home = place(
            chance.randrange(50_700_000, 53_600_000),
            chance.randrange(3_300_000, 7_300_000),
            accuracy_metres=chance.choice((0, 25, 1_000, 20_000)),
        )
        loss_at = BEGINS + timedelta(hours=chance.randrange(24 * 365 * 16))
        loss = LossInterval(from_at=loss_at, until_at=loss_at)
        listed = STATIONS.nearest(home=home, network=Network.AWS, loss=loss)
        named = [(each.distance_metres, each.station.number) for each in passed_over(STATIONS, home, loss)]
        numbers = {each.station.number for each in listed}
        here = vector(*position_of_home(home))
        others = sorted(
            {
                (round(metres_between(here, vector(*position(period.station)))), period.station.number)
                for period in station_periods()
                if period.station.number not in numbers
            }
        )
        nearer = [each for each in others if each[0] < listed[0].distance_metres]
        assert named == others[: max(3, len(nearer))], (home, loss_at)


def test_the_halfway_line_is_as_far_as_it_is() -> None:
    """On the way to the station that was passed over, the line comes after the metres that are told."""
    stations = table(line(1, 52_000_000, 5_000_000), line(2, 52_300_000, 5_000_000))
    home = place(52_050_000, 5_000_000)
    (told,) = passed_over(stations, home)
    assert told.halfway_metres == round(0.1 * METRES_A_DEGREE)
    assert told.distance_metres == round(0.25 * METRES_A_DEGREE)
