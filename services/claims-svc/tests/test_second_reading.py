"""Two readings of the same rules, written apart from each other, agree: the product and the second reading."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from second_reading import table
from second_reading.cases import BY_PEOPLE, LossCase
from second_reading.generated import cases, smallest
from second_reading.product import answer_of_product
from second_reading.reading import answer
from second_reading.table import TableRow

from contracts.coverage import GroundCode, Outcome

ROWS = table.read(Path(__file__).with_name("decision_table.csv"))
NEVER_DECIDES = {GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION}
"""What it covers is looked at before money is promised, on the ground of the second look."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)
def test_the_product_gives_the_answer_of_the_table(row: TableRow) -> None:
    assert answer_of_product(row.case) == row.answer, row.sentence


@pytest.mark.parametrize(
    ("seed", "count", "at_least"),
    [
        pytest.param(8, 5_000, 2, id="5000"),
        pytest.param(1953, 100_000, 50, id="100000", marks=[pytest.mark.slow, pytest.mark.timeout(1200)]),
    ],
)
def test_the_product_and_the_second_reading_agree_on_generated_cases(seed: int, count: int, at_least: int) -> None:
    decided: Counter[GroundCode] = Counter()
    ended: Counter[Outcome] = Counter()
    for case in cases(seed=seed, count=count):
        read = answer(case)
        if answer_of_product(case) != read:
            pytest.fail(_difference(smallest(case, differs=_differs)))
        decided[read.ground] += 1
        ended[read.outcome] += 1

    assert {ground for ground in GroundCode if decided[ground] < at_least} == NEVER_DECIDES | BY_PEOPLE
    assert min(ended[outcome] for outcome in Outcome if outcome is not Outcome.WITHDRAWN) > count / 10


def _differs(case: LossCase) -> bool:
    return answer_of_product(case) != answer(case)


def _difference(case: LossCase) -> str:
    return "\n".join(
        [
            "the product and the second reading differ on",
            table.words_of(case),
            f"second reading: {table.words_of_answer(answer(case))}",
            f"product: {table.words_of_answer(answer_of_product(case))}",
        ]
    )
