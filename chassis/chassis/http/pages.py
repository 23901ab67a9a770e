"""Long lists are read page by page: from a position in their order, never by counting from the beginning."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Annotated, Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request

from chassis.errors import HandlerBrokenError
from chassis.http.problems import Problem, ProblemType

T = TypeVar("T")
F = TypeVar("F")
P = TypeVar("P", bound=tuple[Any, ...])

CURSOR_INVALID = ProblemType(
    name="cursor-invalid",
    status=400,
    title="This cursor does not belong to this list",
    remedy="Send next_cursor of the page before, unchanged, to the same address with the same filters, "
    "or no cursor for the first page.",
)
PROBLEMS: Final = (CURSOR_INVALID,)
LARGEST_PAGE: Final = 100
_LONGEST_CURSOR = 1_000
_LISTING_BYTES = 8


class Page(BaseModel, Generic[T]):
    """A part of a list, in its order."""

    model_config = ConfigDict(frozen=True)

    items: Sequence[T] = Field(max_length=LARGEST_PAGE)
    next_cursor: str | None = Field(
        description="What to send as `cursor` for the next page; null on the last one.", examples=[None]
    )


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of which list is asked for."""

    limit: int
    cursor: str | None
    listing: bytes

    @property
    def rows(self) -> int:
        """How many rows to look for: one more than the page shows tells whether there is another page."""
        return self.limit + 1

    def after(self, position_type: type[P]) -> P | None:
        """Return the position of the last row that was seen, None for the first page.

        `position_type` is a tuple of what rows are ordered by: texts, moments, days, UUIDs and numbers of 64 bits. They
        are what the caller sent, and nothing but positions: whose rows these are must be a condition of its own.

        Raises:
            Problem: CURSOR_INVALID (400).
        """
        if self.cursor is None:
            return None
        try:
            position: P = msgspec.json.decode(self._content(self.cursor), type=position_type)
        except ValueError:  # of base64, of msgspec, and of what is not ASCII
            raise Problem(CURSOR_INVALID) from None
        if not all(map(_can_be_asked_for, position)) or self._cursor_of(position) != self.cursor:
            raise Problem(CURSOR_INVALID)
        return position

    def answer(
        self, found: Sequence[F], *, view: Callable[[F], T], position: Callable[[F], tuple[Any, ...]]
    ) -> Page[T]:
        """Return the page of what was found when looking for `rows` rows; `position` is what `after` returns later."""
        shown = found[: self.limit]
        if len(found) == len(shown):
            return Page(items=[view(one) for one in shown], next_cursor=None)
        last = position(shown[-1])
        if not all(map(_can_be_asked_for, last)):
            raise HandlerBrokenError("a position in a list is made of texts, moments in UTC, days, UUIDs and numbers")
        return Page(items=[view(one) for one in shown], next_cursor=self._cursor_of(last))

    def _content(self, cursor: str) -> bytes:
        decoded = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return decoded.removeprefix(self.listing)

    def _cursor_of(self, position: tuple[Any, ...]) -> str:
        return urlsafe_b64encode(self.listing + msgspec.json.encode(position)).rstrip(b"=").decode()


def _can_be_asked_for(value: object) -> bool:
    """Whether PostgreSQL can compare something with it: a cursor that was made up must not be a failure of ours."""
    match value:
        case str():
            return "\0" not in value
        case datetime():  # a day as well, for Python
            return value.tzinfo is UTC
        case bool():
            return False
        case int():
            return -(2**63) <= value < 2**63
        case _:
            return isinstance(value, date | UUID)


async def _page_request(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="How many items to show at most.")] = 50,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.")] = None,
) -> PageRequest:
    if cursor is not None and len(cursor) > _LONGEST_CURSOR:
        raise Problem(CURSOR_INVALID)
    filters = sorted(
        (name, value) for name, value in request.query_params.multi_items() if name not in {"limit", "cursor"}
    )
    listing = sha256(msgspec.json.encode([request.scope["path"], filters])).digest()[:_LISTING_BYTES]
    return PageRequest(limit, cursor, listing)


PageQuery: TypeAlias = Annotated[PageRequest, Depends(_page_request)]
"""The parameter of a handler that lists something."""
