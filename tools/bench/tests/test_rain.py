from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bench.goals import Figure, as_json, table
from bench.processes import RunFailedError
from bench.rain.files import HEADER, station_rows, write_zip
from bench.rain.questions import at_any_date, of_a_storm
from bench.rain.service import run
from bench.storm import FIRST_LOSS_AT, LOSS_HOURS
from weather_svc.domain.publication import Reply
from weather_svc.domain.stations import shipped_stations
from weather_svc.reading.files import read_file


def test_a_figure_stands_beside_its_goal_and_says_whether_it_is_met() -> None:
    met = Figure(name="import", value=44.9999, unit="s", goal=45)
    missed = Figure(name="again", value=20.5, unit="s", goal=20, holds="the same files")

    found = as_json([met, missed, Figure(name="floor", value=7.0, unit="s")])

    assert found["import"] == {"value": 45.0, "unit": "s", "holds": "", "goal": 45, "is_met": True}
    first, second, floor = table(found).splitlines()
    assert first.endswith("goal 45, met")
    assert second.endswith("goal 20, MISSED  (the same files)")
    assert "goal" not in floor


def test_made_up_files_are_read_like_those_of_knmi(tmp_path: Path) -> None:
    path = tmp_path / "uurgeg_380_2021-2030.zip"
    write_zip(
        path, station_rows(380, date(2021, 1, 1), date(2021, 1, 31)), published_at=datetime(2021, 6, 1, tzinfo=UTC)
    )

    contents = read_file(Reply(path.name, path.read_bytes(), datetime.now(UTC)), rain_stations={380})

    (publication,) = contents.publications
    assert publication.published_at == datetime(2021, 6, 1, tzinfo=UTC)
    assert sum(figure > -3 for each in publication.statements.values() for figure in each.figures) == 31 * 24
    assert HEADER.count(",") == next(station_rows(380, date(2021, 1, 1), date(2021, 1, 1))).count(",")


def test_requests_of_a_storm_are_the_same_at_every_run_and_other_claims_by_seed() -> None:
    storm = of_a_storm(50, seed=1)

    assert storm == of_a_storm(50, seed=1)
    assert not {each.claim_id for each in storm} & {each.claim_id for each in of_a_storm(50, seed=2)}
    hours = [(each.loss.from_at - FIRST_LOSS_AT).total_seconds() / 3_600 for each in storm]
    assert 0 <= min(hours) <= max(hours) < LOSS_HOURS


def test_a_station_had_begun_to_measure_at_the_date_of_every_loss() -> None:
    for request in at_any_date(50, years=10):
        assert shipped_stations().nearest(home=request.home, network=request.network, loss=request.loss)


def test_what_a_process_takes_is_told_and_its_failure_too(tmp_path: Path) -> None:
    held = "kept = bytearray(60 << 20); import time; time.sleep(0.3)"

    ended = run([sys.executable, "-c", held], {}, log=tmp_path / "told.log")

    assert 60 < ended.resident_mib < 120
    assert 0.3 <= ended.seconds < 30
    with pytest.raises(RunFailedError, match=r"ended with 3; see .*told\.log"):
        run([sys.executable, "-c", "raise SystemExit(3)"], {}, log=tmp_path / "told.log")
