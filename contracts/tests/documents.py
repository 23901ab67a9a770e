"""Valid documents of every topic, and ways to spoil one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, TypeAlias

from hypothesis import strategies as st
from msgspec.structs import replace

from contracts.codec import to_json
from contracts.generate.json_schemas import in_full
from contracts.loss_reports import LOSS_REPORTED
from contracts.notify import REPORTER_CONTACT_PROVIDED
from contracts.policy import CONTACT_CHANGED
from contracts.topics import TOPICS
from contracts.vocabulary import PostalAddress

Path: TypeAlias = tuple[str | int, ...]

ADDRESS = PostalAddress(postcode="6011RA", house_number="12")
FULLER = {
    LOSS_REPORTED.event: replace(
        LOSS_REPORTED.examples[0],
        damage=tuple(replace(LOSS_REPORTED.examples[0].damage[0], amount_cents=n) for n in (0, 1)),
    ),
    CONTACT_CHANGED.event: replace(CONTACT_CHANGED.examples[0], name="Zoë Ścibor 🌧"),
    REPORTER_CONTACT_PROVIDED.event: replace(
        REPORTER_CONTACT_PROVIDED.examples[0], mobile_phone="+31612345678", postal_address=ADDRESS
    ),
}
DOCUMENTS: dict[Any, list[Any]] = {
    event: [in_full(example), json.loads(to_json(example)), in_full(FULLER.get(event, example))]
    for event, example in {topic.event: topic.examples[0] for topic in TOPICS}.items()
}
"""By kind of event."""

_PLACE = "here a value is put in"
_ESCAPES = [
    rb"\ud800", rb"\udc00\ud800", rb"\ud83d\ude00", rb"\u0000", rb"\q", rb"\u12", b"\xff", b"\xed\xa0\x80", b"\x00",
    b"\x1f", b"\x7f",
]  # fmt: skip
_NUMBERS = [b"-0", b"0.0", b"1.0", b"1e2", b"1E400", b"01", b"1.", b"-", b"NaN", b"Infinity", b"-Infinity", b"25000.0"]
_NUMBERS += [b"9" * digits for digits in (10, 19, 20, 40, 4_299, 4_300, 4_301, 5_000)]
_NUMBERS += [
    str(number).encode() for number in (2**31 - 1, 2**31, 2**63 - 1, 2**63, 10**11, 10**11 + 1, 25_000, 999, 1_000)
]
_NESTED = [b"[" * depth + b"]" * depth for depth in (2, 190, 196, 197, 198, 199, 200, 201, 950, 3_000)]
_NESTED += [b'{"a":' * depth + b"1" + b"}" * depth for depth in (2, 197, 199, 201)]
_WORDS = [b"null", b"true", b"false", b"nul", b"[]", b"{}", b"[null]", b'""', b'"0"', b"'x'", b""]
_MOMENTS = [
    "2021-07-15T06:12:00Z", "2021-07-15t06:12:00z", "2021-07-15 06:12:00Z", "2021-07-15_06:12:00Z", "2021-07-15T06:12Z",
    "2021-07-15T06:12:00", "2021-07-15", "2021-07-15T00:00:00", "1626329520", "2021-07-15T06:12:00+02:00",
    "2021-07-15T06:12:00+0200", "2021-07-15T06:12:00-00:00", "2021-07-15T06:12:00+23:59", "2021-07-15T06:12:00+24:00",
    "2021-07-15T06:12:00.1Z", "2021-07-15T06:12:00.999999Z", "2021-07-15T06:12:00.9999999Z", "2021-07-15T06:12:00,5Z",
    "9999-12-31T23:59:59.9999999Z", "2021-07-15T23:59:60Z", "2021-02-29T00:00:00Z", "0001-01-01T00:00:00+14:00",
    "1899-12-31T23:59:59Z", "1900-01-01T00:00:00Z", "1900-01-01T00:00:00+01:00", "2199-12-31T23:59:59.999999Z",
    "2200-01-01T00:00:00Z", "2200-01-01T00:00:00+01:00", "2021-07-15T06:27:00Z", "2021-07-15T06:27:00.000001Z",
    "2021-08-15T01:30:00Z", "2021-08-15T01:30:01Z", "2021-07-15T06:12:00−02:00",
]  # fmt: skip
_IDS = [
    "0198c5f26d1a7c439a516f2f3b1c7d10", "{0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10}", "0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d1",
    "urn:uuid:0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10", "0198C5F2-6D1A-7C43-9A51-6F2F3B1C7D10",
    "0198c5f26d1a-7c43-9a51-6f2f3b1c7d10",
]  # fmt: skip
_ENDS = ["\n", "\r\n", " ", "\u2028", "\x00", "\x1c", "\x85", "é", "٣", "a@b", "0"]

VALUES = (
    *_NUMBERS,
    *_NESTED,
    *_WORDS,
    *(b'"' + escape + b'"' for escape in _ESCAPES),
    *(json.dumps(text, ensure_ascii=False).encode() for text in _MOMENTS + _IDS),
    *(json.dumps("x" * length).encode() for length in (11, 12, 13, 199, 200, 201, 254, 255, 2_000, 2_001)),
)
"""Values as they stand in JSON, most of them wrong almost everywhere."""
_values = st.one_of(
    st.sampled_from(VALUES),
    st.integers().map(lambda number: str(number).encode()),
    st.integers(0, 300).map(lambda length: json.dumps("x" * length).encode()),
    st.tuples(st.text(max_size=13), st.booleans()).map(
        lambda given: json.dumps(given[0], ensure_ascii=given[1]).encode("utf-8", "surrogatepass")
    ),
    st.datetimes().map(lambda moment: json.dumps(f"{moment.isoformat()}Z").encode()),
)


def every_place_with_every_value(event: type[object]) -> Iterator[bytes]:
    """Yield valid documents of `event` with one value replaced, or with a foreign field that has it."""
    for document in DOCUMENTS[event][:2]:
        for path in _paths(document):
            found, copy = _at(document, path), json.loads(json.dumps(document))
            text = json.dumps(_with(copy, path))
            ends = [json.dumps(found + end).encode() for end in _ENDS] if isinstance(found, str) else []
            for value in (*VALUES, *ends):
                yield text.encode().replace(json.dumps(_PLACE).encode(), value)
        foreign = json.dumps(document | {"added": _PLACE}).encode()
        yield from (foreign.replace(json.dumps(_PLACE).encode(), value) for value in VALUES)


@st.composite
def spoiled(draw: st.DrawFn, event: type[object]) -> bytes:
    """Return a valid document of `event` with one thing or another changed; now and then it still is valid."""
    document = json.loads(json.dumps(draw(st.sampled_from(DOCUMENTS[event]))))
    path = draw(st.sampled_from(list(_paths(document))))
    found = _at(document, path)
    value = draw(_values)
    if isinstance(found, str) and draw(st.booleans()):
        value = json.dumps(found + draw(st.sampled_from(_ENDS)), ensure_ascii=draw(st.booleans())).encode()
    whole = json.dumps(found).encode()
    match draw(st.sampled_from(["replace", "remove", "add", "twice", "twice before", "longer", "bytes"])):
        case "remove" if path:
            del _at(document, path[:-1])[path[-1]]
        case "add" if isinstance(found, dict):
            found[draw(st.sampled_from(["added", "é", *found]))] = _PLACE
        case "twice" if path and isinstance(path[-1], str):
            value = whole + b"," + json.dumps(path[-1]).encode() + b":" + value
            document = _with(document, path)
        case "twice before" if path and isinstance(path[-1], str):
            value = value + b"," + json.dumps(path[-1]).encode() + b":" + whole
            document = _with(document, path)
        case "longer" if isinstance(found, list):
            document = _with(document, path, found * draw(st.integers(0, 60)))
        case "bytes":
            return _with_other_bytes(draw, json.dumps(document, ensure_ascii=draw(st.booleans())).encode())
        case _:
            document = _with(document, path)
    text = json.dumps(document, ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1]))).encode()
    return text.replace(json.dumps(_PLACE).encode(), value)


def _with_other_bytes(draw: st.DrawFn, text: bytes) -> bytes:
    first = draw(st.integers(0, len(text)))
    last = draw(st.integers(first, min(first + 3, len(text))))
    put = draw(
        st.sampled_from([b"", *_ESCAPES, b'"', b"{", b"}", b"]", b",", b"\n", b"\xef\xbb\xbf", b" x"])
        | st.binary(max_size=3)
    )
    return text[:first] + put + text[last:]


def _paths(document: object, path: Path = ()) -> Iterator[Path]:
    yield path
    inner = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for step, value in inner:
        yield from _paths(value, (*path, step))


def _at(document: Any, path: Path) -> Any:  # noqa: ANN401 - any JSON
    for step in path:
        document = document[step]
    return document


def _with(document: Any, path: Path, value: object = _PLACE) -> Any:  # noqa: ANN401 - any JSON
    if not path:
        return value
    _at(document, path[:-1])[path[-1]] = value
    return document
