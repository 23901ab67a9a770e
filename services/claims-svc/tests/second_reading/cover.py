"""Whether one kind of water is covered: `rules.csv` read row by row, with yes, no and unknown.

Written from domain.md section 1 and not from the product's rules. A row holds when all its conditions are met and what
stands under `unless` does not hold. An exclusion that holds denies. A row that refers, or an exclusion that may hold,
refers. Else a cover covers.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from second_reading.cases import NO, UNKNOWN, YES, LossCase, Measured, Said

from contracts.coverage import GroundCode, Outcome

COVERED, DENIED, REFERRED = Outcome.COVERED, Outcome.DENIED, Outcome.REFERRED
WATERS = ("direct rain", "indirect rain", "flood", "sewer", "groundwater", "storm", "other")
"""In the order in which they are named; a flood comes before the sewer it may have filled."""
FIRE = "fire after the flood"
"""Damage by fire or explosion that followed from a flood is judged apart from damage by its water."""
SAID_OF = {
    "direct rain": "rain fell in",
    "indirect rain": "rain left its course",
    "sewer": "sewer water",
    "groundwater": "groundwater",
    "flood": "flood",
    "storm": "storm",
    "other": "other cause",
}
"""The fact that tells of each water."""
TOLD_BY = {"sewer water": "toilet overflowed", "groundwater": "through the cellar wall", "flood": "sea water"}
"""The facts that tell of it just as well: whose toilet overflows has sewer water in the house."""
NO_RESIDENT_KNOWS = (
    "defence failed",
    "defence overtopped",
    "primary defence",
    "unembanked area",
    "government caused it",
    "sea water",
)
SOURCES = ("register", "handler")
"""Whose word on these may deny, and covers without a second look."""
DOUBTS = {
    "missing hours": GroundCode.RAINFALL_UNDETERMINED,
    "between whole hours": GroundCode.RAINFALL_UNDETERMINED,
    "stations differ": GroundCode.RAINFALL_UNDETERMINED,
    "no station": GroundCode.RAINFALL_UNDETERMINED,
    "rain after the loss": GroundCode.RAIN_AFTER_LOSS,
    "rain long before the loss": GroundCode.RAIN_LONG_BEFORE_LOSS,
    "interval of loss too long": GroundCode.LOSS_INTERVAL_TOO_LONG,
}
NAMED_FIRST = (
    GroundCode.FACT_MISSING,
    GroundCode.SOURCE_MISSING,
    GroundCode.RAINFALL_NOT_RECEIVED,
    *dict.fromkeys(DOUBTS.values()),
)
"""Of several doubts about one finding the first of these is named; domain.md does not say which."""
READ_OTHERWISE = GroundCode.PRIMARY_DEFENCE_OVERTOPPED_BY_PRECIPITATION
"""The half sentence of the source that can be read otherwise."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """`when`: all of these, each being one of several alternatives, each of them a condition and whether it is met."""

    water: str
    effect: str
    ground: GroundCode
    when: tuple[tuple[tuple[str, bool], ...], ...]
    unless: tuple[GroundCode, ...]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`causes` are the grounds that cover; `second_look` says that a handler looks before anything is paid."""

    outcome: Outcome
    ground: GroundCode
    causes: tuple[GroundCode, ...] = ()
    second_look: bool = False


class State(NamedTuple):
    """Whether something holds: yes, no or unknown, and what leaves it unknown."""

    value: str
    open_because: frozenset[GroundCode] = frozenset()


_YES, _NO = State(value=YES), State(value=NO)


def finding_on(water: str, case: LossCase) -> Finding:
    """Return what the rows of `water` say, and whether they still say so without what needs a second look."""
    found = _read(water, case, surely=False)
    if found.outcome is not COVERED:
        return found
    sure = _read(water, case, surely=True)
    return sure if sure.outcome is COVERED else replace(found, second_look=True)


def reported(case: LossCase) -> list[str]:
    """Return the kinds of water that somebody reports, be it with a doubt."""
    reports = ((water, told(SAID_OF[water], case.said)) for water in WATERS)
    return [water for water, said in reports if said is not None and said.value != NO]


def _read(water: str, case: LossCase, *, surely: bool) -> Finding:
    """Return the finding; `surely` leaves out what residents cannot know and the half sentence."""
    rows = [row for row in rules()[water] if not (surely and row.ground is READ_OTHERWISE)]
    states: dict[GroundCode, State] = {}
    for row in sorted(rows, key=lambda row: len(row.unless)):  # a write-back is read before what it writes back
        undone = _any(states[ground] for ground in row.unless if ground in states)
        met = (
            _any(_condition(name, case, row.effect, surely=surely, wanted=wanted) for name, wanted in each)
            for each in row.when
        )
        states[row.ground] = _all(chain([_not(undone)], met))

    def first(effect: str) -> GroundCode | None:
        return next((row.ground for row in rows if row.effect == effect and states[row.ground].value == YES), None)

    doubts = _reasons(states.values())
    excluded_perhaps = any(states[row.ground].value == UNKNOWN for row in rows if row.effect == "denies")
    causes = tuple(row.ground for row in rows if row.effect == "covers" and states[row.ground].value == YES)
    if denied := first("denies"):
        return Finding(outcome=DENIED, ground=denied)
    if referred := first("refers"):
        return Finding(outcome=REFERRED, ground=referred)
    if causes and not excluded_perhaps:
        return Finding(outcome=COVERED, ground=causes[0], causes=causes)
    return Finding(outcome=REFERRED, ground=next(ground for ground in NAMED_FIRST if ground in doubts))


