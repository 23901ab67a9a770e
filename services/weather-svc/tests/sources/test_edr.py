"""The EDR API as KNMI serves it, faults included."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from knmi_server import FIVE, KEY, Answer, Knmi, as_json, coverage, figure_in
from pydantic import SecretStr
from rain_samples import ELL, NOW, at

from weather_svc.domain.blocks import NO_FIGURE, NOT_STATED, TRACE, Suspicion
from weather_svc.domain.hours import HourSpan, last_border
from weather_svc.domain.publication import EDR_HOURLY, PublishedBy, Resolution
from weather_svc.sources import exchange as exchanges
from weather_svc.sources.edr import EdrCollection, HourLabel, hourly_collection
from weather_svc.sources.exchange import Exchange
from weather_svc.sources.port import Outcome, Problem, Question

STATIONS = {number: f"0-20000-0-06{number}" for number in FIVE}
FIRST, LAST = last_border(at("2021-07-14T00:00")), last_border(at("2021-07-16T00:00"))
QUESTION = Question(stations=STATIONS, hours=HourSpan(FIRST, LAST))


def edr(server: Knmi, exchange: Exchange, *, key: str = KEY, label: HourLabel = HourLabel.END) -> EdrCollection:
    return hourly_collection(exchange=exchange, url=server.edr_url, key=SecretStr(key), label=label)


def said(outcome: Outcome, *, station: int = ELL.number, first: int = FIRST, last: int = LAST) -> list[int]:
    """What the publications of an outcome say of hours, in one row."""
    row = []
    for hour in range(first, last + 1):
        stated = {figure_in(each, station=station, hour=hour) for each in outcome.publications} - {NOT_STATED}
        assert len(stated) <= 1
        row.append(stated.pop() if stated else NOT_STATED)
    return row


def real(server: Knmi, *, station: int = ELL.number) -> list[int]:
    figures = (server.figures[station].get(hour) for hour in range(FIRST, LAST + 1))
    return [NO_FIGURE if figure is None else figure for figure in figures]


@pytest.mark.parametrize("is_per_time", [False, True])
async def test_the_whole_network_is_read_from_one_request(
    server: Knmi, exchange: Exchange, *, is_per_time: bool
) -> None:
    server.coverage_per_time = is_per_time
    outcome = await edr(server, exchange).ask(QUESTION)
    assert outcome.failure is None
    assert len(server.asked) == 1
    for station in FIVE:
        assert said(outcome, station=station) == real(server, station=station)
    assert TRACE in real(server, station=275), "a trace is among them"
    (publication,) = outcome.publications
    assert (publication.data_set, publication.resolution) == (EDR_HOURLY, Resolution.HOURLY)
    assert (publication.published_at, publication.published_by) == (NOW, PublishedBy.RETRIEVED)


async def test_the_key_travels_in_a_header_and_stands_nowhere_else(server: Knmi, exchange: Exchange) -> None:
    collection = edr(server, exchange)
    outcome = await collection.ask(QUESTION)
    (publication,) = outcome.publications
    assert server.asked[0].headers["authorization"] == KEY
    assert KEY not in server.asked[0].target
    assert publication.reply.address is not None
    assert publication.reply.address.startswith(f"{server.edr_url}/collections/{EDR_HOURLY.name}/locations/0-20000-0-")
    assert KEY not in publication.reply.address
    assert KEY not in f"{collection!r}{publication!r}{outcome!r}"


async def test_hours_that_no_station_has_yet_are_not_spoken_of(server: Knmi, exchange: Exchange) -> None:
    server.published_until = LAST - 5
    outcome = await edr(server, exchange).ask(QUESTION)
    assert said(outcome, first=LAST - 5)[1:] == [NOT_STATED] * 5
    assert said(outcome, last=LAST - 5) == real(server)[:-5]


async def test_an_hour_without_a_figure_among_others_is_one_without_a_figure(server: Knmi, exchange: Exchange) -> None:
    server.figures[ELL.number][FIRST + 7] = None
    del server.figures[ELL.number][LAST]
    outcome = await edr(server, exchange).ask(QUESTION)
    assert said(outcome)[7] == NO_FIGURE
    assert said(outcome)[-1] == NO_FIGURE, "the others have this hour"


async def test_an_hour_that_a_reply_passes_over_has_no_figure(server: Knmi, exchange: Exchange) -> None:
    server.faults.append(as_json(coverage(377, ["2021-07-14T05:00:00Z", "2021-07-14T07:00:00Z"], RH=[2.6, 0.4])))
    outcome = await edr(server, exchange).ask(replace(QUESTION, stations={377: STATIONS[377]}))
    assert said(outcome, first=FIRST + 5, last=FIRST + 7) == [26, NO_FIGURE, 4]


async def test_before_anything_is_published_there_is_nothing_to_record(server: Knmi, exchange: Exchange) -> None:
    server.published_until = FIRST - 1
    assert await edr(server, exchange).ask(QUESTION) == Outcome(publications=[])


async def test_an_hour_named_by_its_start_is_read_so_when_the_setting_says_it(server: Knmi, exchange: Exchange) -> None:
    server.faults.append(as_json(coverage(377, ["2021-07-14T05:00:00Z"], RH=[2.6])))
    outcome = await edr(server, exchange, label=HourLabel.START).ask(QUESTION)
    assert said(outcome, first=FIRST + 6, last=FIRST + 6) == [26]
    assert server.asked[0].query["datetime"] == "2021-07-13T23:00:00Z/2021-07-15T23:00:00Z"


async def test_rain_without_duration_is_suspect(server: Knmi, exchange: Exchange) -> None:
    moments = ["2021-07-14T05:00:00Z", "2021-07-14T06:00:00Z", "2021-07-14T07:00:00Z"]
    server.faults.append(as_json(coverage(377, moments, RH=[2.6, 0, -0.1], DR=[0, 0.3, 0])))
    (publication,) = (await edr(server, exchange).ask(QUESTION)).publications
    suspicions = [each for statement in publication.statements.values() for each in statement.suspicions if each]
    assert suspicions == [Suspicion.RAIN_WITHOUT_DURATION, Suspicion.DURATION_WITHOUT_RAIN]


@pytest.mark.parametrize("closed", [{275}, {377}, {391}, {275, 391}])
async def test_a_closed_station_is_found_and_the_others_are_read(
    server: Knmi, exchange: Exchange, closed: set[int]
) -> None:
    server.closed = closed
    outcome = await edr(server, exchange).ask(QUESTION)
    assert outcome.closed == closed
    assert outcome.failure is None
    for station in set(FIVE) - closed:
        assert said(outcome, station=station) == real(server, station=station)


async def test_a_wrong_address_does_not_close_the_network(server: Knmi, exchange: Exchange) -> None:
    many = {number: f"0-20000-0-06{number}" for number in range(200, 234)}
    server.closed = set(many)
    outcome = await edr(server, exchange).ask(replace(QUESTION, stations=many))
    assert outcome.failure is not None
    assert outcome.failure.problem is Problem.NOT_FOUND
    assert outcome.closed == frozenset()
    assert len(server.asked) < 15


async def test_too_much_at_once_is_asked_in_halves(server: Knmi, exchange: Exchange) -> None:
    server.most_values = 200
    outcome = await edr(server, exchange).ask(QUESTION)
    assert outcome.failure is None
    assert said(outcome) == real(server)
    assert len(server.asked) == 7, "whole, halves, and quarters of 13 hours"


async def test_one_hour_of_one_station_that_is_too_much_is_a_failure(server: Knmi, exchange: Exchange) -> None:
    server.most_values = 0
    outcome = await edr(server, exchange).ask(replace(QUESTION, hours=HourSpan(FIRST, FIRST)))
    assert outcome.failure is not None
    assert outcome.failure.problem is Problem.TOO_MUCH_DATA


REPLY = as_json(coverage(377, ["2021-07-14T05:00:00Z"], RH=[2.6]))


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (as_json({"error": "Quota exceeded"}), Problem.QUOTA),
        (as_json({"error": "Access to this API has been disallowed"}), Problem.KEY),
        (as_json({"error": "Internal"}), Problem.ERROR_BODY),
        (as_json({"error": "Access to this API has been disallowed"}, status=403), Problem.KEY),
        (as_json({"error": "Quota exceeded"}, status=403), Problem.QUOTA),
        (as_json({}, status=401), Problem.KEY),
        (as_json({}, status=429), Problem.QUOTA),
        (as_json({}, status=400), Problem.ERROR_BODY),
        (as_json({}, status=204), Problem.ERROR_BODY),
        (as_json({}, status=500), Problem.UNREACHABLE),
        (as_json({}, status=503), Problem.UNREACHABLE),
        (Answer(body=b"<html>maintenance</html>"), Problem.UNREADABLE),
        (Answer(body=REPLY.body, sends=100), Problem.UNREACHABLE),
        (Answer(body=REPLY.body[:100]), Problem.UNREADABLE),
        (replace(REPLY, after=60), Problem.UNREACHABLE),
        (Answer(body=gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"}), Problem.UNREADABLE),
        (as_json(coverage(377, ["2021-07-14T05:30:00Z"], RH=[2.6])), Problem.UNREADABLE),
        (as_json(coverage(377, ["2021-07-14T05:00:00Z"], RH=[2.65])), Problem.UNREADABLE),
        (as_json(coverage(210, ["2021-07-14T05:00:00Z"], RH=[2.6])), Problem.UNREADABLE),
    ],
)
async def test_each_fault_is_named_and_says_nothing_of_the_rain(
    server: Knmi, exchange: Exchange, fault: Answer, problem: Problem
) -> None:
    server.faults.append(fault)
    patience = 0.5 if fault.after else 30
    outcome = await edr(server, replace(exchange, timeout_seconds=patience)).ask(QUESTION)
    assert outcome.failure is not None
    assert (outcome.failure.problem, list(outcome.publications)) == (problem, [])
    assert KEY not in outcome.failure.reason
    assert len(server.asked) == 1, "asking again at once would use up the quota"


async def test_a_figure_of_an_hour_that_has_not_ended_is_refused(server: Knmi, exchange: Exchange) -> None:
    tomorrow = HourSpan(FIRST, last_border(NOW) + 1)
    server.faults.append(as_json(coverage(377, [f"{NOW:%Y-%m-%d}T10:00:00Z"], RH=[0])))
    outcome = await edr(server, exchange).ask(replace(QUESTION, hours=tomorrow))
    assert outcome.failure is not None
    assert outcome.failure.problem is Problem.UNREADABLE


async def test_a_wrong_key_is_named_by_the_server(server: Knmi, exchange: Exchange) -> None:
    outcome = await edr(server, exchange, key="another").ask(QUESTION)
    assert outcome.failure is not None
    assert outcome.failure.problem is Problem.KEY


async def test_a_server_that_is_not_there_is_unreachable(exchange: Exchange) -> None:
    collection = hourly_collection(exchange=exchange, url="http://127.0.0.1:1", key=SecretStr(KEY), label=HourLabel.END)
    outcome = await collection.ask(QUESTION)
    assert outcome.failure is not None
    assert outcome.failure.problem is Problem.UNREACHABLE


async def test_nobody_is_followed_elsewhere_with_the_key(server: Knmi, exchange: Exchange) -> None:
    server.faults.append(Answer(status=302, headers={"Location": f"{server.url}/elsewhere"}))
    outcome = await edr(server, exchange).ask(QUESTION)
    assert outcome.failure is not None
    assert outcome.failure.problem is Problem.UNREACHABLE
    assert [urlpath for _, urlpath, *_ in server.asked if "elsewhere" in urlpath] == []


async def test_a_reply_that_does_not_end_is_given_up(
    server: Knmi, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanges, "MOST_BYTES", 1_000)
    outcome = await edr(server, exchange).ask(QUESTION)
    assert outcome.failure is not None
    assert outcome.failure.problem is Problem.UNREADABLE


async def test_without_budget_nothing_is_sent(server: Knmi, exchange: Exchange) -> None:
    async def none_left() -> bool:
        return False

    outcome = await edr(server, replace(exchange, spend=none_left)).ask(QUESTION)
    assert outcome.failure is not None
    assert (outcome.failure.problem, server.asked) == (Problem.BUDGET, [])


async def test_each_request_of_a_halved_question_is_counted_before_it_is_sent(server: Knmi, exchange: Exchange) -> None:
    counted = 0

    async def spend() -> bool:
        nonlocal counted
        counted += 1
        return counted <= 3

    server.most_values = 200
    server.on_request = lambda: seen.append(counted)
    seen: list[int] = []
    outcome = await edr(server, replace(exchange, spend=spend)).ask(QUESTION)
    assert seen == [1, 2, 3]
    assert outcome.failure is not None
    assert outcome.failure.problem is Problem.BUDGET
    assert len(outcome.publications) == 1, "what was answered until then is kept"
