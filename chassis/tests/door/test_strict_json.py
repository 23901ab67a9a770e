"""JSON that two programs could read as two things is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.http.strict_json import GREATEST_DEPTH, GREATEST_INTEGER, NotStrictJsonError, decode

_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-GREATEST_INTEGER, GREATEST_INTEGER) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b'{"a":1,"a":1}', "a key stands twice in one object"),
        (b'[{"b":{"a":1,"\\u0061":2}}]', "a key stands twice in one object"),
        (b"NaN", "NaN and Infinity are no JSON"),
        (b"[-Infinity]", "NaN and Infinity are no JSON"),
        (b"9007199254740992", "a whole number is greater than 9007199254740991"),
        (b"-9007199254740992", "a whole number is greater than 9007199254740991"),
        (b"1" * 60_000, "a whole number is greater than 9007199254740991"),
        (b"1e400", "a number is greater than 9007199254740991 or has more than 30 digits"),
        (b"0." + b"1" * 40, "a number is greater than 9007199254740991 or has more than 30 digits"),
        (b'"\xff"', "the text is not valid UTF-8"),
        (b'"\xed\xa0\x80"', "the text is not valid UTF-8"),
        (b'"\\ud800"', "a text holds half a surrogate pair, or NUL"),
        (b'{"\\udc00":1}', "a text holds half a surrogate pair, or NUL"),
        (b'"\\u0000"', "a text holds half a surrogate pair, or NUL"),
        (b"[" * 33 + b"]" * 33, "objects and lists are nested more than 32 deep"),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "objects and lists are nested more than 32 deep"),
        (b"[" * 30_000, "objects and lists are nested more than 32 deep"),
        (b"", "the text is not JSON, see line 1 column 1"),
        (b"\xef\xbb\xbf{}", "the text is not JSON, see line 1 column 1"),
        (b'{"a":1}\n x', "the text is not JSON, see line 2 column 2"),
        (b"{'a':1}", "the text is not JSON, see line 1 column 2"),
        (b'"\t"', "the text is not JSON, see line 1 column 2"),
    ],
)
def test_what_has_more_than_one_meaning_is_refused_by_a_sentence_that_repeats_nothing(
    text: bytes, sentence: str
) -> None:
    with pytest.raises(NotStrictJsonError) as refusal:
        decode(text)

    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"9007199254740991", GREATEST_INTEGER),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b"1.5", 1.5),
        (b"[" * GREATEST_DEPTH + b"]" * GREATEST_DEPTH, None),
    ],
)
def test_what_is_at_a_limit_is_read(text: bytes, value: object) -> None:
    read = decode(text)

    assert read == value if value is not None else read


@pytest.mark.parametrize(("text", "value"), [(b"1.0", 1), (b"-0.0", 0), (b"1e3", 1_000), (b"1050.00", 1_050)])
def test_a_whole_number_is_one_however_it_is_written(text: bytes, value: int) -> None:
    read = decode(text)

    assert read == value
    assert type(read) is int


@given(_VALUES)
def test_what_has_one_meaning_is_read_as_that(value: object) -> None:
    assert decode(json.dumps(value).encode()) == value
    assert decode(json.dumps(value, ensure_ascii=False).encode()) == value