def _condition(name: str, case: LossCase, effect: str, *, surely: bool, wanted: bool) -> State:
    state = _MEASURED[name](case) if name in _MEASURED else _fact(name, case, effect, surely=surely)
    return state if wanted else _not(state)


def _fact(name: str, case: LossCase, effect: str, *, surely: bool) -> State:
    if name == "covered flood":
        return _flood(case, surely=surely)
    said = told(name, case.said)
    if said is None or said.value == UNKNOWN:
        return State(value=UNKNOWN, open_because=frozenset({GroundCode.FACT_MISSING}))
    on_a_word_alone = name in NO_RESIDENT_KNOWS and said.by not in SOURCES
    if on_a_word_alone and (surely or (effect == "denies" and said.value == YES)):
        return State(value=UNKNOWN, open_because=frozenset({GroundCode.SOURCE_MISSING}))
    return State(value=said.value)


def told(name: str, said: Mapping[str, Said]) -> Said | None:
    """Return what is said of a fact, also by telling of what goes with it; who says both yes and no says nothing."""
    itself, other = said.get(name), said.get(TOLD_BY.get(name, ""))
    if other is None or other.value != YES or (itself is not None and itself.value == YES):
        return itself
    contradicted = itself is not None and itself.value == NO
    return Said(value=UNKNOWN if contradicted else YES, by=other.by)


def _flood(case: LossCase, *, surely: bool) -> State:
    if "flood" not in reported(case):
        return _NO
    flood = _read("flood", case, surely=surely)
    if flood.outcome is REFERRED:
        return State(value=UNKNOWN, open_because=frozenset({GroundCode.FACT_MISSING}))
    return _YES if flood.outcome is COVERED else _NO


def _failure(case: LossCase) -> State:
    told = any(name in case.said and case.said[name].value == YES for name in ("defence failed", "defence overtopped"))
    return _YES if told else _NO


def _heavy(read: Callable[[Measured], str | None]) -> Callable[[LossCase], State]:
    def state(case: LossCase) -> State:
        if case.measured is None:
            return State(value=UNKNOWN, open_because=frozenset({GroundCode.RAINFALL_NOT_RECEIVED}))
        answer = read(case.measured)
        if answer is None:
            return State(value=UNKNOWN, open_because=frozenset({GroundCode.RAINFALL_UNDETERMINED}))
        if answer in DOUBTS:
            return State(value=UNKNOWN, open_because=frozenset({DOUBTS[answer]}))
        return _YES if answer == "established" else _NO

    return state


def _last_day(case: LossCase) -> State:
    if case.measured is None:
        return State(value=UNKNOWN, open_because=frozenset({GroundCode.RAINFALL_NOT_RECEIVED}))
    if case.measured.last_day == UNKNOWN:
        return State(value=UNKNOWN, open_because=frozenset({GroundCode.RAINFALL_UNDETERMINED}))
    return State(value=case.measured.last_day)


_MEASURED: Mapping[str, Callable[[LossCase], State]] = {
    "heavy rain": _heavy(lambda measured: measured.surface),
    "heavy rain in the ground": _heavy(lambda measured: measured.ground),
    "rain in the last day": _last_day,
    "failure told of": _failure,
}


def _all(states: Iterable[State]) -> State:
    return _unless(NO, states, _YES)


def _any(states: Iterable[State]) -> State:
    return _unless(YES, states, _NO)


def _unless(decisive: str, states: Iterable[State], otherwise: State) -> State:
    """Return the first state that decides, else unknown with all that leaves it so, else `otherwise`."""
    unknown = []
    for state in states:
        if state.value == decisive:
            return state
        if state.value == UNKNOWN:
            unknown.append(state)
    return State(UNKNOWN, _reasons(unknown)) if unknown else otherwise


def _not(state: State) -> State:
    if state.value == UNKNOWN:
        return state
    return _NO if state.value == YES else _YES


def _reasons(states: Iterable[State]) -> frozenset[GroundCode]:
    return frozenset().union(*(state.open_because for state in states))


@cache
def rules() -> Mapping[str, Sequence[Row]]:
    """Return the rows of `rules.csv` by the water they are about, in their order."""
    with Path(__file__).with_name("rules.csv").open(newline="", encoding="utf-8") as lines:
        rows = [_row(**columns) for columns in csv.DictReader(lines)]
    return {water: [row for row in rows if row.water == water] for water in (*WATERS, FIRE)}


def _row(*, water: str, effect: str, ground: str, when: str, unless: str) -> Row:
    conditions = (each.split(" or ") for each in when.split("; "))
    return Row(
        water=water,
        effect=effect,
        ground=_ground(ground),
        when=tuple(
            tuple((name.removeprefix("not "), not name.startswith("not ")) for name in each) for each in conditions
        ),
        unless=tuple(_ground(name) for name in unless.split(" or ")) if unless else (),
    )


def _ground(words: str) -> GroundCode:
    return GroundCode(words.replace(" ", "_"))
