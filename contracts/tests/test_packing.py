"""How the JSON of events lies where it is stored for a moment."""

from __future__ import annotations

from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import packing
from contracts.claims import DECISION_MADE, RAINFALL_REQUESTED
from contracts.codec import to_json
from contracts.loss_reports import LOSS_REPORTED
from contracts.topic import Event, Topic
from contracts.topics import TOPICS
from contracts.weather import RAINFALL_ASSESSED

STORED_ANSWER = b64decode(
    "KLUv/WOXHXgc6gIFBAAzRAsgICI9FEdlU0F9437AsXTMoUP5xuZzg3kbokR8HC6dEOnKZQz5vOmmtoOLsQwg/D5zREiHwtODZ2OMFmI24TcT"
    "jeoPcSUg4/0GBsEQw0RjtKB2nZmd4EJMv2B4UML4GdAB2WBwFHmxijgjCk+2+TmfztQw0buRIzRLVUBOwQ=="
)
"""An answer about rain of 1,002 bytes, as a database of November 2026 holds it."""
EVENTS = tuple(to_json(example) for topic in TOPICS for example in topic.examples)
NAMES = tuple(f"{topic.name} {place}" for topic in TOPICS for place in range(len(topic.examples)))


@pytest.mark.parametrize("event", EVENTS, ids=NAMES)
def test_an_event_is_unpacked_byte_for_byte_also_when_it_was_stored_as_it_is(event: bytes) -> None:
    assert packing.unpack(packing.pack(event)) == event
    assert packing.unpack(event) == event


@given(st.binary(max_size=1_000) | st.text(max_size=1_000).map(str.encode))
def test_whatever_is_packed_is_unpacked(stored: bytes) -> None:
    assert packing.unpack(packing.pack(b"{" + stored)) == b"{" + stored


@pytest.mark.parametrize("topic", [LOSS_REPORTED, RAINFALL_REQUESTED, RAINFALL_ASSESSED, DECISION_MADE])
def test_what_the_events_of_a_kind_have_in_common_is_not_stored_with_each_of_them(topic: Topic[Event]) -> None:
    event = to_json(topic.examples[0])

    assert len(packing.pack(event)) < len(event) / 5


def test_what_is_small_is_stored_as_it_is() -> None:
    assert packing.pack(b"{}" + b" " * 300) == b"{}" + b" " * 300


def test_who_reads_by_stored_size_gets_no_more_than_a_few_kilobytes_for_each_row() -> None:
    assert len(packing.pack(b"{" + b" " * 16_000 + b"}")) < 400
    assert len(packing.pack(b"{" + b" " * 20_000 + b"}")) == 20_002


def test_what_was_stored_when_the_dictionary_was_new_is_read_for_ever() -> None:
    answer = packing.unpack(STORED_ANSWER)

    assert sha256(answer).hexdigest() == "ccc0e4526af409da458c375ac9839aab85b57d772932025eff8b2255e4fedd4b"


def test_a_damaged_frame_is_never_returned_as_what_was_stored() -> None:
    with pytest.raises(packing.DamagedFrameError):
        packing.unpack(STORED_ANSWER[:-1])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("events.zstd-dictionary", "27b0884bab0f64ca1787b06bbc3224555a05a51827a85f55884912b1ce6a5e81"),
        ("events-2.zstd-dictionary", "e13febf7b264dee63eb1c006fbb427dddb2eefee4c386a5910a87fd4bc57ad84"),
    ],
)
def test_a_dictionary_that_databases_need_is_never_replaced(name: str, expected: str) -> None:
    dictionary = (Path(packing.__file__).parent / name).read_bytes()

    assert sha256(dictionary).hexdigest() == expected
