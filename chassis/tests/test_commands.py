"""The commands every service has: dead letters are listed, shown, replayed and discarded; undeliverable ones resent."""

from __future__ import annotations

import argparse
import json
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import structlog
from dead_letter_rows import insert_dead_letters
from specimen.app import BROKEN, UNPROCESSABLE, consumed_topic
from specimen_driver import Driver, contact

from chassis.command_line import CANNOT_START
from chassis.commands.dead_letters import dead_letters_command
from chassis.commands.undeliverable import UNDELIVERABLE
from chassis.publishing import outbox
from chassis.service import Command, Service
from chassis.testing import Harness, harness
from contracts.envelope import encode

TOPIC = consumed_topic("specimen")
GROUP = f"specimen.{TOPIC.name}"
NOBODY = UUID(int=0)
BECAUSE = ("--because", "a test")


@pytest.fixture
async def running(service: Service) -> AsyncIterator[Harness]:
    """The specimen after an event it could not process, one it would not, and a record that is no event."""
    async with harness(service) as running:
        messages = [
            encode(TOPIC, contact(uuid4(), 1, name=name), event_id=name, source="/test", time=datetime.now(UTC))
            for name in (BROKEN, UNPROCESSABLE)
        ]
        records = [running.record(message) for message in messages]
        binary = replace(records[0], offset=2, value=b"\xff\xfe", key=None, headers=(("x", None),))
        await running.process(TOPIC, [*records, binary])
        yield running


