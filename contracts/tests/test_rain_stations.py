"""The registers of stations and gauges that the contracts hold, and how another register is read."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from contracts import rain_stations
from contracts.rain_gauges import manual_gauges
from contracts.rain_stations import (
    RegisterError,
    held_register,
    measuring_periods,
    read_register,
    register_bytes,
    register_sha256,
    station_periods,
)
from contracts.vocabulary import Network

HEADER = register_bytes().decode().partition("\nnetwork,")[2].partition("\n")[0]
HEAD = f"# a register\nnetwork,{HEADER}\n"
ELL = "aws,377,0-20000-0-06377,Ell,51196646,5762634,153,2011-01-01T00:00Z,\n"


def test_of_63_stations_35_have_a_rain_gauge_and_one_of_these_closed_before_the_register_begins() -> None:
    numbers = {period.station.number for period in station_periods()}
    with_gauge = {period.station.number for period in station_periods() if period.measures_rain}
    measured = {period.station.number for period in measuring_periods()}
    assert (len(numbers), len(with_gauge), with_gauge - measured) == (63, 35, {265})


def test_the_sixteen_stations_of_the_hourly_files_that_measure_no_rain_are_known_as_such() -> None:
    without = {period.station.number for period in station_periods() if not period.measures_rain}
    assert without >= {209, 225, 229, 242, 248, 258, 285, 308, 311, 312, 313, 315, 316, 324, 331, 343}


def test_the_periods_of_a_station_follow_each_other_and_only_the_last_is_open() -> None:
    for _, of_station in groupby(measuring_periods(), key=lambda period: period.station.number):
        for earlier, later in pairwise(of_station):
            assert later.from_at is not None
            assert earlier.until_at is not None
            assert earlier.until_at <= later.from_at


def test_no_two_stations_share_a_number_a_name_or_a_wigos_id() -> None:
    stations = {(period.station.number, period.station.name, period.wigos_id) for period in station_periods()}
    for values in zip(*stations, strict=True):
        assert len(set(values)) == len(stations)


def test_six_stations_that_measure_rain_are_uncertain_by_more_than_500_metres() -> None:
    uncertain = {period.station.number: period.uncertainty_metres for period in measuring_periods()}
    assert {number: metres for number, metres in uncertain.items() if metres > 500} == {
        210: 1_646,
        240: 2_160,
        269: 1_337,
        270: 624,
        275: 1_084,
        277: 585,
    }
    assert min(uncertain.values()) == 66


def test_arcen_ended_on_the_day_on_which_its_successor_began() -> None:
    (arcen,) = [period for period in station_periods() if period.station.number == 391]
    assert arcen.until_at == datetime(2025, 6, 9, tzinfo=UTC)


def test_the_hash_is_that_of_the_bytes() -> None:
    assert register_sha256() == hashlib.sha256(register_bytes()).hexdigest()


def test_a_past_register_is_held_under_its_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (HEAD + ELL).encode()
    name = hashlib.sha256(content).hexdigest()
    (tmp_path / f"{name}.csv").write_bytes(content)
    monkeypatch.setattr(rain_stations, "_PAST", tmp_path)

    held = held_register(name)

    assert held is not None
    assert [period.station.name for period in held] == ["Ell"]
    assert held_register(register_sha256()) == station_periods()
    assert held_register("0" * 64) is None


def test_every_past_register_is_named_by_its_hash_and_can_be_read() -> None:
    for path in Path(str(rain_stations._PAST)).glob("*"):  # noqa: SLF001 - where they lie is nobody else's business
        assert path.name == f"{hashlib.sha256(path.read_bytes()).hexdigest()}.csv"
        assert read_register(path.read_bytes())


def test_the_manual_gauges_have_numbers_that_automatic_stations_have_too() -> None:
    gauges = {gauge.station.number: gauge for gauge in manual_gauges()}
    assert len(gauges) == len(manual_gauges()) == 330
    assert {gauge.station.network for gauge in manual_gauges()} == {Network.GAUGE}
    assert gauges[344].station.name == "Tollebeek"
    assert (gauges[550].station.name, gauges[550].read_until) == ("De Bilt", None)
    assert gauges[441].read_until == date(2014, 12, 31)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (ELL.replace("377,0", "x,0"), "line 3: 'x' is no whole number"),
        (ELL.replace("377,0", "1000,0"), "line 3: Expected `int` <= 999 - at `$.number`"),
        (ELL.replace("51196646", "5196646"), "line 3: Expected `int` >= 50000000 - at `$.latitude_microdegrees`"),
        (ELL.replace("51196646,5762634", "5762634,51196646"), "line 3: Expected `int` >= 50000000"),
        (ELL.replace("aws", "buoy"), "line 3: Invalid enum value 'buoy' - at `$.network`"),
        (ELL.replace(",153,", ",90000,"), "line 3: uncertainty_metres is at most 10000"),
        (ELL.replace("00:00Z", "00:00"), "line 3: '2011-01-01T00:00' has no zone"),
        (ELL.replace("2011-01-01T00:00Z", "1 January"), "line 3: Invalid isoformat string: '1 January'"),
        (ELL.replace("Z,", "Z,2010-01-01T00:00Z"), "line 3: measures_until must be after measures_from"),
        (ELL.replace("Z,", "Z"), "line 3 has 8 values: give one for each of 9 columns"),
        (ELL.replace("2011-01-01T00:00Z", ""), "no station measures rain"),
        (ELL + ELL.replace("2011", "2020"), "begins before the one above it has ended"),
        (
            ELL.replace("Z,", "Z,2020-01-01T00:00Z") + ELL.replace("2011", "2020"),
            "two lines for one period without an interruption",
        ),
        (ELL + ELL.replace("2011-01-01T00:00Z", ""), "a line without measures_from that is not its first"),
        (ELL.replace("2011-01-01T00:00Z", "") + ELL, "measures no rain by one line and rain by another"),
    ],
)
def test_a_register_that_cannot_be_true_is_refused_with_the_place_and_what_to_change(lines: str, reason: str) -> None:
    with pytest.raises(RegisterError) as refused:
        read_register((HEAD + lines).encode())
    assert reason in str(refused.value)


def test_a_register_with_other_columns_or_other_letters_is_refused() -> None:
    with pytest.raises(RegisterError, match="the first line that is no comment must be: network,number,wigos_id"):
        read_register(b"number,name\n1,Ell\n")
    with pytest.raises(RegisterError, match="byte 2 is not UTF-8"):
        read_register(b"# \xff\n")
    assert [period.station.name for period in read_register((HEAD + ELL).encode())] == ["Ell"]
