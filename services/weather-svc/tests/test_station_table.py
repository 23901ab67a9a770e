from __future__ import annotations

from itertools import groupby, pairwise

from contracts.rain_stations import measuring_periods
from contracts.vocabulary import Network
from weather_svc import station_table


def test_the_table_holds_34_automatic_stations_and_no_gauge() -> None:
    stations = station_table.load()
    assert len(stations.numbers(Network.AWS)) == 34
    assert stations.numbers(Network.GAUGE) == frozenset()


def test_the_periods_of_a_station_follow_each_other_and_only_the_last_is_open() -> None:
    periods = measuring_periods()
    ordered = sorted(periods, key=lambda period: (period.station.number, period.from_at))
    for _, of_station in groupby(ordered, key=lambda period: period.station.number):
        for earlier, later in pairwise(of_station):
            assert earlier.until_at is not None
            assert earlier.from_at < earlier.until_at <= later.from_at


def test_no_two_stations_share_a_number_or_a_name() -> None:
    stations = {(period.station.number, period.station.name) for period in measuring_periods()}
    assert len({number for number, _ in stations}) == len(stations) == len({name for _, name in stations})
