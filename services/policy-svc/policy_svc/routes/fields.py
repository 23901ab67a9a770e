"""What several routes read."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

from fastapi import Path, Query
from pydantic import AfterValidator, BeforeValidator, Field

from chassis.http.field_errors import InvalidValueError
from chassis.http.values import Day, Moment
from policy_svc.domain.terms import EARLIEST, TOO_LATE

PDF: Final = "application/pdf"
POLICY_PATH: Final = "/customers/{relation_number}/policies/{policy_number}"


def _in_this_age(day: date | None) -> date | None:
    if day is not None and not EARLIEST <= day < TOO_LATE:
        raise InvalidValueError("must lie from 1900 to before 2200")
    return day


def _number(value: object) -> object:
    """Return what is no truth value: Python, and so pydantic, takes false for the zero of a Literal."""
    if isinstance(value, bool):
        raise InvalidValueError("must be a whole number")
    return value


Deductible: TypeAlias = Annotated[
    Literal[0, 25_000, 50_000, 100_000],
    BeforeValidator(_number),
    Field(description="What the customer bears of a loss: the higher, the lower the premium", examples=[50_000]),
]
PolicyNumberInPath: TypeAlias = Annotated[
    str, Path(pattern=r"^[0-9]{1,9}-[0-9]{3}-[0-9]{2}$", examples=["123456-531-04"])
]
PreviewIdInPath: TypeAlias = Annotated[UUID, Path(examples=["0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11"])]
DayQuery: TypeAlias = Annotated[
    Day | None,
    AfterValidator(_in_this_age),
    Query(description="A Dutch day from 1900 to before 2200; today when it is left out", examples=["2026-11-27"]),
]
KnownAtQuery: TypeAlias = Annotated[
    Moment | None,
    Query(description="Tell it as it was known at this moment; now when left out", examples=["2026-11-27T03:04:05Z"]),
]
