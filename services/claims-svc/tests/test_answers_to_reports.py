"""Every report on Kafka is answered in words for its sender, who knows the published contracts and nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import uuid4

from aiokafka import ConsumerRecord
from claim_events import LOSS_AT, corrected, policy, report
from claims_driver import ClaimsDriver

from contracts.claim_reports import ReportReceived, ReportRejected
from contracts.codec import to_json
from contracts.loss_reports import LOSS_REPORTED

MAIL, PHONE = "j.jansen@example.nl", "+31612345678"
SOUND = json.loads(to_json(report()))
BACKWARDS = {"from_at": "2021-07-15T02:00:00Z", "until_at": "2021-07-15T01:00:00Z"}
ITEM = {"kind": "buildings", "amount_cents": 184_000}


class Wrong(NamedTuple):
    """A record that is no report, and what its sender is to be told: the code and one of the fields."""

    code: str
    field: str
    value: bytes | None = None
    headers: Mapping[str, bytes | None] = {}
    without: str = ""
    key: bytes | None = b""


def told(**changed: object) -> bytes:
    return json.dumps(SOUND | changed).encode()


def left_out(name: str) -> bytes:
    return json.dumps({key: value for key, value in SOUND.items() if key != name}).encode()


WRONG = (
    Wrong("not-json", "value", value=b"{bad"),
    Wrong("not-json", "value", value=b""),
    Wrong("not-json", "value", value=b"\xff\xfe"),
    Wrong("not-json", "value", value=MAIL.encode()),
    Wrong("wrong-schema", "event", value=b"[]"),
    Wrong("wrong-schema", "event", value=b'"' + PHONE.encode() + b'"'),
    Wrong("wrong-schema", "report_id", value=b"{}"),
    Wrong("wrong-schema", "report_id", value=told(report_id=MAIL)),
    Wrong("wrong-schema", "policy_number", value=left_out("policy_number")),
    Wrong("wrong-schema", "policy_number", value=told(policy_number=MAIL)),
    Wrong("wrong-schema", "policy_number", value=told(policy_number=123456)),
    Wrong("wrong-schema", "loss", value=left_out("loss")),
    Wrong("wrong-schema", "loss", value=told(loss=BACKWARDS)),
    Wrong("wrong-schema", "reported_at", value=told(reported_at="15-07-2021")),
    Wrong("wrong-schema", "report_version", value=told(report_version="1")),
    Wrong("wrong-schema", "damage.0.amount_cents", value=told(damage=[ITEM | {"amount_cents": -1}])),
    Wrong("wrong-schema", "damage.0.amount_cents", value=told(damage=[ITEM | {"amount_cents": "€ 1.840"}])),
    Wrong("wrong-schema", "damage", value=told(damage=[ITEM] * 51)),
    Wrong("wrong-schema", "facts.groundwater_entered.value", value=told(facts={"groundwater_entered": {}})),
    Wrong("unknown-value", "channel", value=told(channel=MAIL)),
    Wrong("unknown-value", "damage.0.kind", value=told(damage=[ITEM | {"kind": "piano"}])),
    Wrong("unknown-value", "facts.flood_water_entered.value", value=told(facts={"flood_water_entered": {"value": 1}})),
    Wrong("nul-character", "value", value=told(note="a\0b")),
    Wrong("too-large", "value", value=told(note="x" * LOSS_REPORTED.max_message_bytes)),
    Wrong("reported-in-the-future", "reported_at", value=told(reported_at="2031-07-15T08:00:00Z")),
    Wrong("null-value", "value"),
    Wrong("wrong-key", "key", value=told(), key=b"another"),
    Wrong("wrong-key", "key", value=told(), key=None),
    Wrong("wrong-key", "key", value=told(), key=MAIL.encode()),
    Wrong("wrong-type", "header ce_type", value=told(), headers={"ce_type": MAIL.encode()}),
    Wrong("wrong-type", "header ce_type", value=told(), without="ce_type"),
    Wrong("not-a-cloudevent", "header ce_specversion", value=told(), without="ce_specversion"),
    Wrong("not-a-cloudevent", "header ce_specversion", value=told(), headers={"ce_specversion": b"0.3"}),
    Wrong("no-identity", "header ce_id", value=told(), without="ce_id"),
    Wrong("no-identity", "header ce_source", value=told(), without="ce_source"),
    Wrong("no-time", "header ce_time", value=told(), headers={"ce_time": b"yesterday"}),
    Wrong("wrong-content-type", "header content-type", value=told(), headers={"content-type": b"text/xml"}),
    Wrong("null-header", "header ce_id", value=told(), headers={"ce_id": None}),
    Wrong("binary-header", "header ce_source", value=told(), headers={"ce_source": b"\xff"}),
    Wrong("binary-header", "header *", value=told(), headers={MAIL: b"\xff"}),
)  # fmt: skip


def record(
    value: bytes | None,
    *,
    offset: int,
    key: bytes | None = b"",
    headers: Mapping[str, bytes | None] | None = None,
    without: str = "",
) -> ConsumerRecord[bytes, bytes]:
    """Return a record as upstream writes it by the published contract; `key` is the report's id unless it is given."""
    sent = {
        "ce_specversion": b"1.0",
        "ce_id": str(uuid4()).encode(),
        "ce_source": b"/upstream",
        "ce_type": b"nl.waterschade.claims.loss-reported.v1",
        "ce_time": b"2021-08-02T08:00:00Z",
        "content-type": b"application/json",
        **(headers or {}),
    }
    return ConsumerRecord(
        topic=LOSS_REPORTED.name,
        partition=3,
        offset=offset,
        timestamp=0,
        timestamp_type=0,
        key=SOUND["report_id"].encode() if key == b"" else key,
        value=value,
        checksum=None,
        serialized_key_size=-1,
        serialized_value_size=-1,
        headers=[(name, raw) for name, raw in sent.items() if name != without],
    )


