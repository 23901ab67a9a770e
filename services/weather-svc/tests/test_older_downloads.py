"""Five downloads of one station's file, as KNMI corrected them between 2022 and 2025."""

from __future__ import annotations

from itertools import permutations

import pytest
from knmi_files import READ_AT, SHARED, needs_shared
from publications import forget, record, state

from chassis.testing import Harness
from contracts.vocabulary import Network
from weather_svc.domain.publication import Publication, Reply
from weather_svc.domain.stations import shipped_stations
from weather_svc.reading.files import read_file
from weather_svc.repository.gaps import GapState

pytestmark = [needs_shared, pytest.mark.slow]
STATIONS = (251, 273, 380, 391)


def downloads(station: int) -> list[Publication]:
    """Return what the five files say, the oldest first."""
    name = f"uurgeg_{station}_2021-2030"
    paths = [*sorted((SHARED / "older_downloads").glob(f"{name}__*.zip")), SHARED / "hourly" / f"{name}.zip"]
    stations = shipped_stations().numbers(Network.AWS)
    replies = [Reply(path.name, path.read_bytes(), READ_AT) for path in paths]
    said = [read_file(reply, rain_stations=stations).publications for reply in replies]
    return [publication for (publication,) in said]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("station", [391])
async def test_the_store_is_the_same_in_all_120_orders(service: Harness, station: int) -> None:
    in_order = downloads(station)
    for download in in_order:
        await record(service, download)
    expected = await state(service)
    for order in permutations(in_order):
        await forget(service)
        for download in order:
            await record(service, download)
        assert await state(service) == expected


@pytest.mark.parametrize("station", STATIONS)
async def test_knmi_changed_only_what_it_still_corrected(service: Harness, station: int) -> None:
    before = 0
    for download in downloads(station):
        taken = await record(service, download)  # raises for a change later than nine days after the hour
        assert taken.new > before // 10
        assert taken.corrected < 50
        before = taken.new
    noted = await service.pool.fetch("SELECT state FROM missing_hours WHERE station = $1", station)
    assert {row["state"] for row in noted} <= set(GapState)
