"""Bulk files as KNMI's server of files has them."""

from __future__ import annotations

import gzip
from dataclasses import replace

import pytest
from knmi_server import FIVE, MODIFIED, NAME, TEXT, Answer, Knmi, figure_in, zipped
from rain_samples import NOW, SIX, at

from contracts.rain_stations import measuring_periods
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.publication import PublishedBy
from weather_svc.sources.bulk import BulkFile, file_names
from weather_svc.sources.exchange import Exchange
from weather_svc.sources.port import Problem, Question, Validators

QUESTION = Question(stations={377: "0-20000-0-06377"}, hours=HourSpan(SIX, SIX))


def file_at(server: Knmi, exchange: Exchange) -> BulkFile:
    return BulkFile(exchange=exchange, url=server.bulk_url, name=NAME, rain_stations=FIVE)


async def test_the_time_of_the_member_says_when_it_was_published(server: Knmi, exchange: Exchange) -> None:
    server.files[NAME] = zipped(TEXT), MODIFIED
    outcome = await file_at(server, exchange).ask(QUESTION)
    (publication,) = outcome.publications
    assert figure_in(publication, station=377, hour=SIX) == server.figures[377][SIX]
    assert (publication.published_by, publication.published_at) == (PublishedBy.MEMBER, at("2021-07-20T05:00"))
    assert publication.reply.address == f"{server.url}/uurgegevens/{NAME}"


async def test_the_server_says_it_of_a_file_that_does_not(server: Knmi, exchange: Exchange) -> None:
    server.files[NAME] = gzip.compress(TEXT, mtime=0), MODIFIED
    outcome = await file_at(server, exchange).ask(QUESTION)
    (publication,) = outcome.publications
    assert publication.published_by is PublishedBy.LAST_MODIFIED
    assert publication.published_at == at("2021-07-20T06:12:03")


@pytest.mark.parametrize(
    ("modified", "expected"),
    [("Wed, 14 Jul 2021 00:00:00 GMT", at("2021-07-20T00:00")), ("Wed, 20 Jul 2033 00:00:00 GMT", NOW)],
    ids=["before its last hour ended", "after it was fetched"],
)
async def test_what_the_server_says_cannot_be_impossible(
    server: Knmi, exchange: Exchange, modified: str, expected: object
) -> None:
    server.files[NAME] = gzip.compress(TEXT, mtime=0), modified
    outcome = await file_at(server, exchange).ask(QUESTION)
    assert [publication.published_at for publication in outcome.publications] == [expected]


async def test_a_file_that_has_not_changed_costs_no_bytes(server: Knmi, exchange: Exchange) -> None:
    server.files[NAME] = zipped(TEXT), MODIFIED
    file = file_at(server, exchange)
    first = await file.ask(QUESTION)
    assert first.validators == Validators(f'"{len(zipped(TEXT))}"', MODIFIED)
    second = await file.ask(replace(QUESTION, known=first.validators))
    assert (second.publications, second.failure, second.validators) == ((), None, first.validators)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Answer(status=404), Problem.NOT_FOUND),
        (Answer(body=zipped(TEXT)[:-100]), Problem.UNREADABLE),
        (Answer(body=zipped(TEXT), sends=500), Problem.UNREACHABLE),
        (Answer(body=b"<html></html>"), Problem.UNREADABLE),
        (Answer(body=zipped(b"0" * 2_000_000)), Problem.UNREADABLE),
    ],
)
async def test_each_fault_is_named(server: Knmi, exchange: Exchange, fault: Answer, problem: Problem) -> None:
    server.faults.append(fault)
    outcome = await file_at(server, exchange).ask(QUESTION)
    assert outcome.failure is not None
    assert (outcome.failure.problem, outcome.publications) == (problem, ())


def test_the_register_says_which_files_there_are() -> None:
    names = file_names(measuring_periods(), now=at("2026-11-27T12:00"))
    assert [name for name in names if "_377_" in name] == ["uurgeg_377_2011-2020.zip", "uurgeg_377_2021-2030.zip"]
    assert [name for name in names if "_210_" in name] == ["uurgeg_210_2011-2020.zip"], "it closed in 2016"
    assert not [name for name in names if "_343_" in name], "it measures no rain"
    assert [name for name in file_names(measuring_periods(), now=at("2031-01-01T01:00")) if "_377_" in name][-1] == (
        "uurgeg_377_2031-2040.zip"
    )
