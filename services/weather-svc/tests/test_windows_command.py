"""`weather-svc windows`, from files and from the store."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest
from knmi_files import SHARED, needs_shared
from rain_samples import FIGURES, at, import_files

from chassis.testing import Harness, harness
from weather_svc.app import build
from weather_svc.commands.windows import WINDOWS, WINDOWS_FROM_FILES
from weather_svc.settings import Settings

HEADER = "station,start_utc,end_utc"
SIX_ROWS = (
    "# STN,YYYYMMDD,   HH,   RH\n"
    "  377,20210714,    1,   10\n"
    "  377,20210714,    2,   -1\n"
    "  377,20210714,    3,     \n"
    "  377,20210714,    4,  200\n"
    "  377,20210714,    5,    3\n"
    "  377,20210714,    6,    0\n"
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes], None]:
    """Puts rows on stdin."""

    def ask(rows: bytes) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(rows)))

    return ask


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "ell.txt").write_text(SIX_ROWS)
    return tmp_path


def from_files(directory: Path) -> int:
    return WINDOWS_FROM_FILES.run(Namespace(directory=directory))


def golden_rows() -> bytes:
    """Return the hourly golden windows, and those over five outages and the end of station 391, with their answers."""
    outages = (FIGURES / "golden_outages.csv").read_text()
    names = outages.partition("\n")[0].split(",")
    with (SHARED / "golden_windows.csv").open(newline="") as lines:
        golden = [row for row in csv.DictReader(lines) if row["source_series"] == "hourly"]
    return (outages + "".join(",".join(row[name] for name in names) + "\n" for row in golden)).encode()


@pytest.mark.parametrize(
    ("start", "end", "added"),
    [
        ("2021-07-14T00:00:00Z", "2021-07-14T01:00:00Z", "10,0,0"),
        ("2021-07-14T01:00:00Z", "2021-07-14T04:00:00Z", "200,1,1"),
        ("2021-07-14T03:30:00Z", "2021-07-14T05:59:59Z", "203,0,0"),
        ("2021-07-14T06:00:00+02:00", "2021-07-14T07:00:00+02:00", "3,0,0"),
        ("2021-07-14 04:00", "2021-07-14 05:00", "3,0,0"),
        ("2021-07-14T05:00:00Z", "2021-07-14T05:00:00Z", "0,0,0"),
        ("2021-07-14T05:10:00Z", "2021-07-14T05:50:00Z", "0,0,0"),
        ("2021-07-13T22:00:00Z", "2021-07-14T08:00:00Z", "213,5,1"),
        ("1951-01-01T00:00:00Z", "1951-01-02T00:00:00Z", "0,24,0"),
    ],
)
def test_the_hours_count_that_end_after_the_start_and_not_after_the_end(
    directory: Path,
    asked: Callable[[bytes], None],
    capsys: pytest.CaptureFixture[str],
    start: str,
    end: str,
    added: str,
) -> None:
    asked(f"{HEADER}\n377,{start},{end}\n".encode())

    assert from_files(directory) == 0
    assert capsys.readouterr().out.splitlines()[1] == f"377,{start},{end},{added}"


def test_further_columns_are_kept_and_those_it_adds_are_made_anew(
    directory: Path, asked: Callable[[bytes], None], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    asked(
        b"\xef\xbb\xbfclaim,station,missing_hours,start_utc,end_utc,note\r\n"
        b'1,AWS:377,99,2021-07-14T00:00:00Z,2021-07-14T04:00:00Z,"caf\xe9, wet"\r\n'
    )

    assert from_files(directory) == 0
    assert capsysbinary.readouterr().out == (
        b"claim,station,missing_hours,start_utc,end_utc,note,sum_tenths_mm,trace_hours\r\n"
        b'1,AWS:377,1,2021-07-14T00:00:00Z,2021-07-14T04:00:00Z,"caf\xe9, wet",210,1\r\n'
    )


def test_a_bad_row_is_told_and_left_empty_and_stops_no_other(
    directory: Path, asked: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    period = "2021-07-14T00:00:00Z,2021-07-14T01:00:00Z"
    asked(
        "\n".join(
            (
                HEADER,
                f"GAUGE:550,{period}",
                f"AWS:999,{period}",
                f"Ell,{period}",
                "377,yesterday,2021-07-14T01:00:00Z",
                "377,2021-07-14T02:00:00Z,2021-07-14T00:00:00Z",
                "377",
                f"aws:377,{period}",
            )
        ).encode()
    )

    assert from_files(directory) == 1
    output = capsys.readouterr()
    assert output.out.splitlines()[1:] == [
        f"GAUGE:550,{period},,,",
        f"AWS:999,{period},,,",
        f"Ell,{period},,,",
        "377,yesterday,2021-07-14T01:00:00Z,,,",
        "377,2021-07-14T02:00:00Z,2021-07-14T00:00:00Z,,,",
        "377,,,,,",
        f"aws:377,{period},10,0,0",
    ]
    told = sorted(line for line in output.err.splitlines() if line.startswith("line "))
    assert [line.partition(":")[0] for line in told] == [f"line {number}" for number in range(2, 8)]
    assert "line 2: a manual gauge is read once a day and has no hours; name an automatic station" in told[0]
    assert "6 of 7 rows have no sum" in output.err


@pytest.mark.parametrize("header", ["", "station,start_utc", "station;start_utc;end_utc", "station,station,start_utc"])
def test_a_header_that_lacks_a_column_is_told(
    directory: Path, asked: Callable[[bytes], None], capsys: pytest.CaptureFixture[str], header: str
) -> None:
    asked(header.encode())

    assert from_files(directory) == 1
    assert "line 1: name the column" in capsys.readouterr().err


def test_of_two_files_the_one_published_last_counts_and_an_unreadable_one_is_named(
    directory: Path, asked: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    (directory / "a_later_one.txt").write_text(f"{SIX_ROWS.replace('  200', '  210')}  377,20210714,    7,    0\n")
    (directory / "broken.txt").write_text("no rain here\n")
    asked(f"{HEADER}\n377,2021-07-14T03:00:00Z,2021-07-14T04:00:00Z\n".encode())

    assert from_files(directory) == 1
    output = capsys.readouterr()
    assert output.out.endswith(",210,0,0\n")
    assert "broken.txt: " in output.err


def test_a_directory_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert from_files(tmp_path / "none") == 1
    assert "none is no directory" in capsys.readouterr().err


async def test_the_store_answers_as_its_files_do(
    service: Harness, tmp_path: Path, asked: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "july.txt"
    path.write_text((FIGURES / "july_2021.txt").read_text())
    assert await import_files(service, path, published_at=at("2021-07-19T08:00")) == 0
    capsys.readouterr()
    days = [f"2021-07-{day:02}T16:00:00Z" for day in range(10, 20)]
    rows = [f"{station},{start},{end}" for station in (377, 391) for start in days for end in days if start < end]
    asked("\n".join((HEADER, *rows)).encode())
    assert from_files(tmp_path) == 0
    by_files = capsys.readouterr().out.splitlines()
    asked("\n".join((HEADER, *rows)).encode())

    assert await WINDOWS.run(Namespace(), service.runtime) == 0
    by_store = capsys.readouterr().out.splitlines()
    assert by_store == by_files
    # No whole day of KNMI's shows it.
    assert any(row.startswith("377,2021-07-14T16:00:00Z,2021-07-15T16:00:00Z,402,0,") for row in by_store)


async def test_a_station_without_hours_in_the_store_is_told(
    service: Harness, asked: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    asked(f"{HEADER}\n377,2021-07-14T00:00:00Z,2021-07-14T01:00:00Z\n".encode())

    assert await WINDOWS.run(Namespace(), service.runtime) == 1
    assert "line 2: no hours of station 377 are here" in capsys.readouterr().err


@needs_shared
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_golden_windows_come_out_as_they_went_in_from_files() -> None:
    rows = golden_rows()
    done = subprocess.run(
        [Path(sys.executable).with_name("weather-svc"), "windows", "--from", SHARED / "hourly"],
        input=rows,
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stdout == rows) == (0, True), done.stderr[-500:]
    assert len(rows.splitlines()) == 1 + 45 + 589


@needs_shared
@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_the_golden_windows_come_out_as_they_went_in_from_the_store(
    settings: Settings, asked: Callable[[bytes], None], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    async with harness(build(settings)) as service:
        assert await import_files(service, *sorted((SHARED / "hourly").iterdir())) == 0
        capsysbinary.readouterr()
        rows = golden_rows()
        asked(rows)

        assert await WINDOWS.run(Namespace(), service.runtime) == 0
        assert capsysbinary.readouterr().out == rows
