from __future__ import annotations

from argparse import Namespace
from datetime import date, datetime
from pathlib import Path

import pytest
from knmi_files import SHARED, needs_shared
from rain_answers import STATIONS, concluded
from rain_samples import FIGURES, answers, at, import_files, moment, request

from chassis.testing import Harness
from contracts.claims import RAINFALL_REQUESTED
from contracts.vocabulary import Establishment, Location, Network
from contracts.weather import RainfallAssessed, UndeterminedReason
from weather_svc.commands.import_gauges import import_gauges
from weather_svc.domain.assessment import inquire
from weather_svc.domain.gauge_days import GaugeDay, gauge, last_hour_of
from weather_svc.repository import gauges, publications
from weather_svc.second_opinions import second_opinions

HEADER = "# STN,YYYYMMDD,   RD,   SX\n"
AT_DE_BILT = Location(latitude_microdegrees=52_098_000, longitude_microdegrees=5_179_000, accuracy_metres=25)
LOSS = moment("2019-06-19T20:30")
GAUGE_OF_DE_BILT = FIGURES / "gauge_de_bilt.txt"
OUTAGE = [("20190619", hour) for hour in range(18, 22)]


async def take(service: Harness, *files: Path, published_at: datetime | None = None) -> int:
    """Run `import-gauges` and return its exit code."""
    return await import_gauges(Namespace(files=list(files), published_at=published_at), service.runtime)


def written(tmp_path: Path, *rows: str, name: str = "gauges.txt") -> Path:
    path = tmp_path / name
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return path


async def collected(service: Harness, number: int, day: str) -> int | None:
    asked = GaugeDay(gauge(number), last_hour_of(date.fromisoformat(day)))
    async with service.runtime.transaction() as work:
        found = await gauges.collected(work.connection, days=[asked])
    return found.get(asked)


def hours_of_de_bilt(tmp_path: Path, *, with_outage: bool) -> Path:
    """Write the hours of De Bilt in June 2019; those of the outage have no figure."""
    text = (FIGURES / "de_bilt_june_2019.txt").read_text()
    lines = []
    for line in text.splitlines():
        fields = line.split(",")
        if with_outage and not line.startswith("#") and (fields[1], int(fields[2])) in OUTAGE:
            lines.append(",".join([*fields[:3], "     ", "     "]))
        else:
            lines.append(line)
    path = tmp_path / "de_bilt.txt"
    path.write_text("\n".join(lines) + "\n")
    return path


async def assessed_at_de_bilt(service: Harness) -> RainfallAssessed:
    await service.deliver(RAINFALL_REQUESTED, request(home=AT_DE_BILT, loss=LOSS))
    (assessed,) = await answers(service)
    return assessed


