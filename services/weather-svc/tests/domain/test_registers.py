from __future__ import annotations

from datetime import datetime

import pytest
from rain_samples import at

from contracts.rain_stations import StationPeriod, register_bytes, station_periods
from contracts.vocabulary import Network, Station
from weather_svc.domain.registers import Change, Listed, changes, differences, lost

IN_2015, IN_2020, IN_2022 = (at(f"{year}-01-01T00:00") for year in (2015, 2020, 2022))

FROM_2015_UNTIL_2020 = "2015-01-01T00:00:00+00:00 until 2020-01-01T00:00:00+00:00"


def line(
    number: int,
    from_at: datetime | None,
    until_at: datetime | None = None,
    *,
    longitude: int = 5_000_000,
    uncertainty_metres: int = 66,
) -> StationPeriod:
    station = Station(
        network=Network.AWS,
        number=number,
        name=f"Station {number}",
        latitude_microdegrees=52_000_000,
        longitude_microdegrees=longitude,
    )
    return StationPeriod(station, f"0-20000-0-06{number}", uncertainty_metres, from_at, until_at)


def change(from_at: datetime, until_at: datetime | None) -> Change:
    return Change(Network.AWS, from_at, until_at)


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ([line(1, IN_2015)], [line(1, IN_2015)], []),
        ([line(1, IN_2015)], [line(1, IN_2015, IN_2020)], [change(IN_2020, None)]),
        ([line(1, IN_2015)], [line(1, IN_2015), line(2, IN_2020)], [change(IN_2020, None)]),
        ([line(1, IN_2015)], [line(1, IN_2015), line(2, None)], []),
        (
            [line(1, IN_2015)],
            [line(1, IN_2015, IN_2020), line(1, IN_2022)],
            [change(IN_2020, IN_2022)],
        ),
        (
            [line(1, IN_2015)],
            [line(1, IN_2015, IN_2020), line(1, IN_2020, IN_2022, longitude=5_100_000), line(1, IN_2022)],
            [change(IN_2020, IN_2022)],
        ),
        ([line(1, IN_2015)], [line(1, IN_2015, uncertainty_metres=70)], [change(IN_2015, None)]),
        ([line(1, IN_2015), line(2, IN_2015)], [line(2, IN_2015)], [change(IN_2015, None)]),
    ],
    ids=["same", "ended", "added", "no gauge", "interrupted", "moved and came back", "less sure", "removed"],
)
def test_exactly_the_times_change_in_which_other_stations_count_or_stand_elsewhere(
    before: list[StationPeriod], after: list[StationPeriod], changed: list[Change]
) -> None:
    assert changes(before, after) == changed
    assert changes(after, before) == changed


@pytest.mark.parametrize(
    ("after", "loses"),
    [
        ([line(1, IN_2015, IN_2020), line(1, IN_2022)], []),
        ([line(1, IN_2015, IN_2020), line(1, IN_2022, at("2023-01-01T00:00"))], []),
        ([line(1, at("2014-01-01T00:00"))], []),
        (
            [line(1, IN_2015, at("2018-01-01T00:00")), line(1, at("2018-01-01T00:00"), longitude=5_100_000)],
            [],
        ),
        ([], ["station 1 of network aws is not in it"]),
        (
            [line(1, IN_2022)],
            [f"station 1 of network aws does not measure from {FROM_2015_UNTIL_2020} any more"],
        ),
        (
            [line(1, IN_2015, IN_2020)],
            ["station 1 of network aws does not measure from 2022-01-01T00:00:00+00:00 any more"],
        ),
    ],
    ids=["same", "ended", "longer", "moved", "station", "period", "open period"],
)
def test_a_register_that_loses_a_station_or_a_measured_period_is_told_from_one_that_ends_it(
    after: list[StationPeriod], loses: list[str]
) -> None:
    before = [line(1, IN_2015, IN_2020), line(1, IN_2022)]
    assert list(lost(before, after)) == loses


def test_the_shipped_register_loses_nothing_of_itself() -> None:
    assert list(lost(station_periods(), station_periods())) == []
    assert changes(station_periods(), station_periods()) == []
    assert register_bytes().endswith(b"\n")


def test_knmis_own_list_is_compared_with_where_stations_stand_now() -> None:
    periods = [line(1, IN_2015, IN_2020), line(1, IN_2020, longitude=5_100_000)]
    listed = [
        Listed("0-20000-0-061", "Station 1", 52_000_000, 5_100_000),
        Listed("0-20000-0-062", "Elsewhere", 52_000_000, 5_000_000),
        Listed("0-20000-0-78990", "Bonaire", 12_130_000, -68_280_000),
    ]
    assert list(differences(listed, periods)) == [
        "0-20000-0-062 Elsewhere is not in the register; it lies at 52000000, 5000000 microdegrees"
    ]
    moved = listed[0]._replace(longitude_microdegrees=5_101_000)
    assert list(differences([moved], periods)) == [
        "0-20000-0-061 Station 1 lies 68 m from its position in the register; 66 m are within its uncertainty"
    ]