def changed(**fields: Any) -> bytes:  # noqa: ANN401 - any JSON
    """Return a sound report of another loss of the same policy."""
    return json.dumps(SOUND | {"report_id": str(uuid4()), **fields}).encode()


def key_of(value: bytes) -> bytes:
    return str(json.loads(value)["report_id"]).encode()


async def test_forty_wrong_records_get_forty_answers_that_say_what_to_change(driver: ClaimsDriver) -> None:
    records = [
        record(wrong.value, offset=offset, key=wrong.key, headers=wrong.headers, without=wrong.without)
        for offset, wrong in enumerate(WRONG)
    ]

    await driver.harness.process(LOSS_REPORTED, records)
    await driver.harness.process(LOSS_REPORTED, records)

    answers = {answer.offset: answer for answer in await driver.answers() if isinstance(answer, ReportRejected)}
    found = [(answers[offset].code, [error.field for error in answers[offset].errors]) for offset in range(len(WRONG))]
    assert [
        (wrong, code, fields)
        for wrong, (code, fields) in zip(WRONG, found, strict=True)
        if wrong.code != code or wrong.field not in fields
    ] == []
    letters = await driver.rows("SELECT dead_letter_id FROM messaging.dead_letter")
    assert {answer.dead_letter_id for answer in answers.values()} == {row["dead_letter_id"] for row in letters}
    text = to_json(list(answers.values())).decode()
    assert MAIL not in text
    assert PHONE not in text
    assert "pydantic" not in text
    assert "Input should" not in text
    assert all(answer.partition == 3 for answer in answers.values())


async def test_a_rejection_is_keyed_by_the_best_that_its_sender_can_recognise(driver: ClaimsDriver) -> None:
    readable = told(channel="fax")
    await driver.harness.process(
        LOSS_REPORTED,
        [
            record(readable, offset=0, key=b"k"),
            record(b"{", offset=1, key=b"order-7"),
            record(b"{", offset=2, key=MAIL.encode(), headers={"ce_id": b"message-9"}),
            record(b"{", offset=3, key=None, headers={"ce_id": MAIL.encode()}),
            record(b"{", offset=4, key=b"06-12345678", headers={"ce_id": b"0031612345678"}),
            record(b"{", offset=5, key=b"31612345678", headers={"ce_id": b"31-6-12345678"}),
            record(b"{", offset=6, key=b"1012AB", headers={"ce_id": b"1012ab-17a"}),
            record(b"{", offset=7, key=b"310000000-1", headers={"ce_id": b"unused"}),
        ],
    )
    sent_as = [answer.sent_as for answer in await driver.answers() if isinstance(answer, ReportRejected)]
    assert sent_as == [SOUND["report_id"], "order-7", "message-9", "3/3", "3/4", "3/5", "3/6", "310000000-1"]


