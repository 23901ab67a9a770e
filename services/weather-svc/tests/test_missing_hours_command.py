"""`weather-svc missing-hours`."""

from __future__ import annotations

import argparse

import pytest
from publications import days_after, publication, record

from chassis.testing import Harness
from contracts.vocabulary import Network
from weather_svc.commands.missing_hours import MISSING_HOURS
from weather_svc.domain.blocks import StationKey


async def listed(service: Harness, capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    parser = argparse.ArgumentParser()
    MISSING_HOURS.add_arguments(parser)
    capsys.readouterr()
    assert await MISSING_HOURS.run(parser.parse_args(words), service.runtime) == 0
    return capsys.readouterr().out.splitlines()


async def test_open_and_lost_hours_are_listed_station_by_station(
    service: Harness, capsys: pytest.CaptureFixture[str]
) -> None:
    arcen = StationKey(Network.AWS, 391)
    await record(service, publication(None, None, 3, published_at=days_after(1)))
    await record(service, publication(None, 3, station=arcen, published_at=days_after(10)))

    assert await listed(service, capsys) == [
        "AWS:377 2021-07-15T06:00Z to 2021-07-15T07:00Z: 2 hours open, settled by 2021-07-24T07:00Z",
        "AWS:391 2021-07-15T06:00Z to 2021-07-15T06:00Z: 1 hour lost",
    ]
    assert len(await listed(service, capsys, "--state", "lost")) == 1
    assert len(await listed(service, capsys, "--station", "377")) == 1
