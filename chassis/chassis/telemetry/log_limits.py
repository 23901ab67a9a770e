"""Limits that keep logs readable in a storm: how long a line may be, and how often a library may repeat itself."""

from __future__ import annotations

import json
import logging
import time
from bisect import bisect_right
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import structlog
from structlog.typing import EventDict, WrappedLogger
from typing_extensions import override

from chassis.telemetry.metrics import LOG_LINES_HELD_BACK
from contracts.topic import FOLLOWED_IDS

log = structlog.get_logger(__name__)

LONGEST_LINE_BYTES = 8_192
REPEAT_SECONDS = 60.0
MOST_LINES_A_SECOND = 5
_LONGEST_NAME, _MOST_FIELDS = 64, 50
_FOUND_BY: Final = frozenset({"event", "level", "service", "timestamp", "trace_id", *FOLLOWED_IDS})
_CUT = "..."
_OWN = "chassis"
_ENCODER: Final = json.JSONEncoder(default=repr, allow_nan=False)
"""One for all lines: `json.dumps` makes one for every value, which costs more than the rest of the line."""


def render_line(_: WrappedLogger, __: str, event: EventDict) -> str:
    """Return `event` as one line of JSON of at most `LONGEST_LINE_BYTES`, its newline included, whatever it holds.

    A line that lost something says `cut`.
    """
    try:
        line = _ENCODER.encode({**event})
    except (TypeError, ValueError, RecursionError):
        line = _joined({str(name): _to_json(value) for name, value in event.items()})
    return line if len(line) < LONGEST_LINE_BYTES else _joined(_shortened(event))


def _joined(texts: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{_to_json(name)}: {text}" for name, text in texts.items()) + "}"


def _shortened(event: Mapping[str, Any]) -> Mapping[str, str]:
    """Cut the longest values: a value that is short stays whole, the others share the room that is left equally.

    Of very many fields the last ones stay, and those by which lines are found.
    """
    kept = {*list(event)[-_MOST_FIELDS:], *_FOUND_BY}
    fields = {_cut(str(name), _LONGEST_NAME): value for name, value in event.items() if name in kept} | {"cut": True}
    texts = {name: _to_json(value) for name, value in fields.items()}
    room = LONGEST_LINE_BYTES - len("\n") - len(_joined(dict.fromkeys(texts, "")))
    by_length = sorted(texts, key=lambda name: len(texts[name]))
    for position, name in enumerate(by_length):
        share = room // (len(by_length) - position)
        if len(texts[name]) > share:
            whole = fields[name] if isinstance(fields[name], str) else texts[name]
            texts[name] = _to_json(_cut(whole, share - len('""')))
        room -= len(texts[name])
    return texts


def _cut(text: str, most_bytes: int) -> str:
    """Cut `text` so that it takes no more than `most_bytes` in JSON, where a character takes up to twelve."""
    if len(text) <= most_bytes and len(_to_json(text)) - len('""') <= most_bytes:
        return text
    room = most_bytes - len(_CUT) + len('""')
    length = bisect_right(range(1, most_bytes + 1), room, key=lambda length: len(_to_json(text[:length])))
    return text[:length] + _CUT


def _to_json(value: object) -> str:
    """Write ASCII only, so that characters are bytes; what JSON cannot hold is named by its type."""
    try:
        return _ENCODER.encode(value)
    except (TypeError, ValueError, RecursionError):
        return json.dumps(f"a {type(value).__name__} that JSON cannot hold")


@dataclass
class _Second:
    """The lines of one kind that have come since `began`, and those before them that were left out."""

    began: float
    lines: int = 0
    left_out: int = 0


class LineLimit:
    """Lets `MOST_LINES_A_SECOND` of each kind through and counts the others, for what a stranger can cause at will.

    The count goes with the next line that is let through. Who uses it makes sure that there are not many kinds.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seconds: dict[tuple[Hashable, ...], _Second] = {}

    def admit(self, *kind: Hashable) -> Mapping[str, int] | None:
        """Return what the line tells of those left out before it, None when it is to be left out as well."""
        now = self._monotonic()
        second = self._seconds.setdefault(kind, _Second(now))
        if now - second.began >= 1:
            second.began, second.lines = now, 0
        if second.lines >= MOST_LINES_A_SECOND:
            second.left_out += 1
            LOG_LINES_HELD_BACK.labels(_OWN).inc()
            return None
        second.lines += 1
        left_out, second.left_out = second.left_out, 0
        return {"lines_left_out": left_out} if left_out else {}


@dataclass
class _Repetition:
    """What one line of a library's code has logged since it was last let through or counted."""

    logger: str
    quiet_until: float
    held_back: int = 0


class RepeatLimit(logging.Filter):
    """Lets through one record a minute of each line of a library's code and kind of error.

    A client that has lost its server logs every attempt. What is held back is counted, and the count is logged once a
    minute, by the next record or by whoever calls `report`.
    """

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._repetitions: dict[tuple[str, int, type | None], _Repetition] = {}
        self._report_at = 0.0

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        self.report()
        kind = (record.pathname, record.lineno, record.exc_info[0] if record.exc_info else None)
        if repetition := self._repetitions.get(kind):
            repetition.held_back += 1
            LOG_LINES_HELD_BACK.labels(record.name.partition(".")[0]).inc()
            return False
        self._repetitions[kind] = _Repetition(record.name, self._monotonic() + REPEAT_SECONDS)
        return True

    def report(self) -> None:
        """Log how much was held back of what has been quiet for long enough."""
        now = self._monotonic()
        if now < self._report_at:
            return
        over = {kind: found for kind, found in self._repetitions.copy().items() if found.quiet_until <= now}
        for kind, found in over.items():
            self._repetitions.pop(kind, None)
            if found.held_back:
                self._repetitions[kind] = _Repetition(found.logger, now + REPEAT_SECONDS)
        self._report_at = min(
            (found.quiet_until for found in self._repetitions.copy().values()), default=now + REPEAT_SECONDS
        )
        for (path, line, _), found in over.items():
            if found.held_back:
                place = f"{Path(path).name}:{line}"
                log.warning("library.lines_held_back", logger=found.logger, place=place, lines=found.held_back)
