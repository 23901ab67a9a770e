"""How a statement is told once, or not at all, what many of its rows have in common.

An element of an array costs Python and PostgreSQL most of a microsecond together, a moment more than two.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from contracts.vocabulary import LossInterval


def distinct(rows: Iterable[tuple[object, ...]]) -> tuple[Sequence[Sequence[object]], Sequence[int]]:
    """Return the columns of the distinct `rows`, and the place of each row among them, from 1; there must be rows."""
    places: dict[tuple[object, ...], int] = {}
    place_of_each = [places.setdefault(row, len(places) + 1) for row in rows]
    return list(zip(*places, strict=True)), place_of_each


def unless_all_null(column: Sequence[object]) -> Sequence[object] | None:
    """Return `column`, or None where it holds nothing: beside other columns, `unnest` then gives nulls."""
    return column if any(value is not None for value in column) else None


def later_end(loss: LossInterval) -> datetime | None:
    """Return the end of a loss; None where it is told as one moment, as most are."""
    return None if loss.until_at == loss.from_at else loss.until_at
