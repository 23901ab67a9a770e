"""How new the rain is that is known of each station, for whoever watches KNMI's delivery."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from publications import later, publication, record
from rain_samples import ELL, NOW

from chassis.testing import Harness
from contracts.rain_stations import register_bytes, station_periods
from contracts.vocabulary import Network
from weather_svc.domain.blocks import BLOCK_HOURS, NO_FIGURE, Statement, StationKey
from weather_svc.domain.hours import border_at, last_border
from weather_svc.figures import newest_hour
from weather_svc.registers import record as let_register_count

MEASURING = {
    str(period.station.number)
    for period in station_periods()
    if period.station.network is Network.AWS and period.measured_during(NOW, NOW)
}
NEWEST = last_border(NOW)
ELL_LABEL = str(ELL.number)


def newest() -> dict[str, float]:
    (family,) = (each for each in REGISTRY.collect() if each.name == "weather_newest_hour_timestamp_seconds")
    return {sample.labels["station"]: sample.value for sample in family.samples}


def late() -> float | None:
    return REGISTRY.get_sample_value("weather_stations_late")


async def test_every_station_is_late_of_which_nothing_is_known(service: Harness) -> None:
    await service.measure()

    assert len(MEASURING) < 60
    assert (newest(), late()) == ({}, len(MEASURING))


async def test_the_newest_hour_with_a_figure_counts_and_not_one_without(service: Harness) -> None:
    await record(service, publication(26, -1, None, first_hour=NEWEST - 2, published_at=NOW))
    await service.measure()

    assert newest() == {ELL_LABEL: border_at(NEWEST - 1).timestamp()}
    assert late() == len(MEASURING) - 1

    later(service, timedelta(hours=4))
    await service.measure()
    assert late() == len(MEASURING)


async def test_a_station_that_is_in_no_register_or_measures_no_more_has_no_series(service: Harness) -> None:
    said = [
        publication(5, first_hour=NEWEST, station=each, published_at=NOW)
        for each in (ELL, StationKey(Network.AWS, 999))
    ]
    await record(service, *said)
    await service.measure()
    assert newest().keys() == {ELL_LABEL}

    closed = register_bytes().decode().splitlines(keepends=True)
    ended = (NOW - timedelta(days=1)).strftime("%Y-%m-%dT%H:%MZ")
    lines = [
        f"{line.rpartition(',')[0]},{ended}\n" if line.startswith(f"aws,{ELL_LABEL},") else line for line in closed
    ]
    async with service.runtime.transaction() as work:
        await let_register_count(work, "".join(lines).encode(), name="closed.csv", force=True)
    await service.measure()

    assert newest() == {}
    assert late() == len(MEASURING) - 1


@pytest.mark.parametrize(("hours", "expected"), [((3,), 3), ((3, BLOCK_HOURS + 7), BLOCK_HOURS + 7), ((), None)])
def test_a_block_that_has_just_begun_may_hold_no_figure(hours: tuple[int, ...], expected: int | None) -> None:
    blocks = {number: Statement().figures for number in range(3)}
    blocks[2][0] = NO_FIGURE
    for hour in hours:
        blocks[hour // BLOCK_HOURS][hour % BLOCK_HOURS] = 0

    assert newest_hour(blocks) == expected
