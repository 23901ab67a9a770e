"""The decision table: cells that a claims lawyer reads, and the cases they mean. Other words are refused."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

from second_reading.cases import (
    EITHER,
    FLOOD,
    LOSS_ON,
    NO,
    RAIN,
    UNKNOWN,
    YES,
    Answer,
    Damage,
    History,
    Insured,
    LossCase,
    Measured,
    Others,
    Said,
)
from second_reading.cover import DOUBTS, WATERS

from contracts.coverage import GroundCode, Outcome

COLUMNS = (
    "number",
    "rule",
    "sentence",
    "facts",
    "damage",
    "rain",
    "policy",
    "other claims",
    "history",
    "outcome",
    "ground",
    "payable",
    "remarks",
)
FACTS = (
    "rain fell in",
    "rain left its course",
    "window open",
    "sewer water",
    "toilet overflowed",
    "groundwater",
    "through the cellar wall",
    "flood",
    "defence present",
    "defence failed",
    "defence overtopped",
    "primary defence",
    "fire followed",
    "sea water",
    "unembanked area",
    "government caused it",
    "storm",
    "other cause",
    "causes inseparable",
)
PEOPLE = ("customer", "register", "handler", "repair partner")
KINDS = ("buildings", "contents", "cleaning", "pumping")
COVERS = ("buildings", "contents")
NOT_INSURED = ("not insured", "changed during the loss", "unknown", "of an unknown product")
DEDUCTIBLES = ("0", "250", "500", "1000")
ESTABLISHED = ("established", "not established", *DOUBTS)
TRUTHS = (YES, NO, UNKNOWN)

Meaning = TypeVar("Meaning")

_FIRE = {"by fire": True, "not by fire": False}


class UnreadableCellError(Exception):
    """A cell does not say what a cell of its column can say."""


class UnreadableTableError(Exception):
    """A line of the table cannot be read; the message names line and column."""


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """One line: a rule in our own short words, a case and the answer it should have."""

    line: int
    number: str
    rule: str
    sentence: str
    case: LossCase
    answer: Answer
    remarks: str


def read(path: Path) -> list[TableRow]:
    """Return all rows of the table.

    Raises:
        UnreadableTableError: A cell, or the header, cannot be read.
    """
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.DictReader(lines)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise UnreadableTableError(f"line 1: the columns are {', '.join(COLUMNS)}")
        return [_row(columns, line=reader.line_num) for columns in reader]


def _row(columns: Mapping[str, str], *, line: int) -> TableRow:
    if len(columns) != len(COLUMNS) or None in columns.values():
        raise UnreadableTableError(f"line {line}: {len(COLUMNS)} columns are needed")

    def cell(column: str, meaning: Callable[[str], Meaning]) -> Meaning:
        try:
            return meaning(columns[column])
        except UnreadableCellError as error:
            raise UnreadableTableError(f"line {line}, column {column}: {error}") from error

    said = cell("facts", said_in)
    measured = cell("rain", measured_in)
    return TableRow(
        line=line,
        number=cell("number", _text),
        rule=cell("rule", _text),
        sentence=cell("sentence", _text),
        case=LossCase(
            said=said,
            damage=cell("damage", damage_in),
            measured=measured,
            insured=cell("policy", insured_in),
            others=cell("other claims", others_in),
            history=cell("history", history_in),
        ),
        answer=Answer(
            outcome=cell("outcome", _outcome),
            ground=cell("ground", ground_in),
            payable_cents=cell("payable", _payable),
        ),
        remarks=columns["remarks"],
    )


def said_in(words: str) -> dict[str, Said]:
    """Read `rain left its course: yes (customer); window open: no (customer)`; `-` is nothing said."""
    said: dict[str, Said] = {}
    for part in _parts(words):
        name, value, by = _matched(r"(.+): (.+) \((.+)\)", part)
        if name in said:
            raise UnreadableCellError(f"{name!r} is said twice")
        said[_one_of(name, FACTS)] = Said(value=_one_of(value, TRUTHS), by=_one_of(by, PEOPLE))
    return said


def words_of_said(said: Mapping[str, Said]) -> str:
    return _joined(f"{name}: {each.value} ({each.by})" for name, each in said.items())


def damage_in(words: str) -> tuple[Damage, ...]:
    """Read `buildings 1840.00 (customer); contents 500.00 from flood, by fire (handler)`."""
    return tuple(_damage(part) for part in _parts(words))


def _damage(words: str) -> Damage:
    kind, amount, _, cause, _, fire, by = _matched(r"(\w+) ([0-9.]+)( from ([a-z ]+))?(, (.+))? \((.+)\)", words)
    return Damage(
        kind=_one_of(kind, KINDS),
        cents=_cents(amount),
        cause=_one_of(cause, WATERS) if cause else None,
        by_fire=_FIRE[_one_of(fire, tuple(_FIRE))] if fire else None,
        by=_one_of(by, PEOPLE),
    )


def words_of_damage(damage: Iterable[Damage]) -> str:
    fires: dict[bool | None, str] = {by_fire: f", {words}" for words, by_fire in _FIRE.items()}
    causes: dict[str | None, str] = {cause: f" from {cause}" for cause in WATERS}
    return _joined(
        f"{each.kind} {euros(each.cents)}{causes.get(each.cause, '')}{fires.get(each.by_fire, '')} ({each.by})"
        for each in damage
    )


def measured_in(words: str) -> Measured | None:
    """Read `surface water: established; ground water: not established; last 24 hours: yes; cloudburst: no`.

    Ground water is measured where groundwater is reported. `no answer` is that weather-svc never answered.
    """
    if words == "no answer":
        return None
    measured: dict[str, str] = {}
    for part in _parts(words):
        name, answer = _matched(r"(.+): (.+)", part)
        measured[name] = answer
    if set(measured) - {"ground water"} != {"surface water", "last 24 hours", "cloudburst"}:
        raise UnreadableCellError("surface water, last 24 hours and cloudburst are needed, ground water may be named")
    return Measured(
        surface=_one_of(measured["surface water"], ESTABLISHED),
        ground=_one_of(measured["ground water"], ESTABLISHED) if "ground water" in measured else None,
        last_day=_one_of(measured["last 24 hours"], TRUTHS),
        cloudburst=_one_of(measured["cloudburst"], TRUTHS),
    )


def words_of_measured(measured: Measured | None) -> str:
    if measured is None:
        return "no answer"
    ground = "" if measured.ground is None else f"ground water: {measured.ground}; "
    return (
        f"surface water: {measured.surface}; {ground}"
        f"last 24 hours: {measured.last_day}; cloudburst: {measured.cloudburst}"
    )


def insured_in(words: str) -> Insured:
    """Read `buildings and contents; deductible 250`, or why it is not known what was insured."""
    if words in NOT_INSURED:
        return Insured(state=words, covers=())
    covers, deductible = _matched(r"(.+); deductible (.+)", words)
    return Insured(
        covers=tuple(_one_of(cover, COVERS) for cover in covers.split(" and ")),
        deductible_cents=100 * int(_one_of(deductible, DEDUCTIBLES)),
    )


def words_of_insured(insured: Insured) -> str:
    if insured.state != "insured":
        return insured.state
    return f"{' and '.join(insured.covers)}; deductible {insured.deductible_cents // 100}"


def others_in(words: str) -> dict[str, Others]:
    """Read `rain: covered 3000.00, heavy 3000.00, bore 250.00, estimated 0.00; either: covered 500.00`; `-` is none."""
    others: dict[str, Others] = {}
    for part in _parts(words):
        if part.startswith("either: "):
            others[EITHER] = Others(covered_cents=_cents(part.removeprefix("either: covered ")))
            continue
        family, covered, heavy, bore, estimated = _matched(
            r"(.+): covered (.+), heavy (.+), bore (.+), estimated (.+)", part
        )
        others[_one_of(family, (RAIN, FLOOD))] = Others(
            covered_cents=_cents(covered),
            heavy_cents=_cents(heavy),
            bore_cents=_cents(bore),
            estimated_cents=_cents(estimated),
        )
    return others


def words_of_others(others: Mapping[str, Others]) -> str:
    return _joined(
        f"{family}: covered {euros(each.covered_cents)}"
        if family == EITHER
        else f"{family}: covered {euros(each.covered_cents)}, heavy {euros(each.heavy_cents)},"
        f" bore {euros(each.bore_cents)}, estimated {euros(each.estimated_cents)}"
        for family, each in others.items()
    )


def history_in(words: str) -> History:
    """Read `reported 2024-07-16; possible duplicate; first said window open: yes; decided before 0.00`."""
    history: dict[str, object] = {}
    first_said: dict[str, Said] = {}
    for part in _parts(words):
        if part in _HAPPENED:
            history[_HAPPENED[part]] = True
        elif part.startswith("reported "):
            history["reported_on"] = _day(part.removeprefix("reported "))
        elif part.startswith("decided before "):
            history["decided_before_cents"] = _cents(part.removeprefix("decided before "))
        else:
            name, value = _matched(r"first said (.+): (.+)", part)
            first_said[_one_of(name, FACTS)] = Said(value=_one_of(value, TRUTHS))
    return History(first_said=first_said, **history)  # type: ignore[arg-type]  # named above, each with its type


_HAPPENED = {
    "possible duplicate": "possible_duplicate",
    "reporters differ": "reporters_differ",
    "first gave another moment": "other_moment",
}


def words_of_history(history: History) -> str:
    parts = [] if history.reported_on == LOSS_ON else [f"reported {history.reported_on}"]
    parts += [words for words, name in _HAPPENED.items() if getattr(history, name)]
    parts += [f"first said {name}: {said.value}" for name, said in history.first_said.items()]
    parts += [f"decided before {euros(history.decided_before_cents)}"] if history.decided_before_cents else []
    return _joined(parts)


def ground_in(words: str) -> GroundCode:
    return GroundCode(_one_of(words, [words_of_ground(ground) for ground in GroundCode]).replace(" ", "_"))


def words_of_ground(ground: GroundCode) -> str:
    return ground.value.replace("_", " ")


def words_of(case: LossCase) -> str:
    """Return a case in the words of the table, a column a line."""
    cells = {
        "facts": words_of_said(case.said),
        "damage": words_of_damage(case.damage),
        "rain": words_of_measured(case.measured),
        "policy": words_of_insured(case.insured),
        "other claims": words_of_others(case.others),
        "history": words_of_history(case.history),
    }
    return "\n".join(f"{column}: {words}" for column, words in cells.items())


def words_of_answer(answer: Answer) -> str:
    payable = "-" if answer.payable_cents is None else euros(answer.payable_cents)
    return f"{answer.outcome.value}, {words_of_ground(answer.ground)}, payable {payable}"


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _outcome(words: str) -> Outcome:
    return Outcome(_one_of(words, [outcome.value for outcome in Outcome]))


def _payable(words: str) -> int | None:
    return None if words == "-" else _cents(words)


def _cents(words: str) -> int:
    whole, cents = _matched(r"(0|[1-9][0-9]*)\.([0-9]{2})", words)
    return 100 * int(whole) + int(cents)


def _day(words: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError as error:
        raise UnreadableCellError(f"{words!r} is not a day") from error


def _text(words: str) -> str:
    if not words.strip():
        raise UnreadableCellError("it is empty")
    return words


def _one_of(word: str, words: Iterable[str]) -> str:
    if word not in words:
        raise UnreadableCellError(f"{word!r} is not one of: {', '.join(words)}")
    return word


def _matched(pattern: str, words: str) -> tuple[str, ...]:
    match = re.fullmatch(pattern, words)
    if match is None:
        raise UnreadableCellError(f"{words!r} cannot be read")
    return match.groups()


def _parts(words: str) -> list[str]:
    return [] if words == "-" else words.split("; ")


def _joined(parts: Iterable[str]) -> str:
    return "; ".join(parts) or "-"