class Terminal:
    """Runs commands in this process."""

    def __init__(self, running: Harness, capsys: pytest.CaptureFixture[str]) -> None:
        self._running = running
        self._capsys = capsys
        capsys.readouterr()

    async def run(self, command: Command, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error."""
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        code = await command.run(parser.parse_args(words), self._running.runtime)
        return (code, *self._capsys.readouterr())

    async def dead_letters(self, *words: str) -> tuple[int, str, str]:
        return await self.run(dead_letters_command(self._running.service.consumers), *words)

    async def listed(self, *words: str) -> list[dict[str, Any]]:
        code, lines, _ = await self.dead_letters("list", *words)
        assert code == 0
        return [json.loads(line) for line in lines.splitlines()]

    async def ids(self) -> dict[str, str]:
        """Ids of the open dead letters, by their codes."""
        return {line["code"]: line["id"] for line in await self.listed()}


@pytest.fixture
def terminal(running: Harness, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(running, capsys)


async def test_a_list_tells_where_and_why_and_holds_no_contents(terminal: Terminal) -> None:
    lines = await terminal.listed()

    assert [(line["offset"], line["code"]) for line in lines] == [
        (0, "handler-failed"),
        (1, "not-countable"),
        (2, "null-header"),
    ]
    assert lines[0]["reason"] == "ZeroDivisionError in the handler"
    assert {line["consumer"] for line in lines} == {GROUP}
    assert set(lines[0]) == {
        *("id", "consumer", "topic", "partition", "offset", "bytes", "code", "reason", "attempts"),
        *("dead_lettered_at", "erased_at", "replayed_at", "discarded_at", "discarded_by", "discarded_because"),
    }


async def test_one_is_shown_whole(terminal: Terminal) -> None:
    dead_letter_id = (await terminal.ids())["handler-failed"]

    code, shown, _ = await terminal.dead_letters("show", dead_letter_id)

    letter = json.loads(shown)
    assert code == 0
    assert json.loads(letter["value"]["text"])["name"] == BROKEN
    assert {"name": "ce_id", "value": {"text": BROKEN}} in letter["headers"]
    assert letter["key"]["text"] == json.loads(letter["value"]["text"])["customer_id"]
    assert "in count" in letter["stack"]


async def test_bytes_that_are_no_text_are_shown_as_base64(terminal: Terminal) -> None:
    _, shown, _ = await terminal.dead_letters("show", (await terminal.ids())["null-header"])

    letter = json.loads(shown)
    assert letter["value"] == {"base64": "//4="}
    assert (letter["key"], letter["headers"]) == (None, [{"name": "x", "value": None}])
    assert letter["stack"] is None


async def test_what_is_not_there_is_not_shown(terminal: Terminal) -> None:
    assert await terminal.dead_letters("show", str(NOBODY)) == (1, "", f"no dead letter has the id {NOBODY}\n")


def test_the_help_of_show_warns_of_personal_data(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    dead_letters_command(()).add_arguments(parser)

    with pytest.raises(SystemExit, match="0"):
        parser.parse_args(["show", "--help"])

    assert "it may hold personal data" in capsys.readouterr().out


async def test_a_discarded_one_is_listed_only_among_all_and_never_replayed(
    running: Harness, terminal: Terminal
) -> None:
    ids = await terminal.ids()
    chosen = ids["null-header"]

    assert await terminal.dead_letters("discard", chosen, *BECAUSE) == (0, "1 discarded, 0 not\n", "")

    assert set(await terminal.ids()) == {"handler-failed", "not-countable"}
    (discarded,) = [line for line in await terminal.listed("--all") if line["discarded_at"] is not None]
    assert (discarded["id"], discarded["discarded_by"], discarded["discarded_because"]) == (chosen, "command", "a test")
    refusal = f"{chosen} was not replayed: no open dead letter has this id\n"
    assert await terminal.dead_letters("replay", chosen) == (1, "0 replayed, 1 not\n", refusal)
    stored = "SELECT count(*) FROM messaging.dead_letter WHERE value IS NOT NULL"
    assert await running.pool.fetchval(stored) == 3, "nothing is deleted"


async def test_discarding_twice_or_what_is_not_there_is_refused(terminal: Terminal) -> None:
    chosen = (await terminal.ids())["not-countable"]
    await terminal.dead_letters("discard", chosen, *BECAUSE)

    code, printed, refused = await terminal.dead_letters("discard", chosen, str(NOBODY), *BECAUSE)

    assert (code, printed) == (1, "0 discarded, 2 not\n")
    assert refused.splitlines() == [
        f"{NOBODY} was not discarded: no open dead letter has this id",
        f"{chosen} was not discarded: no open dead letter has this id",
    ]


async def test_all_open_ones_are_discarded_at_once(terminal: Terminal) -> None:
    assert await terminal.dead_letters("discard", "--all", *BECAUSE) == (0, "3 discarded, 0 not\n", "")
    assert await terminal.listed() == []
    assert await terminal.dead_letters("replay", "--all") == (0, "0 replayed, 0 not\n", "")


@pytest.mark.parametrize("words", [("list",), ("list", "--all"), ("replay", "--all"), ("discard", "--all", *BECAUSE)])
async def test_a_command_holds_no_more_than_a_page_of_many_and_one_whole(
    running: Harness, terminal: Terminal, words: tuple[str, ...]
) -> None:
    await insert_dead_letters(running.pool, count=1_200, value_bytes=100_000)
    tracemalloc.start()
    try:
        await terminal.dead_letters(*words)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak_bytes < 10 * 1_048_576


async def test_a_list_of_many_pages_holds_each_once_in_the_order_of_their_records(
    running: Harness, terminal: Terminal
) -> None:
    await insert_dead_letters(running.pool, count=1_200, partition=1)

    places = [(line["partition"], line["offset"]) for line in await terminal.listed()]

    assert places == [(0, 0), (0, 1), (0, 2), *((1, offset) for offset in range(1_200))]


async def test_nothing_is_discarded_without_a_reason(terminal: Terminal) -> None:
    with pytest.raises(SystemExit, match="2"):
        await terminal.dead_letters("discard", "--all")

    assert len(await terminal.listed()) == 3


@pytest.mark.parametrize("action", [("replay",), ("discard", *BECAUSE)])
@pytest.mark.parametrize("words", [(), ("--all", str(NOBODY))], ids=["none", "both"])
async def test_either_ids_or_all_are_chosen(
    terminal: Terminal, action: tuple[str, ...], words: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        await terminal.dead_letters(*action, *words)


async def test_undeliverable_events_are_listed_and_resent(running: Harness, terminal: Terminal) -> None:
    async with running.pool.acquire() as connection:
        ((position, first),) = (await outbox.next_rows(connection, limit=1)).items()
        await outbox.mark_undeliverable(connection, position=position, reason="MessageSizeTooLargeError")

    code, printed, _ = await terminal.run(UNDELIVERABLE, "list")

    assert (code, json.loads(printed)) == (
        0,
        {
            "id": str(first.event_id),
            "topic": first.topic,
            "key": first.key,
            "reason": "MessageSizeTooLargeError",
            "held_up": 0,
        },
    )
    assert await terminal.run(UNDELIVERABLE, "resend") == (0, "1 events will be sent again\n", "")
    assert await terminal.run(UNDELIVERABLE, "list") == (0, "", "")


async def test_an_undeliverable_event_is_discarded_for_a_reason_that_is_logged(
    running: Harness, terminal: Terminal
) -> None:
    async with running.pool.acquire() as connection:
        ((position, first),) = (await outbox.next_rows(connection, limit=1)).items()
        await outbox.mark_undeliverable(connection, position=position, reason="MessageSizeTooLargeError")
    chosen = str(first.event_id)

    with structlog.testing.capture_logs() as logs:
        discarded = await terminal.run(UNDELIVERABLE, "discard", chosen, "--because", "told by hand")

    assert discarded == (0, "1 discarded, 0 not\n", "")
    assert [(line["event"], line["event_id"], line["because"]) for line in logs] == [
        ("event.discarded", chosen, "told by hand")
    ]
    assert await terminal.run(UNDELIVERABLE, "list") == (0, "", "")
    assert await terminal.run(UNDELIVERABLE, "discard", chosen, "--because", "again") == (
        1,
        "0 discarded, 1 not\n",
        f"{chosen} was not discarded: no undeliverable event has this id\n",
    )


@pytest.mark.parametrize(
    "words", [("migrate",), ("dead-letters", "list"), ("dead-letters", "replay", "--all"), ("undeliverable", "list")]
)
async def test_a_command_asks_for_nothing_but_the_database(driver: Driver, words: tuple[str, ...]) -> None:
    code, _ = await driver.run_command(*words, KAFKA_BOOTSTRAP_SERVERS="")

    assert code == 0, driver.log()


async def test_a_command_that_needs_more_names_it(driver: Driver) -> None:
    code, _ = await driver.run_command("name-brokers", KAFKA_BOOTSTRAP_SERVERS="")

    assert code == CANNOT_START
    assert driver.log().endswith("change the environment: KAFKA_BOOTSTRAP_SERVERS is missing\n")


async def test_a_command_that_needs_more_is_given_it(driver: Driver) -> None:
    assert await driver.run_command("name-brokers") == (0, f"{driver.stack.kafka_bootstrap_servers}\n")


async def test_help_lists_the_commands_of_the_service_without_a_broker(driver: Driver) -> None:
    code, printed = await driver.run_command("--help", KAFKA_BOOTSTRAP_SERVERS="")

    assert code == 0
    assert "name-brokers" in printed


async def test_help_of_an_own_command_without_settings_names_what_is_missing(driver: Driver) -> None:
    code, _ = await driver.run_command("name-brokers", "--help", DATABASE_URL="")

    assert code == 2
    assert "DATABASE_URL is missing" in driver.log()


@pytest.mark.parametrize(("words", "code"), [(("40.2", "mm"), 2), (("Ell",), 1)])
async def test_an_offline_command_needs_no_settings_at_all(driver: Driver, words: tuple[str, ...], code: int) -> None:
    nothing = {"DATABASE_URL": "", "KAFKA_BOOTSTRAP_SERVERS": "", "BATCH_MAX_RECORDS": "many"}

    assert await driver.run_command("words", "print", *words, **nothing) == (code, " ".join(words) + "\n")


async def test_an_offline_command_that_is_called_wrongly_says_how_it_is_called(driver: Driver) -> None:
    code, _ = await driver.run_command("words", "print")

    assert code == 2
    assert driver.log().startswith("usage: specimen words print [-h] words [words ...]\n")
