"""The ids by which operators follow a record that cannot be processed, as far as it holds any that can be read.

Whoever sent it may have written anything anywhere: an id is what has the form of a UUID, and nothing else is repeated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from chassis.consuming.delivery import Record
from chassis.telemetry.tracing import trace_id_of
from contracts.envelope import read_traceparent
from contracts.topic import FOLLOWED_IDS, Topic

_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_IS_UUID: Final = re.compile(_UUID)
_IN_JSON: Final = {name: re.compile(rf'"{name}"\s*:\s*"({_UUID})"'.encode()) for name in FOLLOWED_IDS}
"""The first one counts: of an event that is its own, whatever parts follow."""


def ids_in(record: Record, *, topic: Topic[Any]) -> Mapping[str, str]:
    """Return what a log line names `record` by: `ce_id`, `trace_id` and those of `FOLLOWED_IDS` that can be read."""
    return dict(_found(record, topic))


def _found(record: Record, topic: Topic[Any]) -> Iterator[tuple[str, str]]:
    headers = {name: (value or b"").decode("latin-1") for name, value in record.headers}
    if _IS_UUID.fullmatch(event_id := headers.get("ce_id", "")):
        yield "ce_id", event_id
    if trace := trace_id_of(read_traceparent(headers.get("traceparent", ""))):
        yield "trace_id", trace
    value = record.value if isinstance(record.value, bytes) else b""
    for name in FOLLOWED_IDS:
        if found := _IN_JSON[name].search(value):
            yield name, found[1].decode()
        elif topic.key == name and _IS_UUID.fullmatch(key := (record.key or b"").decode("latin-1")):
            yield name, key
