from __future__ import annotations

import argparse
import os
from argparse import Namespace
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from knmi_files import HEADER as WITH_DURATION
from knmi_files import READ_AT, ROWS, SHARED, needs_shared, zipped
from rain_samples import HEADER, NOW, answers, at, import_files, july, request

from chassis.clock import SettableClock
from chassis.testing import Harness, harness
from contracts.claims import RAINFALL_REQUESTED
from contracts.vocabulary import Establishment
from weather_svc.app import build
from weather_svc.commands.import_hours import add_arguments, import_hours
from weather_svc.settings import Settings

TEXT = WITH_DURATION + ROWS


@pytest.fixture
async def later_service(settings: Settings) -> AsyncIterator[Harness]:
    """The service when KNMI has corrected all figures of the tests."""
    async with harness(replace(build(settings), clock=SettableClock(READ_AT))) as running:
        yield running


def written(directory: Path, text: str | bytes, *, name: str = "hours.txt") -> Path:
    path = directory / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


async def tables(service: Harness) -> list[int]:
    """Return how many replies, publications and statements are kept."""
    async with service.pool.acquire() as connection:
        return [
            await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of ours
            for table in ("raw_reply", "publication", "statement")
        ]


async def test_importing_a_file_again_changes_nothing(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = july(tmp_path)
    assert await import_files(service, path) == 0
    assert capsys.readouterr().out == (
        "1 files taken, 0 known already, 0 refused; 1560 hours: 1560 new, 0 corrected, 0 confirmed, 0 unchanged,"
        " 0 superseded; 0 without a figure, 0 newly lost\n"
        "The service assesses again every answer that rests on an hour that changed.\n"
    )
    kept = await tables(service)
    again = written(tmp_path, path.read_bytes(), name="again.txt")
    assert await import_files(service, again) == 0
    output = capsys.readouterr()
    assert f"{again}: known already, byte for byte\n" in output.err
    assert output.out.startswith("0 files taken, 1 known already, 0 refused; 0 hours: 0 new, ")
    assert "assesses again" not in output.out
    assert await tables(service) == kept


async def test_the_same_figures_in_another_file_are_unchanged(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = july(tmp_path)
    assert await import_files(service, path) == 0
    capsys.readouterr()
    assert await import_files(service, written(tmp_path, b"# as above\n" + path.read_bytes())) == 0
    assert "; 1560 hours: 0 new, 0 corrected, 0 confirmed, 1560 unchanged, 0 superseded;" in capsys.readouterr().out


async def test_the_summary_tells_corrected_confirmed_superseded_and_missing_hours(
    later_service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, old = (
        HEADER + "".join(f"  377,20210715,{hour:5},{rain}\n" for hour, rain in enumerate(rains, start=5))
        for rains in (["    8", "   26", "     "], ["    8", "   28", "     ", "    1"], ["    7"])
    )
    at_once, nine_days_later = at("2021-07-15T09:00"), at("2021-07-24T06:00")
    assert await import_files(later_service, written(tmp_path, first), published_at=at_once) == 0
    assert await import_files(later_service, written(tmp_path, second), published_at=nine_days_later) == 0
    assert await import_files(later_service, written(tmp_path, old), published_at=at_once) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if "; " in line]
    assert [line.partition("; ")[2] for line in lines] == [
        "2 hours: 2 new, 0 corrected, 0 confirmed, 0 unchanged, 0 superseded; 1 without a figure, 0 newly lost",
        "3 hours: 1 new, 1 corrected, 1 confirmed, 0 unchanged, 0 superseded; 1 without a figure, 0 newly lost",
        "1 hours: 0 new, 0 corrected, 0 confirmed, 0 unchanged, 1 superseded; 0 without a figure, 0 newly lost",
    ]


async def test_hours_that_come_make_an_answer_be_given_again(service: Harness, tmp_path: Path) -> None:
    await service.deliver(RAINFALL_REQUESTED, request())
    (waiting,) = await answers(service)
    assert not waiting.final
    assert await import_files(service, july(tmp_path)) == 0
    assert await service.fire_due_timers() == 1
    (settled,) = await answers(service)
    assert settled.final
    assert settled.readings[0].establishment is Establishment.ESTABLISHED


async def test_a_refused_file_takes_nothing_and_stops_no_other(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = written(tmp_path, HEADER + "  377,20210715,    5,    8\n  377,20210715,   25,   28\n", name="broken.txt")
    assert await import_files(service, broken, july(tmp_path)) == 3
    output = capsys.readouterr()
    assert f"{broken}: line 3: HH is '25'; hours run from 1 to 24 and name their end in UT\n" in output.err
    assert f"{broken}: refused; nothing of it was taken\n" in output.err
    assert output.out.startswith("1 files taken, 0 known already, 1 refused; 1560 hours: 1560 new, ")


async def test_when_every_file_is_refused_nothing_is_taken(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "nothing.txt"
    assert await import_files(service, missing, tmp_path, written(tmp_path, TEXT[:-3])) == 1
    errors = capsys.readouterr().err
    assert f"{missing}: No such file or directory\n" in errors
    assert f"{tmp_path}: Is a directory\n" in errors
    assert await tables(service) == [0, 0, 0]


async def test_of_many_wrong_rows_twenty_are_listed_and_the_rest_counted(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, HEADER + "".join(f"  377,202107{day:02},   25,    8\n" for day in range(1, 32)))
    assert await import_files(service, path) == 1
    assert capsys.readouterr().err.count("HH is '25'") == 20
    assert await import_files(service, path) == 1
    assert f"{path}: and 11 more\n" in capsys.readouterr().err


async def test_a_station_that_measures_no_rain_is_counted_and_left_out(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "  225,20210715,    6,     \n  225,20210715,    7,     \n  377,20210715,    7,   28\n"
    assert await import_files(service, written(tmp_path, HEADER + rows)) == 0
    output = capsys.readouterr()
    assert "hours.txt: line 2: station 225 is no rain station: 2 rows without a figure passed over\n" in output.err
    assert "WARNING" not in output.err
    assert "; 1 hours: 1 new, " in output.out


async def test_what_was_passed_over_is_told_also_of_a_refused_file(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"  {station},20210715,    6,     \n" for station in range(600, 625))
    assert await import_files(service, written(tmp_path, HEADER + rows + "  377,20210715,   25,    8\n")) == 1
    errors = capsys.readouterr().err
    assert errors.count("is no rain station: 1 rows without a figure passed over\n") == 20
    assert "hours.txt: and 5 stations more passed over\n" in errors
    assert "hours.txt: line 27: HH is '25'" in errors


async def test_a_station_with_figures_that_the_register_does_not_hold_is_loud(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await import_files(service, written(tmp_path, HEADER + "  392,20210715,    6,   26\n")) == 0
    assert (
        "WARNING: station 392 has a figure in 1 hours, and the register has no rain station" in capsys.readouterr().err
    )


async def test_a_file_that_changes_what_knmi_had_corrected_is_refused_unless_forced(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    true, other = (
        written(tmp_path, HEADER + f"  377,20210615,    6,{rain}\n", name=rain) for rain in ("   26", "   -1")
    )
    first, second = at("2021-07-01T00:00"), at("2021-07-02T00:00")
    assert await import_files(service, true, published_at=first) == 0
    assert await import_files(service, other, published_at=second) == 1
    assert (
        f"{other}: station 377: the hour until 2021-06-15T06:00Z was 26 and would be a trace, and KNMI does not correct"
        " it any more; --force takes the file nevertheless\n" in capsys.readouterr().err
    )
    forced = Namespace(files=[other], published_at=second, force=True)
    assert await import_hours(forced, service.runtime) == 0
    assert "1 hours: 0 new, 1 corrected, " in capsys.readouterr().out


async def test_every_member_of_an_archive_is_taken_or_none(service: Harness, tmp_path: Path) -> None:
    other = TEXT.replace("377", "380")
    cut = written(tmp_path, zipped({"377.txt": TEXT, "380.txt": other[:-3]}), name="cut.zip")
    assert await import_files(service, cut) == 1
    assert await tables(service) == [0, 0, 0]
    assert (
        await import_files(service, written(tmp_path, zipped({"377.txt": TEXT, "380.txt": other}), name="whole.zip"))
        == 0
    )
    assert await tables(service) == [1, 2, 2]


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ("yesterday", "yesterday is no moment; write it as 2021-07-16T09:00:00Z"),
        ("2021-07-16T09:00:00", "2021-07-16T09:00:00 names no time zone; end it with Z for UTC"),
    ],
)
def test_when_a_file_was_published_is_a_moment_in_a_time_zone(
    told: str, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["hours.txt", "--published-at", told])
    assert complaint in capsys.readouterr().err
    understood = parser.parse_args(["hours.txt", "--published-at", "2021-07-16T11:00:00+02:00"])
    assert understood.published_at == at("2021-07-16T09:00")


async def test_nothing_was_published_in_the_future(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    future = NOW + timedelta(minutes=1)
    assert await import_files(service, written(tmp_path, TEXT), published_at=future) == 1
    assert "--published-at lies in the future" in capsys.readouterr().err


@needs_shared
async def test_the_downloads_of_a_station_are_told_apart_by_their_archives(
    later_service: Harness, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = sorted((SHARED / "older_downloads").glob("uurgeg_391_*"))
    assert await import_files(later_service, *reversed(paths)) == 0
    output = capsys.readouterr()
    assert output.out.startswith("4 files taken, 0 known already, 0 refused; ")
    async with later_service.pool.acquire() as connection:
        said = await connection.fetch("SELECT name, published_by FROM publication ORDER BY published_at")
    assert [tuple(row) for row in said] == [(path.name, "member") for path in paths]


@needs_shared
async def test_every_case_is_taken_or_refused_by_the_command(
    later_service: Harness, capsys: pytest.CaptureFixture[str]
) -> None:
    cases = sorted(path for path in (SHARED / "cases").iterdir() if path.name != "README.md")
    refused = []
    for path in cases:
        code = await import_files(later_service, path)
        told = capsys.readouterr()
        assert code == (1 if "refused; nothing of it was taken" in told.err else 0), path.name
        assert "Traceback" not in told.err
        refused += [path.name] if code else []
    assert len(refused) == 43
    async with later_service.pool.acquire() as connection:
        taken = await connection.fetchval("SELECT count(DISTINCT name) FROM publication")
    assert taken == len(cases) - len(refused) - 1, "all but the harbour, which measures wind"


async def test_who_says_later_when_a_known_file_was_published_is_heard(service: Harness, tmp_path: Path) -> None:
    path = written(
        tmp_path, f"{HEADER}  377,20210701,    6,     \n  377,20210702,    6,   26\n".encode(), name="hours.txt"
    )
    await import_files(service, path)
    for _ in range(2):
        assert await import_files(service, path, published_at=at("2021-07-19T06:00")) == 0
    kept = await service.pool.fetch("SELECT published_by FROM publication ORDER BY published_at")
    assert [row["published_by"] for row in kept] == ["last_hour", "stated"]


async def test_a_file_whose_name_is_no_text_is_taken(service: Harness, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"\xff.txt")
    path.write_text(f"{HEADER}  377,20210702,    6,   26\n")
    assert await import_files(service, path) == 0
