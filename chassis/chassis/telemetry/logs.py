"""Logs: one JSON object a line of at most 8 KB, with trace and claim ids and never personal data."""

from __future__ import annotations

import asyncio
import logging
import sys
import warnings
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from chassis.errors import describe, places_of
from chassis.telemetry.log_limits import RepeatLimit, render_line
from chassis.telemetry.tracing import trace_id_of

_CHATTY = ("aiokafka", "faststream", "uvicorn", "opentelemetry", "urllib3", "httpx", "httpcore", "asyncio")


class _Lines:
    """Writes to standard error as it was when logs were configured last. A line nobody can read stops nobody."""

    stream: TextIO = sys.stderr

    def info(self, line: str) -> None:
        self.write([line])

    def write(self, lines: Sequence[str]) -> None:
        with suppress(OSError, ValueError):
            self.stream.write("".join([f"{line}\n" for line in lines]))
            self.stream.flush()

    debug = warning = error = critical = info


@dataclass
class _Each:
    """What `info_each` has to know of the configuration."""

    service: str = ""
    is_wanted: bool = True


log = structlog.get_logger(__name__)
_each = _Each()
_stamp = structlog.processors.TimeStamper(fmt="iso", utc=True)
_limit = RepeatLimit()
_lines = _Lines()
"""Loggers are kept by whoever uses them, so all of them write here."""


def configure_logs(*, service: str, level: str) -> None:
    """Send structlog's and the libraries' logs to standard error as JSON lines.

    Our own lines do not go by way of `logging`, which takes longer over one than all that is done to it here.
    """

    def name_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        return event

    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        name_service,
        _replace_trace,
        _stamp,
        structlog.processors.ExceptionRenderer(_frames),
    ]
    structlog.configure(
        processors=[_report_first, *shared, render_line],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=lambda *_: _lines,
        cache_logger_on_first_use=True,
    )
    _lines.stream = sys.stderr
    _each.service, _each.is_wanted = service, logging.getLevelNamesMapping()[level.upper()] <= logging.INFO
    warnings.showwarning = _log_warning
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                render_line,
            ],
        )
    )
    handler.addFilter(_limit)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def info_each(event: str, rows: Iterable[Mapping[str, object]]) -> None:
    """Log `event` once for each of `rows`, its own fields, by one write: what happened to many still is many things.

    A batch of claims would cost more by `log.info` for each than by all that is decided about them.
    """
    if structlog.get_config()["processors"][0] is not _report_first:  # a test that looks at what is logged
        for row in rows:
            log.info(event, **row)
    elif _each.is_wanted:
        report_held_back()
        common = _stamp(None, "info", {"event": event, "level": "info", "service": _each.service})
        _lines.write([render_line(None, "info", {**row, **common}) for row in rows])


def report_held_back() -> None:
    """Log how many lines of libraries were held back, where that is due: a storm that is over logs nothing itself."""
    _limit.report()


def _log_warning(
    message: Warning | str,  # noqa: ARG001 - the names are Python's
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    """Log where Python warned of something: its text may repeat a value, and is no JSON."""
    log.warning("python.warned", category=category.__name__, place=f"{Path(filename).name}:{lineno}")


def log_unhandled(_: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
    """Log what the event loop could give to nobody. asyncio's own text repeats the error's, which may be private."""
    error = context.get("exception")
    named = f"{context['message']}: {describe(error)}" if error else context["message"]
    logging.getLogger("asyncio").error(named, exc_info=error)


def _report_first(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    report_held_back()
    return event


def _frames(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    """Name the places an exception passed; its message and the frames' variables may hold personal data."""
    return places_of(exc_info[1])


def _replace_trace(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """A logger is given `trace=delivery.trace`; the line carries the trace id people search for."""
    if "trace" in event:
        event["trace_id"] = trace_id_of(event.pop("trace"))
    return event
