"""How fresh the figures of each station are, for operators."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from rain_samples import at
from weather_http import Weather

from contracts.access import Role

NEWEST = at("2021-07-20T00:00")
"""The last hour in the file."""


async def read(weather: Weather) -> dict[str, Any]:
    answer = await weather.get("/operations/stations", role=Role.OPERATOR)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def test_each_station_is_told_with_its_newest_hour_those_without_one_first(weather: Weather) -> None:
    told = await read(weather)

    stations = {station["number"]: station for station in told["stations"]}
    assert datetime.fromisoformat(stations[377]["newest_hour_ends_at"]) == NEWEST
    assert stations[377]["name"] == "Ell"
    ends = [station["newest_hour_ends_at"] for station in told["stations"]]
    without = ends.count(None)
    assert ends[:without] == [None] * without
    assert ends[without:] == sorted(ends[without:])
    assert without > 0
    assert told["late"] == len(ends), "it is the middle of August"


async def test_a_station_is_late_when_its_newest_hour_ended_more_than_three_hours_ago(weather: Weather) -> None:
    for hours, is_late in ((3, False), (4, True)):
        weather.clock.at = NEWEST + timedelta(hours=hours)

        (ell,) = [station for station in (await read(weather))["stations"] if station["number"] == 377]

        assert ell["is_late"] is is_late


async def test_it_is_for_operators(weather: Weather) -> None:
    for role in (None, Role.CUSTOMER, Role.SENIOR_HANDLER):
        answer = await weather.get("/operations/stations", role=role)
        assert answer.status_code == (401 if role is None else 403)
