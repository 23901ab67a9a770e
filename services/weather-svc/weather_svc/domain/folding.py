"""Folds what publications say, in the order of publication, into what counts."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from weather_svc.domain.blocks import BLOCK_HOURS, NO_FIGURE, NOT_STATED, TRACE, Block, Grade, Published, Statement

_OPEN, _LOST, _TEN_MINUTE, _PROVISIONAL, _VALIDATED = (int(grade) for grade in Grade)


class LateChange(NamedTuple):
    """Another figure than the one that was published when KNMI had corrected the hour, and nobody forced it."""

    hour: int
    was: int
    becomes: int
    earlier: Published
    later: Published


def fold(statements: Iterable[tuple[Published, Statement]], *, first_hour: int) -> Block:
    """Return what counts of the block that begins with `first_hour`; `statements` are in the order of publication."""
    block = Block()
    for published, statement in statements:
        fold_in(block, statement, published=published, first_hour=first_hour)
    return block


def fold_in(block: Block, statement: Statement, *, published: Published, first_hour: int) -> list[LateChange]:
    """Let `block` say what counts after one publication more; return the figures that should not have changed."""
    if _repeats(block, statement):
        return []
    if not block.sources and min(statement.figures) >= TRACE:
        _begin(block, statement, published=published, first_hour=first_hour)
        return []
    return _fold_in_each_hour(block, statement, published=published, first_hour=first_hour)


def _fold_in_each_hour(
    block: Block, statement: Statement, *, published: Published, first_hour: int
) -> list[LateChange]:
    figures, grades, suspicions, places = block.figures, block.grades, block.suspicions, block.places
    late: list[LateChange] = []
    place = 0
    last_validated = published.validated_until - first_hour
    for offset, stated in enumerate(statement.figures):
        if stated == NOT_STATED:
            continue
        grade, was = grades[offset], figures[offset]
        if stated == NO_FIGURE:
            # Ten-minute figures are given up by KNMI long before its hours are.
            is_lost = offset <= last_validated and not published.is_ten_minute
            becomes = _LOST if is_lost else _OPEN
            if grade > becomes or (grade == becomes and was == NO_FIGURE):
                continue
        else:
            if published.is_ten_minute:
                becomes = _TEN_MINUTE
            else:
                becomes = _VALIDATED if offset <= last_validated else _PROVISIONAL
            # Whoever says a figure again, perhaps without its duration, does not take the contradiction back.
            kept = suspicions[offset] if was == stated and not published.is_forced else 0
            suspicion = statement.suspicions[offset] | kept
            if grade > becomes or (grade == becomes and was == stated and suspicions[offset] == suspicion):
                continue
            if grade == _VALIDATED and was != stated:
                earlier = block.sources[places[offset] - 1]
                if not (published.is_forced or earlier.is_forced):
                    late.append(LateChange(first_hour + offset, was, stated, earlier, published))
            suspicions[offset] = suspicion
        if not place:
            block.sources.append(published)
            place = len(block.sources)
        figures[offset], grades[offset], places[offset] = stated, becomes, place
    return late


# Most blocks of a decade file are whole, and most of a newer one say what the last one said: an hour at a time they
# would cost as much as reading the file.


def _repeats(block: Block, statement: Statement) -> bool:
    """Whether the statement says what counts already, and no grade can rise."""
    return (
        block.figures == statement.figures
        and block.suspicions == statement.suspicions
        and set(block.grades) <= {_LOST, _VALIDATED}
    )


def _begin(block: Block, statement: Statement, *, published: Published, first_hour: int) -> None:
    """Let an empty block say what a statement says that has a figure of every hour."""
    validated = min(max(published.validated_until - first_hour + 1, 0), BLOCK_HOURS)
    block.figures, block.suspicions = statement.figures[:], statement.suspicions[:]
    if published.is_ten_minute:
        block.grades = bytearray([_TEN_MINUTE]) * BLOCK_HOURS
    else:
        block.grades = bytearray([_VALIDATED]) * validated + bytearray([_PROVISIONAL]) * (BLOCK_HOURS - validated)
    block.places = array("H", [1]) * BLOCK_HOURS
    block.sources.append(published)


class Difference(NamedTuple):
    """Hours, by their place in the block, of which something else counts than before.

    An hour is confirmed when only its grade rose, and lost when KNMI gave it up.
    """

    new: list[int]
    corrected: list[int]
    confirmed: list[int]
    lost: list[int]

    @property
    def changes_answers(self) -> list[int]:
        """The hours that can change an answer: another grade alone cannot."""
        return sorted([*self.new, *self.corrected, *self.lost])


def difference(before: Block | None, after: Block) -> Difference:
    """Compare what counted before with what counts now."""
    found = Difference([], [], [], [])
    if before is None:
        if min(after.figures) >= TRACE:
            return found._replace(new=list(range(BLOCK_HOURS)))
        before = Block()
    elif (before.figures, before.grades, before.suspicions) == (after.figures, after.grades, after.suspicions):
        return found
    was = zip(before.figures, before.grades, before.suspicions, strict=True)
    becomes = zip(after.figures, after.grades, after.suspicions, strict=True)
    for offset, (old, new) in enumerate(zip(was, becomes, strict=True)):
        if old == new:
            continue
        if new[0] < TRACE:
            if new[1] == _LOST:
                found.lost.append(offset)
        elif old[0] < TRACE:
            found.new.append(offset)
        elif old[0] != new[0] or old[2] != new[2]:
            found.corrected.append(offset)
        else:
            found.confirmed.append(offset)
    return found


def superseded(statement: Statement, block: Block) -> Iterator[int]:
    """Yield the places of stated figures that do not count, because another one does."""
    if statement.figures == block.figures:
        return
    for offset, (stated, counting) in enumerate(zip(statement.figures, block.figures, strict=True)):
        if stated >= TRACE and stated != counting:
            yield offset
