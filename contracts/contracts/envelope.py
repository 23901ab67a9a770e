"""CloudEvents 1.0 in Kafka's binary mode: attributes in `ce_*` headers, the event's JSON as the value.

The trace travels beside it as a plain W3C `traceparent` header. All headers are UTF-8 text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Generic, TypeVar

from pydantic import ValidationError

from contracts.topic import Event, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable

E = TypeVar("E", bound=Event)

CONTENT_TYPE = "application/json"
Headers = tuple[tuple[str, bytes | None], ...]

_ID_MAX_LENGTH = 200
_NUL_ESCAPE = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""An escaped NUL, but not an escaped backslash before `u0000`: PostgreSQL cannot store the character."""
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
"""W3C Trace Context, section 3.2; what does not match is no trace, and no reason to refuse an event."""
_SHOWN_ERRORS = 5
_SHOWN_CHARACTERS = 100


class MalformedMessageError(Exception):
    """A record that can never become an event. `code` is stable for machines, the text says what to change."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Message:
    """One Kafka record that carries an event."""

    topic: str
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
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
    """
    for name, text in (("event_id", event_id), ("source", source)):
        if not _names_something(text):
            message = f"{name} must hold 1 to {_ID_MAX_LENGTH} characters, none of them NUL"
            raise ValueError(message)
    if time.tzinfo is None:
        message = "time must carry a time zone"
        raise ValueError(message)
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_source", source.encode()),
        ("ce_type", topic.event_type.encode()),
        ("ce_time", time.astimezone(UTC).isoformat().encode()),
        ("content-type", CONTENT_TYPE.encode()),
    ]
    if traceparent is not None:
        headers.append(("traceparent", traceparent.encode()))
    value = event.__pydantic_serializer__.to_json(event)
    return Message(topic.name, topic.key_of(event).encode(), value, tuple(headers))


def decode(topic: Topic[E], *, headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> Received[E]:
    """Return the event in a record of `topic`, or raise `MalformedMessageError` with what its producer must change."""
    texts = _texts(headers)
    if value is None:
        raise MalformedMessageError("null-value", "the record has no value; publish the event's JSON as the value")
    event_id, source = _identity(texts)
    if (event_type := texts.get("ce_type")) != topic.event_type:
        raise MalformedMessageError(
            "wrong-type", f"ce_type is {_shown(event_type)}; records of {topic.name} have ce_type {topic.event_type!r}"
        )
    content_type = texts.get("content-type", CONTENT_TYPE)
    if not content_type.startswith(CONTENT_TYPE):
        raise MalformedMessageError(
            "wrong-content-type", f"content-type is {_shown(content_type)}; send {CONTENT_TYPE!r}"
        )
    if b"\\u0000" in value and _NUL_ESCAPE.search(value):  # the pattern alone costs more than reading the event
        raise MalformedMessageError("nul-character", "the JSON holds a NUL character (\\u0000); leave it out")
    try:
        event = topic.event.model_validate_json(value, strict=True)
    except ValidationError as error:
        raise MalformedMessageError(*_explain(error)) from None
    return Received(event, event_id, source, _time(texts), _traceparent(texts))


def _texts(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    texts = {}
    for name, raw in headers:
        if raw is None:
            raise MalformedMessageError("null-header", f"header {_shown(name)} is null; leave it out or give it a text")
        try:
            texts[name] = raw.decode()
        except UnicodeDecodeError:
            raise MalformedMessageError("binary-header", f"header {_shown(name)} is not UTF-8 text") from None
    return texts


def _identity(texts: dict[str, str]) -> tuple[str, str]:
    if (version := texts.get("ce_specversion")) != "1.0":
        raise MalformedMessageError(
            "not-a-cloudevent", f"ce_specversion is {_shown(version)}; send CloudEvents 1.0 in binary mode"
        )
    event_id, source = texts.get("ce_id"), texts.get("ce_source")
    for name, text in (("ce_id", event_id), ("ce_source", source)):
        if not _names_something(text):
            raise MalformedMessageError("no-identity", f"header {name} must hold 1 to {_ID_MAX_LENGTH} characters")
    assert event_id is not None  # noqa: S101 - the loop above has raised for None
    assert source is not None  # noqa: S101
    return event_id, source


def _time(texts: dict[str, str]) -> datetime:
    try:
        time = datetime.fromisoformat(texts["ce_time"])
        if time.tzinfo is not None:
            return time.astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        pass
    raise MalformedMessageError("no-time", "header ce_time must hold an RFC 3339 time with its zone")


def _traceparent(texts: dict[str, str]) -> str | None:
    text = texts.get("traceparent")
    return text if text is not None and _TRACEPARENT.fullmatch(text) else None


def _names_something(text: str | None) -> bool:
    return text is not None and 0 < len(text) <= _ID_MAX_LENGTH and "\0" not in text


def _shown(text: str | None) -> str:
    """Quote the beginning of a header: enough to recognise a mistake, and never a reason as long as the record."""
    return repr(text if text is None or len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…")


def _explain(error: ValidationError) -> tuple[str, str]:
    """Name the fields that are wrong without repeating their contents, which may be somebody's personal data."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    if any(problem["type"] == "json_invalid" for problem in problems):
        return "not-json", f"the value is not JSON: {problems[0]['msg']}"
    shown = [f"{'.'.join(map(str, problem['loc'])) or 'event'}: {problem['msg']}" for problem in problems]
    more = f" (and {len(shown) - _SHOWN_ERRORS} more)" if len(shown) > _SHOWN_ERRORS else ""
    return "wrong-schema", "; ".join(shown[:_SHOWN_ERRORS]) + more
