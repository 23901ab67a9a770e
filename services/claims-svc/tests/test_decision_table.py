"""The decision table and its second reading agree; the table speaks of every rule."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from second_reading import table
from second_reading.cases import BY_PEOPLE
from second_reading.reading import answer
from second_reading.table import TableRow, UnreadableTableError

from contracts.coverage import GroundCode

TABLE = Path(__file__).with_name("decision_table.csv")
ROWS = table.read(TABLE)

every_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.number)


def test_every_row_has_a_number_of_its_own() -> None:
    assert len({row.number for row in ROWS}) == len(ROWS) >= 300


def test_every_ground_decides_a_row_but_the_one_that_always_needs_a_second_look() -> None:
    decided = {row.answer.ground for row in ROWS}

    assert set(GroundCode) - decided - BY_PEOPLE == {GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION}


@every_row
def test_the_second_reading_gives_the_answer_of_the_table(row: TableRow) -> None:
    assert answer(row.case) == row.answer, row.sentence


@every_row
def test_a_case_can_be_said_in_the_words_of_the_table(row: TableRow) -> None:
    case = row.case
    assert table.said_in(table.words_of_said(case.said)) == case.said
    assert table.damage_in(table.words_of_damage(case.damage)) == case.damage
    assert table.measured_in(table.words_of_measured(case.measured)) == case.measured
    assert table.insured_in(table.words_of_insured(case.insured)) == case.insured
    assert table.others_in(table.words_of_others(case.others)) == case.others
    assert table.history_in(table.words_of_history(case.history)) == case.history


@pytest.mark.parametrize(
    ("column", "words", "complaint"),
    [
        ("facts", "window ajar: yes (customer)", "'window ajar' is not one of: rain fell in"),
        ("facts", "window open: yes", "'window open: yes' cannot be read"),
        ("facts", "window open: yes (customer); window open: no (handler)", "'window open' is said twice"),
        ("damage", "buildings 1840 (customer)", "'1840' cannot be read"),
        ("damage", "buildings 1840.00 from the roof (customer)", "'the roof' is not one of: direct rain"),
        ("rain", "surface water: established", "surface water, last 24 hours and cloudburst are needed"),
        ("policy", "buildings; deductible 300", "'300' is not one of: 0, 250, 500, 1000"),
        ("other claims", "rain: covered 10.00", "'rain: covered 10.00' cannot be read"),
        ("history", "reported 2024-02-30", "'2024-02-30' is not a day"),
        ("outcome", "paid", "'paid' is not one of: covered, denied, referred"),
        ("ground", "heavy rain", "'heavy rain' is not one of: direct precipitation"),
        ("payable", "0", "'0' cannot be read"),
        ("sentence", " ", "it is empty"),
    ],
)
def test_a_cell_that_is_no_word_of_the_table_is_named_by_line_and_column(
    tmp_path: Path, column: str, words: str, complaint: str
) -> None:
    broken = tmp_path / "table.csv"
    with TABLE.open(newline="", encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))[:2]
    rows[1][column] = words
    with broken.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, table.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)

    with pytest.raises(UnreadableTableError) as refused:
        table.read(broken)

    assert str(refused.value).startswith(f"line 3, column {column}: {complaint}")
