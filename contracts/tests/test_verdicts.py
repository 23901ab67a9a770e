"""However fast a record is read, its verdict is pydantic's: accepted with the same event, or refused for the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from documents import DOCUMENTS, every_place_with_every_value, spoiled
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from contracts.codec import from_json, to_json
from contracts.loss_reports import LOSS_REPORTED, LossReported
from contracts.malformed_reasons import explain
from contracts.topic import Event
from contracts.validation import read_from_outside, validator_of

EVENTS = tuple(DOCUMENTS)
REPORT = json.loads(to_json(LOSS_REPORTED.examples[0]))


@pytest.mark.parametrize("event", EVENTS)
@given(data=st.data())
def test_a_spoiled_document_gets_the_verdict_that_pydantic_gives(event: type[Event], data: st.DataObject) -> None:
    value = data.draw(spoiled(event))

    assert verdict_of_codec(event, value) == verdict_of_pydantic(event, value)


@pytest.mark.slow
@pytest.mark.parametrize("event", EVENTS)
def test_every_value_gets_pydantics_verdict_in_every_place(event: type[Event]) -> None:
    for value in every_place_with_every_value(event):
        assert verdict_of_codec(event, value) == verdict_of_pydantic(event, value), value[:5_000]


@pytest.mark.parametrize("event", EVENTS)
def test_a_sound_document_is_read_alike_and_without_pydantic(event: type[Event]) -> None:
    for document in DOCUMENTS[event]:
        value = json.dumps(document).encode()
        assert from_json(event, value) == read_from_outside(event, value)
        assert verdict_of_codec(event, value) == verdict_of_pydantic(event, value)


@pytest.mark.parametrize(
    "foreign",
    [
        b'"\xff"',
        b'{"\xff": 1}',
        b'"\xed\xa0\x80"',
        b'"\\ud800"',
        b'"\x00"',
        b"[" * 250 + b"]" * 250,
        b'{"a":' * 250 + b"1" + b"}" * 250,
        b"9" * 4_301,
        b'["' + b"." * 4_000 + b'", ' + b"9" * 4_301 + b"]",
        b'["' + b"." * 8_500 + b'", ' + b"9" * 4_301 + b"]",
    ],
    ids=[
        "no UTF-8",
        "no UTF-8 in a name",
        "a surrogate",
        "half a pair",
        "NUL",
        "deep array",
        "deep object",
        "long number",
        "long number behind a text",
        "long number behind a longer text",
    ],
)
def test_what_is_no_json_is_refused_in_a_field_that_nobody_reads_too(foreign: bytes) -> None:
    value = json.dumps(REPORT | {"added": "?"}).encode().replace(b'"?"', foreign)

    assert verdict_of_codec(LossReported, value) == verdict_of_pydantic(LossReported, value)
    code, reason, _ = verdict_of_codec(LossReported, value)
    assert code == "not-json"
    assert str(reason).startswith("the value cannot be read as JSON")


@pytest.mark.parametrize(
    "foreign", [b"[" * 198 + b"]" * 198, b"9" * 4_300, b"NaN", b'"\\ud83d\\ude00"', b"-0", b"1e999"]
)
def test_what_pydantic_takes_for_json_is_ignored_in_a_field_that_nobody_reads(foreign: bytes) -> None:
    value = json.dumps(REPORT | {"added": "?"}).encode().replace(b'"?"', foreign)

    assert read_from_outside(LossReported, value) == LOSS_REPORTED.examples[0]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2021-07-15T06:12:00.1234567Z", datetime(2021, 7, 15, 6, 12, 0, 123_456, tzinfo=UTC)),
        ("2021-07-15T06:12:00.9999999+00:00", datetime(2021, 7, 15, 6, 12, 0, 999_999, tzinfo=UTC)),
        ("2021-07-15T06:12Z", datetime(2021, 7, 15, 6, 12, tzinfo=UTC)),
        ("2021-07-15_06:12:00,5Z", datetime(2021, 7, 15, 6, 12, 0, 500_000, tzinfo=UTC)),
        ("1626329520", datetime(2021, 7, 15, 6, 12, tzinfo=UTC)),
        ("2021-07-15 08:12:00+0200", datetime(2021, 7, 15, 6, 12, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_as_pydantic_reads_it(text: str, moment: datetime) -> None:
    value = json.dumps(REPORT | {"reported_at": text}).encode()

    assert read_from_outside(LossReported, value).reported_at == moment
    assert verdict_of_codec(LossReported, value) == verdict_of_pydantic(LossReported, value)


@pytest.mark.parametrize("fraction", [r"\u002e9999999", r"\u002E9999999", r".\u00399999999", r".999999\u0039"])
def test_a_fraction_with_escaped_characters_is_cut_off_as_pydantic_does(fraction: str) -> None:
    value = json.dumps(REPORT | {"reported_at": "2021-07-15T06:12:00.5Z"}).replace(".5", fraction).encode()

    read = read_from_outside(LossReported, value).reported_at
    assert read == datetime(2021, 7, 15, 6, 12, 0, 999_999, tzinfo=UTC)


def verdict_of_codec(event: type[Event], value: bytes) -> tuple[object, ...]:
    try:
        return accepted(read_from_outside(event, value))
    except ValidationError as error:
        return explain(error)


def verdict_of_pydantic(event: type[Event], value: bytes) -> tuple[object, ...]:
    try:
        return accepted(validator_of(event).validate_json(value, strict=True))
    except ValidationError as error:
        return explain(error)


def accepted(event: Event) -> tuple[Event, bytes]:
    """Return what must be equal: the event, and the text that it is published with."""
    return event, to_json(event)
