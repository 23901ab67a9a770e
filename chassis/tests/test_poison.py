"""Promise c: one poison message in a batch is dead-lettered, whole and with its reason; all others take effect."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from uuid import uuid4

import asyncpg
import pytest
from specimen.app import BROKEN, CANCELLED, DEAD_LETTERS, PANICKING, UNPROCESSABLE
from specimen_driver import Driver, contact, until

GOOD_BEFORE, GOOD_AFTER = 250, 249


def _poison(driver: Driver, kind: str) -> tuple[str, bytes | None, bytes | None, list[tuple[str, bytes | None]]]:
    message = driver.message(contact(uuid4(), 1, name=kind))
    headers: list[tuple[str, bytes | None]] = list(message.headers)
    value: bytes | None = message.value
    match kind:
        case "not-json":
            value = b"{bad"
        case "wrong-schema":
            value = b'{"version": "many"}'
        case "null-value":
            value = None
        case "null-header":
            headers.append(("x", None))
        case "binary-header":
            headers.append(("x", b"\xff\xfe"))
        case "nul-character":
            value = message.value.replace(b'"nul-character"', b'"a\\u0000b"')
        case "size-limit":
            # The broker counts the whole record batch: this is the largest the topic's limit leaves for a value.
            value = b"{" + b"x" * (1_048_576 - 1_000)
        case _:  # sound on the wire: the handler fails on its name
            pass
    return message.topic, message.key, value, headers


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("not-json", "not-json"),
        ("wrong-schema", "wrong-schema"),
        ("null-value", "null-value"),
        ("null-header", "null-header"),
        ("binary-header", "binary-header"),
        ("nul-character", "nul-character"),
        ("size-limit", "not-json"),
        (BROKEN, "handler-failed"),
        (PANICKING, "handler-failed"),
        (CANCELLED, "handler-failed"),
        (UNPROCESSABLE, "not-countable"),
    ],
)
async def test_one_poison_message_in_a_batch_of_500_harms_no_other(driver: Driver, kind: str, code: str) -> None:
    poison = _poison(driver, kind)
    before = [driver.message(contact(uuid4(), 1)) for _ in range(GOOD_BEFORE)]
    after = [driver.message(contact(uuid4(), 1)) for _ in range(GOOD_AFTER)]
    await driver.publish([*before, poison, *after])
    await driver.start()

    await until(lambda: _effects(driver, GOOD_BEFORE + GOOD_AFTER), what="499 effects")
    dead_letters = await until(lambda: driver.rows("SELECT * FROM messaging.dead_letter"), what="dead-lettered row")

    assert len(dead_letters) == 1
    row = dead_letters[0]
    assert (row["reason_code"], row["topic"], row["value"], row["key"]) == (code, poison[0], poison[2], poison[1])
    headers = [(name, None if text is None else b64decode(text)) for name, text in json.loads(row["headers"])]
    assert headers == poison[3]
    letter = await until(lambda: _dead_letter(driver, str(row["dead_letter_id"])), what="dead letter")
    assert (letter["partition"], letter["offset"]) == (row["partition"], row["record_offset"])
    assert (None if letter["value_base64"] is None else b64decode(letter["value_base64"])) == poison[2]


async def test_what_a_stranger_writes_into_a_record_is_never_logged(driver: Driver) -> None:
    secret = "ada.lovelace@example.org"
    message = driver.message(contact(uuid4(), 1))
    quoting = (
        [(secret, None)],
        [("ce_type", secret.encode())],
        [("ce_specversion", secret.encode())],
        [(secret, b"\xff")],
    )
    records = [
        (message.topic, secret.encode(), message.value, [*dict([*message.headers, *headers]).items()])
        for headers in quoting
    ]
    unreadable = [b"{" + secret.encode(), message.value.replace(b'"1"', f'"{secret}", "{secret}": 1'.encode())]
    records += [(message.topic, secret.encode(), value, list(message.headers)) for value in unreadable]
    await driver.publish(records)
    await driver.start(LOG_LEVEL="debug")

    letters = await until(lambda: _letters(driver, len(quoting) + 1), what="they are dead-lettered")

    assert any(secret[:10] in row["reason"] for row in letters), "the reasons quote nothing: this test shows nothing"
    told = '"message.dead_lettered"'  # after the commit that made them visible
    await until(lambda: driver.log().count(told) >= len(letters), what="every dead letter is logged")
    assert secret not in driver.log()
    assert secret[:10] not in driver.log()


async def _letters(driver: Driver, least: int) -> list[asyncpg.Record] | None:
    rows = await driver.rows("SELECT reason FROM messaging.dead_letter")
    return rows if len(rows) >= least else None


async def _effects(driver: Driver, count: int) -> bool:
    return len(await driver.effects()) == count


async def _dead_letter(driver: Driver, dead_letter_id: str) -> dict[str, str] | None:
    records = await driver.read(DEAD_LETTERS.name)
    letters = [json.loads(record.value or b"null") for record in records]
    return next((letter for letter in letters if letter["dead_letter_id"] == dead_letter_id), None)


async def test_what_was_dead_lettered_is_listed_and_replayed_by_one_command(driver: Driver) -> None:
    customer = uuid4()
    await driver.publish([driver.message(contact(customer, 3))])
    await driver.start(SPECIMEN_HANDLER_BROKEN="true")
    await until(lambda: driver.rows("SELECT FROM messaging.dead_letter"), what="dead-lettered")
    assert await driver.terminate() == 0
    _, listed = await driver.run_command("dead-letters", "list")
    assert json.loads(listed)["code"] == "handler-failed"

    code, printed = await driver.run_command("dead-letters", "replay", "--all")

    assert (code, printed) == (0, "1 replayed, 0 not\n")
    assert await driver.effects() == [(customer, 3)]
    assert (await driver.run_command("dead-letters", "list"))[1] == ""
    assert (await driver.run_command("dead-letters", "replay", "--all"))[1] == "0 replayed, 0 not\n"


async def test_a_replayed_old_state_never_overwrites_newer_state(driver: Driver) -> None:
    customer = uuid4()
    await driver.publish([driver.message(contact(customer, 1))])
    await driver.start(SPECIMEN_HANDLER_BROKEN="true")
    await until(lambda: driver.rows("SELECT FROM messaging.dead_letter"), what="dead-lettered")
    assert await driver.terminate() == 0
    await driver.publish([driver.message(contact(customer, 2))])
    await driver.start()
    await until(driver.effects, what="the newer state")

    assert (await driver.run_command("dead-letters", "replay", "--all"))[0] == 0

    assert [row["version"] for row in await driver.rows("SELECT version FROM state")] == [2]
    assert await driver.effects() == [(customer, 2), (customer, 1)]


async def test_a_replay_that_fails_again_stays_open_and_says_why(driver: Driver) -> None:
    await driver.publish([_poison(driver, "not-json")])
    await driver.start()
    await until(lambda: driver.rows("SELECT FROM messaging.dead_letter"), what="dead-lettered")

    code, printed = await driver.run_command("dead-letters", "replay", "--all")

    assert (code, printed) == (1, "0 replayed, 1 not\n")
    assert (await driver.rows("SELECT attempts FROM messaging.dead_letter"))[0]["attempts"] == 2


async def test_a_replay_that_fails_in_the_handler_shows_where(driver: Driver) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1, name=UNPROCESSABLE))])
    await driver.start()
    await until(lambda: driver.rows("SELECT FROM messaging.dead_letter"), what="dead-lettered")
    await driver.terminate()

    await driver.run_command("dead-letters", "replay", "--all", SPECIMEN_HANDLER_BROKEN="true")

    [letter] = await driver.rows("SELECT reason_code, reason, stack FROM messaging.dead_letter")
    assert letter["reason_code"] == "handler-failed"
    assert letter["reason"] == "ZeroDivisionError in the handler"
    assert "raise ZeroDivisionError" in letter["stack"]


async def test_poison_delivered_again_is_dead_lettered_once(driver: Driver) -> None:
    await driver.publish([_poison(driver, "not-json"), driver.message(contact(uuid4(), 1))])
    await driver.launch(CRASH_AT="consumer.before_acknowledge")
    assert await driver.wait_for_exit() == 137
    await driver.publish([driver.message(contact(uuid4(), 1))])
    await driver.start()

    await until(lambda: _effects(driver, 2), what="both effects")
    assert len(await driver.rows("SELECT FROM messaging.dead_letter")) == 1
    _, metrics = driver.get("/metrics")
    assert 'result="duplicate"} 2.0' in metrics
    assert isinstance(metrics, str)
    assert re.findall(r'_total\{.*result="dead_lettered"\} (.*)', metrics) == ["0.0"]


async def test_a_handler_that_fails_on_everything_stops_the_service_instead_of_dead_lettering_the_topic(
    driver: Driver,
) -> None:
    await driver.publish([driver.message(contact(uuid4(), 1)) for _ in range(100)])

    await driver.launch(SPECIMEN_HANDLER_BROKEN="true", DEAD_LETTER_LIMIT="5")

    assert await driver.wait_for_exit() == 1
    assert "without one success" in driver.log()
    assert len(await driver.rows("SELECT FROM messaging.dead_letter")) == 5


async def test_malformed_input_never_stops_the_service(driver: Driver) -> None:
    customer = uuid4()
    await driver.publish([_poison(driver, "not-json") for _ in range(60)])
    await driver.publish([driver.message(contact(customer, 1))])
    await driver.start(DEAD_LETTER_LIMIT="5")

    await until(lambda: _effects(driver, 1), what="the good one")
    assert len(await driver.rows("SELECT FROM messaging.dead_letter")) == 60
