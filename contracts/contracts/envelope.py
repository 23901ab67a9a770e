"""CloudEvents 1.0 in Kafka's binary mode: attributes in `ce_*` headers, the event's JSON as the value.

The trace travels beside it as a plain W3C `traceparent` header. All headers are UTF-8 text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

import msgspec
from pydantic import ValidationError

from contracts.codec import to_json
from contracts.malformed_reasons import UNKNOWN_VALUE, WrongField, explain, wrong_fields
from contracts.topic import Event, Topic
from contracts.validation import read_from_outside

E = TypeVar("E", bound=Event)

CONTENT_TYPE = "application/json"
Headers = tuple[tuple[str, bytes], ...]

_SPECVERSION_HEADER = ("ce_specversion", b"1.0")
_CONTENT_TYPE_HEADER = ("content-type", CONTENT_TYPE.encode())
_KNOWN_HEADERS = frozenset(
    ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type", "traceparent", "tracestate")
)
_ID_MAX_LENGTH = 200
_NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""An escaped NUL, but not an escaped backslash before `u0000`: PostgreSQL cannot store the character."""
_TRACEPARENT = re.compile(
    r"(?!ff|00.{54})[0-9a-f]{2}(-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})(?:-.*)?"
)
"""W3C Trace Context, section 3.2: a version after 00 may have more behind its flags, which is left out."""
_SHOWN_CHARACTERS = 100