async def test_a_file_is_taken_once_and_says_where_its_days_come_from(
    service: Harness, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await take(service, GAUGE_OF_DE_BILT) == 0
    assert capsys.readouterr().out == (
        "1 files taken, 0 known already, 0 refused; 79 days: 79 new, 0 corrected; 0 without a figure\n"
    )
    assert await collected(service, 550, "2019-06-20") == 423
    assert await take(service, GAUGE_OF_DE_BILT) == 0
    assert capsys.readouterr().out.startswith("0 files taken, 1 known already, 0 refused; 0 days")
    async with service.runtime.transaction() as work:
        newest = await publications.newest(work.connection)
        assert newest is not None
        found = await publications.by_id(work.connection, publication_ids=[newest.publication_id])
    (source,) = found.values()
    assert (source.name, source.data_set, source.resolution) == ("gauge_de_bilt.txt", "monv_reeksen", "daily")
    assert source.published_at == at("2021-07-18T08:00")


@pytest.mark.parametrize("newest_first", [False, True])
async def test_the_newest_publication_counts_whatever_the_order_of_import(
    service: Harness, tmp_path: Path, *, newest_first: bool
) -> None:
    old = written(tmp_path, "550,20190620,400,0", "550,20190621,  7,0", name="old.txt"), at("2019-07-01T00:00")
    new = written(tmp_path, "550,20190620,423,0", "550,20190621,   ,0", name="new.txt"), at("2019-08-01T00:00")
    for path, published_at in (new, old) if newest_first else (old, new):
        assert await take(service, path, published_at=published_at) == 0
    assert await collected(service, 550, "2019-06-20") == 423
    assert await collected(service, 550, "2019-06-21") == 7, "no figure replaces none"


async def test_the_exit_code_tells_taken_partly_and_nothing(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = written(tmp_path, "550,20190620,423,0", "550,20190621,4x3,0", name="broken.txt")
    unknown = written(tmp_path, "999,20190620,423,0", name="unknown.txt")
    assert await take(service, broken, unknown, tmp_path / "nothing.txt") == 1
    output = capsys.readouterr()
    assert f"{broken}: line 3: RD is '4x3'" in output.err
    assert f"{broken}: refused; nothing of it was taken" in output.err
    assert f"{unknown}: gauge 999: 1 rows passed over; it is not in the table of manual gauges" in output.err
    assert f"{tmp_path / 'nothing.txt'}: No such file or directory" in output.err
    assert output.out.startswith("0 files taken, 0 known already, 3 refused")
    assert await collected(service, 550, "2019-06-20") is None
    assert await take(service, GAUGE_OF_DE_BILT, broken) == 3


async def test_hours_and_days_are_not_taken_for_each_other(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await take(service, hours_of_de_bilt(tmp_path, with_outage=False)) == 1
    assert "these are hours of automatic stations; take them with import-hours" in capsys.readouterr().err
    assert await import_files(service, GAUGE_OF_DE_BILT) == 1


async def test_lost_hours_have_the_nearest_gauge_beside_them_and_it_decides_nothing(
    service: Harness, tmp_path: Path
) -> None:
    hours = hours_of_de_bilt(tmp_path, with_outage=True)
    assert await import_files(service, hours, published_at=at("2019-08-01T00:00")) == 0
    without = await assessed_at_de_bilt(service)
    assert without.second_opinion is None
    assert without.readings[0].undetermined_reason is UndeterminedReason.LOST_HOURS
    await service.fire_due_timers()
    assert await take(service, GAUGE_OF_DE_BILT) == 0
    assert await service.fire_due_timers() == 0, "another second opinion is no news"
    await service.deliver(RAINFALL_REQUESTED, request(version=2, home=AT_DE_BILT, loss=LOSS))
    (again,) = await answers(service)
    opinion = again.second_opinion
    assert opinion is not None
    assert (opinion.station.network, opinion.station.number, opinion.station.name) == (Network.GAUGE, 550, "De Bilt")
    days = [opinion.first_day_ends_at.date().toordinal() + place for place in range(len(opinion.tenths_mm))]
    assert dict(zip(days, opinion.tenths_mm, strict=True))[date(2019, 6, 20).toordinal()] == 423
    assert (again.readings, again.final, again.stations) == (without.readings, without.final, without.stations)
    assert again.readings[0].establishment is Establishment.UNDETERMINED


async def test_an_answer_that_is_plain_asks_no_gauge(service: Harness, tmp_path: Path) -> None:
    assert await import_files(service, hours_of_de_bilt(tmp_path, with_outage=False)) == 0
    assert await take(service, GAUGE_OF_DE_BILT) == 0
    plain = await assessed_at_de_bilt(service)
    assert plain.final
    assert plain.second_opinion is None
    asked = request()
    async with service.runtime.transaction() as work:
        connection = work.connection
    # Whoever asked this connection now would fail.
    answered = [(inquire(asked, stations=STATIONS), concluded(asked))]
    assert await second_opinions(connection, answered) == [None]


async def test_a_gauge_is_not_taken_for_the_station_of_its_number(service: Harness, tmp_path: Path) -> None:
    """344 is Rotterdam among the automatic stations, and Tollebeek among the manual gauges."""
    assert await take(service, written(tmp_path, "344,20190619,  1,0", "344,20190620,999,0")) == 0
    at_rotterdam = Location(latitude_microdegrees=51_962_000, longitude_microdegrees=4_447_000, accuracy_metres=25)
    await service.deliver(RAINFALL_REQUESTED, request(home=at_rotterdam, loss=LOSS))
    (assessed,) = await answers(service)
    (rotterdam,) = assessed.stations
    assert (rotterdam.station.network, rotterdam.station.number) == (Network.AWS, 344)
    assert set(rotterdam.hours.tenths_mm) == {None}
    assert assessed.second_opinion is None


@needs_shared
async def test_the_files_of_knmi_are_taken(service: Harness, capsys: pytest.CaptureFixture[str]) -> None:
    files = sorted((SHARED / "rain_gauges").glob("neerslaggeg_*.txt"))[:2]
    assert await take(service, *files) == 0
    assert capsys.readouterr().out == (
        "2 files taken, 0 known already, 0 refused; 8037 days: 8037 new, 0 corrected; 0 without a figure\n"
    )
