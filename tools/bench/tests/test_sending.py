"""What is told of a storm that left: its pace, and how fair its order was."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bench.notify_service import SETTINGS
from bench.sending import decided
from bench.sending.figures import most_within_a_second, of_channel, overtaken_seconds
from chassis.sealing import Opener, Sealer
from contracts.claims import DECISION_MADE
from contracts.codec import from_json
from contracts.envelope import Message, decode
from contracts.message_requests import MESSAGE_REQUESTED, SealedContents
from contracts.topic import E, Topic

NOW = datetime(2021, 7, 16, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moments", "most"),
    [([], 0), ([3.0], 1), ([0.0, 0.5, 0.9, 1.0], 3), ([0.0, 0.9, 1.1, 1.5, 1.8], 4), ([5.0, 5.0, 0.0], 2)],
)
def test_the_fullest_second_is_found_wherever_it_begins(moments: list[float], most: int) -> None:
    assert most_within_a_second(moments) == most


def test_who_is_overtaken_by_a_younger_one_is_told_for_how_long() -> None:
    due = {"a": 0.0, "b": 0.0, "c": 1.0, "d": 2.0}

    assert sorted(overtaken_seconds(due, {"a": 10, "b": 11, "c": 12, "d": 13})) == [0, 0, 0, 0]
    assert sorted(overtaken_seconds(due, {"a": 11, "b": 10, "c": 12, "d": 13})) == [0, 0, 0, 0]
    assert sorted(overtaken_seconds(due, {"a": 10, "b": 19, "c": 12, "d": 13})) == [0, 0, 0, 7]
    assert sorted(overtaken_seconds(due, {"a": 10, "b": 11, "c": 14, "d": 13})) == [0, 0, 0, 1]


def test_the_pace_is_told_beside_what_is_allowed() -> None:
    found = of_channel({"a": 0.0, "b": 1.0, "c": 2.0}, {"a": 0.0, "b": 1.0, "c": 2.0}, allowed=5)

    assert (found["messages"], found["seconds"], found["a_second"], found["allowed_a_second"]) == (3, 2.0, 1.0, 5)


def event_of(topic: Topic[E], message: Message) -> E:
    return decode(topic, headers=message.headers, key=message.key, value=message.value).event


def test_every_customer_has_a_decision_and_is_reached_by_nobody_elses_address() -> None:
    known = list(decided.contacts(3))
    made = [event_of(DECISION_MADE, message) for message in decided.decisions(3, now=NOW)]

    assert [one.customer_id for one in known] == [one.customer_id for one in made]
    assert len({one.email for one in known} | {one.mobile_phone for one in known}) == 6
    assert {one.mobile_phone for one in known} == {f"+{decided.telephone(number)}" for number in range(3)}


def test_a_code_goes_to_a_number_of_its_own() -> None:
    opener = Opener(SETTINGS["MESSAGE_KEYS"])

    message = decided.code(7, sealer=Sealer(opener.public_keys[0]), customers=3, now=NOW)

    request = event_of(MESSAGE_REQUESTED, message)
    contents = from_json(SealedContents, opener.open(request.sealed or ""))
    assert contents.mobile_phone == f"+{decided.telephone_of_code(7)}"
    assert request.customer_id == decided.customer_id(1)
