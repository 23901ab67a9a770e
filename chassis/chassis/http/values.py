"""Types for what callers write: models, money in whole cents, days and moments as RFC 3339 has them.

What pydantic takes besides, such as a number as text, or seconds since 1970 as a day, is refused: it is a mistake of
the caller's more often than it is meant.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Annotated, Final, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, Strict

from chassis.http.field_errors import InvalidValueError
from contracts.malformed_reasons import SENTENCES

MOST_CENTS = 10**11
"""A billion euros, as in the events."""
_EARLIEST, _TOO_LATE = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""As in the events: the limits keep every reader's arithmetic and database within their own."""
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def _day(value: object) -> object:
    """Read what is written. Behind a validator of ours pydantic no longer knows JSON, and strictly takes no text."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    elif isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise InvalidValueError(SENTENCES["date_type"])


def _moment(value: object) -> object:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        with suppress(ValueError):
            value = datetime.fromisoformat(value.upper())
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise InvalidValueError(SENTENCES["datetime_type"])
    if not _EARLIEST <= value < _TOO_LATE:
        raise InvalidValueError("must lie from 1900 to before 2200")
    return value


class ExactModel(BaseModel):
    """What is sent or answered, with the fields it declares and no others: a field that nobody knows is a mistake."""

    model_config = ConfigDict(extra="forbid")


Cents: TypeAlias = Annotated[int, Strict(), Field(ge=0, le=MOST_CENTS, examples=[159_000])]
"""An amount of money in euro cents, as a JSON number without fraction."""
SignedCents: TypeAlias = Annotated[int, Strict(), Field(ge=-MOST_CENTS, le=MOST_CENTS, examples=[-2_500])]
Day: TypeAlias = Annotated[date, BeforeValidator(_day), Field(examples=["2026-11-27"])]
"""RFC 3339 full-date."""
Moment: TypeAlias = Annotated[
    datetime,
    BeforeValidator(_moment),
    Field(description="From 1900 to before 2200", examples=["2026-11-27T03:04:05Z"]),
]
"""RFC 3339 date-time, whose offset from UTC is part of it. In the first and the last year it may have no UTC value."""
RelationNumber: TypeAlias = Annotated[
    str, Field(pattern=r"^[0-9]{1,9}$", description="A customer's relation number", examples=["123456"])
]
