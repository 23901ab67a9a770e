"""The port to whoever publishes rain: asked for a period of the whole network, a source answers with publications.

What goes wrong is part of its answer, as a value: nothing that KNMI sends, or does not send, ends the service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from weather_svc.domain.hours import HourSpan
from weather_svc.domain.publication import Publication


class Problem(StrEnum):
    """The kind of what went wrong."""

    BUDGET = "budget"
    """We have asked enough this hour: nothing was sent."""
    QUOTA = "quota"
    """KNMI says that we have asked enough."""
    KEY = "key"
    """KNMI does not accept the key."""
    NOT_FOUND = "not_found"
    """There is no such file; or one of the stations asked for is closed, and KNMI refuses all of them."""
    TOO_MUCH_DATA = "too_much_data"
    UNREACHABLE = "unreachable"
    """No answer, not in time, not to its end, or an error of the server."""
    UNREADABLE = "unreadable"
    ERROR_BODY = "error_body"
    """An error where figures should be, with a status of success or one that we do not know."""
    LATE_CHANGE = "late_change"
    """It would change hours that KNMI does not correct any more: an operator decides."""


class Failure(NamedTuple):
    """What went wrong. `reason` is a sentence without a key and without words of the server's."""

    problem: Problem
    reason: str


class Validators(NamedTuple):
    """What a server said of a file, to be repeated when it is asked whether the file has changed."""

    etag: str | None = None
    last_modified: str | None = None


NOTHING_KNOWN = Validators()


@dataclass(frozen=True, kw_only=True)
class Question:
    """Hours of stations: their numbers in KNMI's automatic network, each with its WIGOS id.

    `known` is of the file that was recorded last.
    """

    stations: Mapping[int, str]
    hours: HourSpan
    known: Validators = NOTHING_KNOWN


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a question: all of it, a part beside a failure, or nothing.

    `closed` are stations that the source does not know, although the register has them.
    """

    publications: Sequence[Publication] = ()
    closed: frozenset[int] = frozenset()
    failure: Failure | None = None
    validators: Validators = NOTHING_KNOWN

    def __add__(self, other: Outcome) -> Outcome:
        """Join the outcomes of two parts of a question; the first failure stands for both."""
        return Outcome(
            publications=[*self.publications, *other.publications],
            closed=self.closed | other.closed,
            failure=self.failure or other.failure,
        )


class Source(Protocol):
    """Somebody who publishes hours of rain."""

    @property
    def name(self) -> str: ...

    async def ask(self, question: Question) -> Outcome: ...
