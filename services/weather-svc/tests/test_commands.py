from __future__ import annotations

from pathlib import Path

import pytest
from rain_samples import HEADER, import_files, july, request

from chassis.testing import Harness
from contracts.claims import RAINFALL_REQUESTED
from contracts.weather import Quality


async def test_importing_a_file_again_changes_nothing(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = july(tmp_path)
    assert await import_files(service, path) == 0
    assert capsys.readouterr().out == (
        "1560 hours read: 1560 new, 0 corrected, 0 validated without a change, 0 unchanged;"
        " 0 answers to be assessed again\n"
    )
    await service.deliver(RAINFALL_REQUESTED, request())
    await service.published()
    assert await import_files(service, path) == 0
    assert capsys.readouterr().out == (
        "1560 hours read: 0 new, 0 corrected, 0 validated without a change, 1560 unchanged;"
        " 0 answers to be assessed again\n"
    )
    assert await service.fire_due_timers() == 0


async def test_a_station_that_measures_no_rain_is_reported_and_left_out(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "wind.txt"
    path.write_text(HEADER + "  225,20210715,    6,     \n  225,20210715,    7,     \n  377,20210715,    7,   28\n")
    assert await import_files(service, path) == 0
    output = capsys.readouterr()
    assert "station 225: 2 rows skipped; the station table has no rain station of this number\n" in output.err
    assert output.out.startswith("1 hours read: 1 new, ")


async def test_an_unreadable_line_stops_the_import_with_its_place(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "broken.txt"
    path.write_text(HEADER + "  377,20210715,   25,   28\n")
    assert await import_files(service, path) == 1
    output = capsys.readouterr()
    assert output.err == f"{path}: line 2: HH is 25; hours run from 1 to 24 and name their end in UT\n"
    assert output.out == ""


async def test_a_file_that_is_not_there_is_named(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = tmp_path / "nothing.txt"
    assert await import_files(service, missing) == 1
    assert capsys.readouterr().err == f"{missing}: [Errno 2] No such file or directory: '{missing}'\n"


async def test_the_summary_counts_corrections_validations_and_the_answers_they_make_stale(
    service: Harness, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hours.txt"
    path.write_text(HEADER + "  377,20210715,    5,    8\n  377,20210715,    6,   26\n")
    assert await import_files(service, path, quality=Quality.PROVISIONAL) == 0
    await service.deliver(RAINFALL_REQUESTED, request())
    path.write_text(HEADER + "  377,20210715,    5,    8\n  377,20210715,    6,   28\n  377,20210715,    7,    1\n")
    capsys.readouterr()
    assert await import_files(service, path, quality=Quality.VALIDATED) == 0
    assert capsys.readouterr().out == (
        "3 hours read: 1 new, 1 corrected, 1 validated without a change, 0 unchanged; 1 answers to be assessed again\n"
    )