async def test_an_identifier_is_taken_for_an_address_or_a_phone_number_only_where_it_can_be_one(
    driver: ClaimsDriver,
) -> None:
    uuid = "00000000-0000-0000-0000-000000000031"
    numbers = ["2026WD00123", "2026WD-00123", "4512ab99", "31000000001", uuid]
    phones = ["31612345678", "31-6-12345678"]
    homes = ["1012AB", "1012ab", "1012AB17", "1012AB17bis", "1012ab-17a", "1012AB-17-2"]
    keys = [*numbers, *phones, *homes]

    await driver.harness.process(
        LOSS_REPORTED, [record(b"{", offset=place, key=key.encode()) for place, key in enumerate(keys)]
    )

    told = {answer.offset: answer.sent_as for answer in await driver.answers() if isinstance(answer, ReportRejected)}
    assert [key for place, key in enumerate(keys) if told[place] == key] == numbers


async def received(driver: ClaimsDriver) -> list[ReportReceived]:
    answers = await driver.answers()
    assert all(isinstance(answer, ReportReceived) for answer in answers)
    return [answer for answer in answers if isinstance(answer, ReportReceived)]


async def test_a_report_is_answered_with_its_claim_and_with_the_fields_that_nobody_knows(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    facts = SOUND["facts"] | {"toilet_overflow": {"value": "true"}}
    loss = SOUND["loss"] | {MAIL: 1}
    value = changed(facts=facts, loss=loss, damage=[ITEM | {"ammount": 3}], insured_name="J. Jansen")

    await driver.harness.process(LOSS_REPORTED, [record(value, offset=0, key=key_of(value))])

    (answer,) = await received(driver)
    (claim,) = await driver.rows("SELECT claim_id, claim_reference FROM claim")
    assert (answer.claim_id, answer.claim_reference) == tuple(claim)
    assert (answer.state, answer.is_new, answer.joined) == ("waiting_for_rainfall", True, False)
    assert set(answer.ignored_fields) == {"loss.*", "facts.toilet_overflow", "damage.0.ammount", "insured_name"}
    assert MAIL not in str(answer)


async def test_a_record_is_answered_once_and_a_report_sent_anew_as_its_claim_stands_then(driver: ClaimsDriver) -> None:
    known = report()
    first = record(to_json(known), offset=0, key=str(known.report_id).encode())
    await driver.harness.process(LOSS_REPORTED, [first])
    await driver.harness.process(LOSS_REPORTED, [first])
    (answer,) = await received(driver)
    assert (answer.is_new, answer.state) == (True, "waiting_for_policy")

    await driver.policy(policy())
    await driver.report(known, known)
    again = await received(driver)
    assert [(each.is_new, each.state, each.claim_id) for each in again] == [
        (False, "waiting_for_rainfall", answer.claim_id)
    ] * 2

    await driver.report(corrected(known, facts=known.facts))
    (newer,) = await received(driver)
    assert (newer.report_version, newer.is_new) == (2, True)


async def test_a_report_of_the_same_loss_is_told_that_it_joined(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first, second, other = report(), report(), report(loss_at=LOSS_AT.replace(day=3))
    await driver.report(first, second, other)

    answers = {answer.report_id: answer for answer in await received(driver)}
    assert [answers[each.report_id].joined for each in (first, second, other)] == [False, True, False]
    assert answers[first.report_id].claim_reference == answers[second.report_id].claim_reference
    assert answers[other.report_id].claim_reference != answers[first.report_id].claim_reference
