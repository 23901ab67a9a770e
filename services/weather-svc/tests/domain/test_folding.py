from __future__ import annotations

from array import array
from datetime import UTC, datetime
from random import Random

from weather_svc.domain.blocks import BLOCK_HOURS, NOT_STATED, TRACE, Block, Published, Statement
from weather_svc.domain.folding import fold_in

FIRST_HOUR = 440 * BLOCK_HOURS
HALF = BLOCK_HOURS // 2
MOMENT = datetime(2021, 1, 1, tzinfo=UTC)


def test_a_whole_block_is_folded_in_like_its_halves() -> None:
    chance = Random(11)  # noqa: S311 - the same cases at every run
    for _ in range(60):
        whole, halves = Block(), Block()
        statement = some_statement(chance, least=chance.choice((TRACE, NOT_STATED)))
        for publication_id in range(1, 5):
            published = some_publication(chance, publication_id)
            late = fold_in(whole, statement, published=published, first_hour=FIRST_HOUR)
            late_of_halves = [
                change
                for half in halves_of(statement)
                for change in fold_in(halves, half, published=published, first_hour=FIRST_HOUR)
            ]
            assert late == late_of_halves
            assert counting(whole) == counting(halves)
            if chance.random() < 0.5:
                change_an_hour(statement, chance)


def some_statement(chance: Random, *, least: int) -> Statement:
    figures = array("h", [chance.randrange(least, 40) for _ in range(BLOCK_HOURS)])
    return Statement(figures, bytearray(figure > 0 and chance.random() < 0.01 for figure in figures))


def some_publication(chance: Random, publication_id: int) -> Published:
    return Published(
        published_at=MOMENT,
        publication_id=publication_id,
        validated_until=FIRST_HOUR + chance.choice((-1, 0, 300, 700, BLOCK_HOURS - 1, 5_000)),
        is_ten_minute=chance.random() < 0.2,
        is_forced=chance.random() < 0.2,
    )


def halves_of(statement: Statement) -> list[Statement]:
    nothing = array("h", [NOT_STATED]) * HALF
    return [
        Statement(statement.figures[:HALF] + nothing, statement.suspicions[:HALF] + bytearray(HALF)),
        Statement(nothing + statement.figures[HALF:], bytearray(HALF) + statement.suspicions[HALF:]),
    ]


def change_an_hour(statement: Statement, chance: Random) -> None:
    statement.figures[chance.randrange(BLOCK_HOURS)] = chance.randrange(40)


def counting(block: Block) -> list[tuple[int, int, int, Published | None]]:
    """Return what counts of every hour; where a publication is kept in the block does not matter."""
    sources = [None, *block.sources]
    return list(
        zip(block.figures, block.grades, block.suspicions, [sources[place] for place in block.places], strict=True)
    )
