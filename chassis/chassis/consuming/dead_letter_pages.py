"""Dead letters page by page, without contents: each with what identifies its record where that tells of nobody."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, TypeAlias
from uuid import UUID

from chassis.consuming.dead_letters import LISTED_COLUMNS, OPEN, DeadLetter, ListedDeadLetter
from chassis.consuming.identifiers import identifier_in
from chassis.database import Connection
from chassis.telemetry.tracing import trace_id_of
from contracts.envelope import read_traceparent

Position: TypeAlias = tuple[str, str, int, int, UUID]
"""Consumer, topic, partition, offset and id of the last one that was seen."""
_LONGEST = 400
"""Of what is read of a key and of a header in base64: an identifier is shorter."""
_HEADER: Final = """
    (SELECT left(header ->> 1, {length}) FROM jsonb_array_elements(headers) AS header
      WHERE header ->> 0 = '{name}' LIMIT 1) AS {name}
"""
_IDENTIFYING: Final = ("ce_id", "ce_source", "traceparent")
_HEADERS: Final = ", ".join(_HEADER.format(name=name, length=_LONGEST) for name in _IDENTIFYING)


@dataclass(frozen=True, slots=True)
class OutlinedDeadLetter(ListedDeadLetter):
    """A dead letter with what identifies its record; None where there is nothing, or it may tell of somebody."""

    key: str | None
    event_id: str | None
    source: str | None
    trace_id: str | None

    @property
    def position(self) -> Position:
        """Where the next page goes on."""
        return self.consumer, self.topic, self.partition, self.offset, self.dead_letter_id


async def page(
    connection: Connection, *, only_open: bool, about: str | None, after: Position | None, rows: int
) -> Sequence[OutlinedDeadLetter]:
    """Return dead letters in the order of their records, from behind a position on.

    `about` chooses those with this key or event id; where it is a UUID, those as well that hold it anywhere in their
    value: the report or the claim they are about. Other texts are not looked for in values, which hold personal data.
    """
    event_id = None if about is None else json.dumps([["ce_id", b64encode(about.encode()).decode()]])
    found = await connection.fetch(
        f"""
        SELECT {LISTED_COLUMNS}, substring(key FOR {_LONGEST}) AS key, {_HEADERS}
          FROM messaging.dead_letter
         WHERE {OPEN if only_open else "true"}
           AND ($1::text IS NULL
                OR key = convert_to($1, 'UTF8')
                OR headers @> $2::jsonb
                OR EXISTS (SELECT FROM unnest($3::bytea[]) AS spelling WHERE position(spelling IN value) > 0))
           AND (consumer, topic, partition, record_offset, dead_letter_id) > ($5, $6, $7, $8, $9)
         ORDER BY consumer, topic, partition, record_offset, dead_letter_id LIMIT $4
        """,  # noqa: S608 - constants
        about,
        event_id,
        _spellings(about),
        rows,
        *(after or ("", "", -1, -1, UUID(int=0))),
    )
    return [_of_row(dict(row)) for row in found]


def _spellings(about: str | None) -> Sequence[bytes]:
    """Return how values spell it, where it is a UUID."""
    try:
        text = str(UUID(about or ""))
    except ValueError:
        return ()
    return (text.encode(), text.upper().encode())


def outline(letter: DeadLetter) -> OutlinedDeadLetter:
    """Return what a page tells of a dead letter that was read whole."""
    names = [field.name for field in fields(ListedDeadLetter)]
    headers = dict(reversed(letter.headers))
    return _outlined({name: getattr(letter, name) for name in names}, key=letter.key, headers=headers)


def _of_row(columns: dict[str, Any]) -> OutlinedDeadLetter:
    key = columns.pop("key")
    headers = {name: b64decode(columns.pop(name) or "") for name in _IDENTIFYING}
    return _outlined(columns, key=key, headers=headers)


def _outlined(columns: dict[str, Any], *, key: bytes | None, headers: Mapping[str, bytes | None]) -> OutlinedDeadLetter:
    texts = {name: (headers.get(name) or b"").decode(errors="replace") for name in _IDENTIFYING}
    return OutlinedDeadLetter(
        **columns,
        key=identifier_in((key or b"").decode(errors="replace")) or None,
        event_id=identifier_in(texts["ce_id"]) or None,
        source=identifier_in(texts["ce_source"].removeprefix("/")) or None,
        trace_id=trace_id_of(read_traceparent(texts["traceparent"])),
    )
