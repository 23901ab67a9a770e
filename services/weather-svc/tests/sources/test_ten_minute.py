"""Hours summed from means of ten minutes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from knmi_server import FIVE, KEY, Knmi, as_json, coverage, figure_in
from pydantic import SecretStr
from rain_samples import at

from weather_svc.domain.blocks import NO_FIGURE, NOT_STATED, TRACE
from weather_svc.domain.hours import HourSpan, last_border
from weather_svc.domain.publication import EDR_TEN_MINUTE, Resolution
from weather_svc.sources.exchange import Exchange
from weather_svc.sources.port import Problem, Question
from weather_svc.sources.ten_minute import ten_minute_collection

SIX = last_border(at("2021-07-14T06:00"))
QUESTION = Question(stations={number: f"0-20000-0-06{number}" for number in FIVE}, hours=HourSpan(SIX - 2, SIX))
LABELS = [f"2021-07-14T05:{minute}:00Z" for minute in (10, 20, 30, 40, 50)] + ["2021-07-14T06:00:00Z"]


async def sum_of(server: Knmi, exchange: Exchange, means: Sequence[float | None]) -> int:
    """The hour that ends at six from six means at Ell, while the next station has them all."""
    server.faults.append(
        as_json(
            {
                "type": "CoverageCollection",
                "coverages": [coverage(377, LABELS, rg=means), coverage(391, LABELS, rg=[0] * 6)],
            }
        )
    )
    outcome = await ten_minute_collection(exchange=exchange, url=server.edr_url, key=SecretStr(KEY)).ask(QUESTION)
    (publication,) = outcome.publications
    return figure_in(publication, station=377, hour=SIX)


@pytest.mark.parametrize(
    ("means", "tenths"),
    [
        ([0, 0, 0, 0, 0, 0], 0),
        ([2.6] * 6, 26),
        ([12, 0, 0, 0, 3.6, 0], 26),
        ([0.3, 0, 0, 0, 0, 0], 1),
        ([0.29, 0, 0, 0, 0, 0], TRACE),
        ([-1, 0, 0, 0, 0, 0], TRACE),
        ([0.01, 0, 0, 0, 0, 0], TRACE),
        ([12, 0, 0, 0, None, 0], NO_FIGURE),
    ],
)
async def test_an_hour_is_the_sum_of_its_six_means_rounded_once(
    server: Knmi, exchange: Exchange, means: list[float | None], tenths: int
) -> None:
    assert await sum_of(server, exchange, means) == tenths


async def test_real_hours_come_out_as_they_are_and_are_of_ten_minutes(server: Knmi, exchange: Exchange) -> None:
    outcome = await ten_minute_collection(exchange=exchange, url=server.edr_url, key=SecretStr(KEY)).ask(QUESTION)
    (publication,) = outcome.publications
    assert server.asked[0].query["datetime"] == "2021-07-14T03:10:00Z/2021-07-14T06:00:00Z"
    assert (publication.data_set, publication.resolution) == (EDR_TEN_MINUTE, Resolution.TEN_MINUTE)
    for station in FIVE:
        said = [figure_in(publication, station=station, hour=hour) for hour in range(SIX - 3, SIX + 1)]
        assert said == [NOT_STATED, *(max(server.figures[station][hour] or 0, 0) for hour in range(SIX - 2, SIX + 1))]


@pytest.mark.parametrize("means", [[501, 0, 0, 0, 0, 0], [-9_999, 0, 0, 0, 0, 0]])
async def test_a_mean_that_nobody_measures_is_refused(server: Knmi, exchange: Exchange, means: list[float]) -> None:
    server.faults.append(as_json(coverage(377, LABELS, rg=means)))
    outcome = await ten_minute_collection(exchange=exchange, url=server.edr_url, key=SecretStr(KEY)).ask(QUESTION)
    assert outcome.failure is not None
    assert outcome.failure.problem is Problem.UNREADABLE


async def test_a_mean_of_other_minutes_is_refused(server: Knmi, exchange: Exchange) -> None:
    server.faults.append(as_json(coverage(377, ["2021-07-14T05:15:00Z"], rg=[1])))
    outcome = await ten_minute_collection(exchange=exchange, url=server.edr_url, key=SecretStr(KEY)).ask(QUESTION)
    assert outcome.failure is not None
    assert outcome.failure.problem is Problem.UNREADABLE
