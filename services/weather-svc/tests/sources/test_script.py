"""The script end point as KNMI serves it."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from knmi_server import FIVE, Answer, Knmi, figure_in
from rain_samples import NOW, at

from weather_svc.domain.blocks import NO_FIGURE, NOT_STATED
from weather_svc.domain.hours import HourSpan, last_border
from weather_svc.domain.publication import HOURLY_FILES, PublishedBy
from weather_svc.sources.exchange import Exchange
from weather_svc.sources.port import Outcome, Problem, Question
from weather_svc.sources.script import Script

STATIONS = {number: f"0-20000-0-06{number}" for number in FIVE}
SIX_TO_NOON = HourSpan(last_border(at("2021-07-14T06:00")), last_border(at("2021-07-15T12:00")))
QUESTION = Question(stations=STATIONS, hours=SIX_TO_NOON)


@pytest.mark.parametrize("text_format", ["csv", "json"])
async def test_whole_days_are_asked_for_so_that_no_hour_of_a_day_is_left_out(
    server: Knmi, exchange: Exchange, text_format: Literal["csv", "json"]
) -> None:
    outcome = await Script(exchange=exchange, url=server.script_url, format=text_format).ask(QUESTION)
    assert outcome.failure is None
    (asked,) = server.asked
    assert asked.method == "POST"
    assert asked.form == {
        "start": "2021071401",
        "end": "2021071524",
        "stns": "275:370:377:380:391",
        "vars": "DR:RH",
        "fmt": text_format,
    }
    (publication,) = outcome.publications
    for station in FIVE:
        for hour in SIX_TO_NOON.numbers:
            real = server.figures[station].get(hour)
            assert figure_in(publication, station=station, hour=hour) == (NO_FIGURE if real is None else real)
    assert (publication.data_set, publication.published_by) == (HOURLY_FILES, PublishedBy.RETRIEVED)
    assert publication.published_at == NOW
    assert publication.reply.address == (
        f"{server.script_url}?start=2021071401&end=2021071524&stns=275%3A370%3A377%3A380%3A391&vars=DR%3ARH"
        f"&fmt={text_format}"
    )


async def test_the_hour_at_midnight_belongs_to_the_day_before(server: Knmi, exchange: Exchange) -> None:
    midnight = last_border(at("2021-07-15T00:00"))
    script = Script(exchange=exchange, url=server.script_url, format="csv")
    (publication,) = (await script.ask(replace(QUESTION, hours=HourSpan(midnight, midnight)))).publications
    assert (server.asked[0].form["start"], server.asked[0].form["end"]) == ("2021071401", "2021071424")
    assert figure_in(publication, station=377, hour=midnight) == server.figures[377][midnight]
    assert figure_in(publication, station=377, hour=midnight + 1) == NOT_STATED


async def test_a_day_that_has_not_ended_is_not_asked_for(server: Knmi, exchange: Exchange) -> None:
    now = last_border(NOW)
    script = Script(exchange=exchange, url=server.script_url, format="csv")
    assert await script.ask(replace(QUESTION, hours=HourSpan(now - 3, now))) == Outcome()
    assert server.asked == []
    await script.ask(replace(QUESTION, hours=HourSpan(now - 30, now)))
    assert server.asked[0].form["end"] == "2021071924"


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Answer(body=b"<html>maintenance</html>"), Problem.UNREADABLE),
        (Answer(body=b"[]"), Problem.UNREADABLE),
        (Answer(body=b""), Problem.UNREADABLE),
        (Answer(body=b"# STN,YYYYMMDD,   HH,   DR,   RH\n  377,20210714,    6,    3,   2"), Problem.UNREADABLE),
        (Answer(status=500), Problem.UNREACHABLE),
        (Answer(status=429), Problem.QUOTA),
        (Answer(status=301, headers={"Location": "https://elsewhere.invalid"}), Problem.UNREACHABLE),
    ],
)
async def test_each_fault_is_named(server: Knmi, exchange: Exchange, fault: Answer, problem: Problem) -> None:
    server.faults.append(fault)
    outcome = await Script(exchange=exchange, url=server.script_url, format="csv").ask(QUESTION)
    assert outcome.failure is not None
    assert (outcome.failure.problem, outcome.publications) == (problem, ())
    assert len(server.asked) == 1