class MalformedMessageError(Exception):
    """A record that can never become an event. `code` is stable for machines, the text says what to change.

    A text may quote the beginning of a header, for those who may read dead letters; `faults` quote nothing. `source` is
    the publisher, as far as the record names one.
    """

    def __init__(
        self, code: str, reason: str, faults: tuple[WrongField, ...] = (), *, source: str | None = None
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.faults = faults
        self.source = source

    @property
    def is_of_unknown_values(self) -> bool:
        """Whether the record is sound but for values that a newer version of its schema may know."""
        return self.code == UNKNOWN_VALUE


@dataclass(frozen=True, slots=True)
class Message:
    """One Kafka record that carries an event."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


class Received(msgspec.Struct, Generic[E], frozen=True):
    """An event as it was read. `source` and `event_id` together identify it for ever (CloudEvents 1.0, "id")."""

    event: E
    event_id: str
    source: str
    time: datetime
    traceparent: str | None


def encode(
    topic: Topic[E], event: E, *, event_id: str, source: str, time: datetime, traceparent: str | None = None
) -> Message:
    """Return the record that publishes `event` on `topic`.

    `source` is a URI reference that names the publisher (`/portal`); an `event_id` is used once per source.

    Raises:
        ValueError: a reader would refuse the record; the text says why.
    """
    for name, text in (("event_id", event_id), ("source", source)):
        if not _identifies(text):
            raise ValueError(f"{name} must hold 1 to {_ID_MAX_LENGTH} characters, none of them NUL")
    if time.tzinfo is None:
        raise ValueError("time must carry a time zone")
    headers = headers_of(
        event_id=event_id, source=source, event_type=topic.event_type, time=time, traceparent=traceparent
    )
    value = to_json(event)
    try:
        read_from_outside(topic.event, value)
    except ValidationError as error:
        raise ValueError(wrong_fields(error, whole="event")) from None
    return Message(topic.name, topic.key_of(event).encode(), value, tuple(headers))


def headers_of(
    *, event_id: str, source: str, event_type: str, time: datetime, traceparent: str | None
) -> list[tuple[str, bytes]]:
    """Return the headers of the record that publishes an event, in the list that Kafka clients ask for.

    For a relay, which made the identity itself: what `encode` checks is not checked again. `time` carries its zone.
    """
    if time.tzinfo is not UTC:
        time = time.astimezone(UTC)
    headers = [
        _SPECVERSION_HEADER,
        ("ce_id", event_id.encode()),
        ("ce_source", source.encode()),
        ("ce_type", event_type.encode()),
        ("ce_time", to_json(time)[1:-1]),  # without the quotes; half of what isoformat takes
        _CONTENT_TYPE_HEADER,
    ]
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    return headers


def decode(
    topic: Topic[E], *, headers: Iterable[tuple[str, bytes | None]], key: bytes | None, value: bytes | None
) -> Received[E]:
    """Return the event in a record of `topic`, or raise `MalformedMessageError` with what its producer must change.

    A client may hand over a header without a value as None; that is an error too, as CloudEvents knows no null.
    """
    texts = _texts(headers)
    if value is None:
        reason = "the record has no value; publish the event's JSON as the value"
        raise MalformedMessageError("null-value", reason, (WrongField("value", reason),))
    event_id, source = _identity(texts)
    if (event_type := texts.get("ce_type")) != topic.event_type:
        raise MalformedMessageError(
            "wrong-type",
            f"ce_type is {_shown(event_type)}; records of {topic.name} have ce_type {topic.event_type!r}",
            (WrongField("header ce_type", f"must be {topic.event_type!r}"),),
        )
    content_type = texts.get("content-type", CONTENT_TYPE)
    if content_type != CONTENT_TYPE and content_type.partition(";")[0].strip().lower() != CONTENT_TYPE:
        raise MalformedMessageError(
            "wrong-content-type",
            f"content-type is {_shown(content_type)}; send {CONTENT_TYPE!r}",
            (WrongField("header content-type", f"must be {CONTENT_TYPE!r}"),),
        )
    if b"\\" in value and _NUL_ESCAPE.search(value):  # the pattern alone costs more than reading a small event
        reason = "the JSON holds a NUL character (\\u0000); leave it out"
        raise MalformedMessageError("nul-character", reason, (WrongField("value", reason),))
    try:
        event = read_from_outside(topic.event, value)
    except ValidationError as error:
        raise MalformedMessageError(*explain(error), source=source) from None
    if key != topic.key_of(event).encode():
        reason = f"the record's key is not the event's {topic.key}; send it as the key"
        raise MalformedMessageError("wrong-key", reason, (WrongField("key", f"must be the event's {topic.key}"),))
    return Received(event, event_id, source, _time(texts), read_traceparent(texts.get("traceparent", "")))


def _texts(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    texts = {}
    for name, raw in headers:
        if raw is None:
            raise MalformedMessageError(
                "null-header",
                f"header {_shown(name)} is null; leave it out or give it a text",
                (WrongField(_header(name), "is null; leave it out or give it a text"),),
            )
        try:
            texts[name] = raw.decode()
        except UnicodeDecodeError:
            raise MalformedMessageError(
                "binary-header",
                f"header {_shown(name)} is not UTF-8 text",
                (WrongField(_header(name), "must be UTF-8 text"),),
            ) from None
    return texts


def _identity(texts: dict[str, str]) -> tuple[str, str]:
    if (version := texts.get("ce_specversion")) != "1.0":
        raise MalformedMessageError(
            "not-a-cloudevent",
            f"ce_specversion is {_shown(version)}; send CloudEvents 1.0 in binary mode",
            (WrongField("header ce_specversion", "must be '1.0': send CloudEvents 1.0 in binary mode"),),
        )
    return _identifying(texts, "ce_id"), _identifying(texts, "ce_source")


def _identifying(texts: dict[str, str], name: str) -> str:
    text = texts.get(name, "")
    if not _identifies(text):
        change = f"must hold 1 to {_ID_MAX_LENGTH} characters"
        raise MalformedMessageError("no-identity", f"header {name} {change}", (WrongField(f"header {name}", change),))
    return text


def _time(texts: dict[str, str]) -> datetime:
    try:
        time = datetime.fromisoformat(texts["ce_time"])
        if time.tzinfo is not None:
            return time if time.tzinfo is UTC else time.astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        pass
    change = "must hold an RFC 3339 time with its zone"
    raise MalformedMessageError("no-time", f"header ce_time {change}", (WrongField("header ce_time", change),))


def read_traceparent(text: str) -> str | None:
    """Return the W3C traceparent that `text` holds, as one of version 00; None when it holds none.

    What a caller sends wrongly is no trace, and no reason to refuse what came with it.
    """
    match = _TRACEPARENT.fullmatch(text)
    return f"00{match[1]}" if match else None


def _identifies(text: str) -> bool:
    return 0 < len(text) <= _ID_MAX_LENGTH and "\0" not in text


def _header(name: str) -> str:
    """Name a header, unless its sender has thought the name up: it may hold anything."""
    return f"header {name}" if name in _KNOWN_HEADERS else "header *"


def _shown(text: str | None) -> str:
    """Quote the beginning of a header: enough to recognise a mistake, and never a reason as long as the record."""
    return repr(text if text is None or len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…")
