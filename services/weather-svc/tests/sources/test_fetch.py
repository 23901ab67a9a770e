"""`weather-svc fetch`: a past period at once, within the budget."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta

import pytest
from knmi_server import MODIFIED, NAME, TEXT, Answer, Knmi, zipped
from publications import what_counts
from rain_samples import NOW, SIX

from chassis.testing import Harness
from weather_svc.commands.fetch import fetch_command
from weather_svc.settings import Settings


async def fetch(service: Harness, settings: Settings, *words: str) -> int:
    command = fetch_command(settings)
    parser = ArgumentParser()
    command.add_arguments(parser)
    return await command.run(parser.parse_args(words), service.runtime)


async def at_six(service: Harness) -> int | None:
    async with service.pool.acquire() as connection:
        (figure,) = await what_counts(connection, first_hour=SIX, hours=1)
        return figure


async def test_a_period_is_asked_for_in_requests_that_knmi_answers(
    service: Harness, settings: Settings, server: Knmi, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await fetch(service, settings, "--source", "edr", "--from", "2020-12-01", "--until", "2021-07-19") == 0
    assert [asked.query["datetime"] for asked in server.asked] == [
        "2020-12-01T01:00:00Z/2021-05-30T00:00:00Z",
        "2021-05-30T01:00:00Z/2021-07-20T00:00:00Z",
    ]
    assert await at_six(service) == server.figures[377][SIX]
    output = capsys.readouterr()
    assert "2021-05-30 to 2021-07-20T00: 1560 hours new, 0 corrected" in output.err
    assert output.out == "2 of 2 requests taken\n"


async def test_the_script_gives_the_same(service: Harness, settings: Settings, server: Knmi) -> None:
    settings = settings.model_copy(update={"knmi_script_url": server.script_url})
    assert await fetch(service, settings, "--source", "script", "--from", "2021-07-10", "--until", "2021-07-16") == 0
    assert await at_six(service) == server.figures[377][SIX]


async def test_bulk_files_of_the_decades_around_the_period_are_fetched(
    service: Harness, settings: Settings, server: Knmi, capsys: pytest.CaptureFixture[str]
) -> None:
    server.files[NAME] = zipped(TEXT), MODIFIED
    settings = settings.model_copy(update={"knmi_bulk_url": server.bulk_url})
    assert await fetch(service, settings, "--source", "bulk", "--from", "2021-01-01", "--until", "2021-07-19") == 3
    assert {asked.target.rsplit("_", 1)[1] for asked in server.asked} == {"2021-2030.zip"}
    assert await at_six(service) == server.figures[377][SIX]
    assert "uurgeg_380_2021-2030.zip: KNMI does not know this\n" in capsys.readouterr().err


async def test_an_operator_stays_within_the_budget_of_the_service(
    service: Harness, settings: Settings, server: Knmi, capsys: pytest.CaptureFixture[str]
) -> None:
    frugal = settings.model_copy(update={"knmi_requests_an_hour": 1})
    words = ("--source", "edr", "--from", "2020-12-01", "--until", "2021-07-19")
    assert await fetch(service, frugal, *words) == 3
    assert await fetch(service, frugal, *words) == 1
    assert len(server.asked) == 1
    assert "the budget of requests for this hour is used up" in capsys.readouterr().err


async def test_nothing_is_asked_on_after_a_failure_that_the_next_request_would_have(
    service: Harness, settings: Settings, server: Knmi
) -> None:
    server.faults.extend([Answer(status=429)] * 5)
    assert await fetch(service, settings, "--source", "edr", "--from", "2011-01-01", "--until", "2021-07-19") == 1
    assert len(server.asked) == 1


async def test_a_late_change_is_taken_by_force_alone(service: Harness, settings: Settings, server: Knmi) -> None:
    words = ("--source", "edr", "--from", "2021-07-07", "--until", "2021-07-09")
    seven = SIX - 8 * 24 + 1
    assert await fetch(service, settings, *words) == 0
    server.figures[377][seven] = 123
    assert await fetch(service, settings, *words) == 1
    assert await fetch(service, settings, *words, "--force") == 0
    async with service.pool.acquire() as connection:
        assert await what_counts(connection, first_hour=seven, hours=1) == [123]


@pytest.mark.parametrize("source", ["script", "bulk"])
async def test_without_an_address_it_says_which_is_missing(
    service: Harness, settings: Settings, capsys: pytest.CaptureFixture[str], source: str
) -> None:
    tomorrow = f"{NOW + timedelta(days=1):%Y-%m-%d}"
    assert await fetch(service, settings, "--source", source, "--from", "2021-07-01", "--until", tomorrow) == 1
    assert f"KNMI_{source.upper()}_URL is not set" in capsys.readouterr().err
