"""Cases by the hundred thousand, the same for the same seed, and the smallest of those that two readings differ on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from random import Random
from typing import TypeVar

from second_reading.cases import (
    EITHER,
    FLOOD,
    LOSS_ON,
    NO,
    RAIN,
    UNKNOWN,
    YES,
    Damage,
    History,
    Insured,
    LossCase,
    Measured,
    Others,
    Said,
)
from second_reading.cover import DOUBTS, NO_RESIDENT_KNOWS, WATERS
from second_reading.money import event_bears

TOLD = {
    "direct rain": ("rain fell in", "window open"),
    "indirect rain": ("rain left its course", "window open"),
    "sewer": ("sewer water", "toilet overflowed"),
    "groundwater": ("groundwater", "through the cellar wall"),
    "flood": ("flood", "defence present", *NO_RESIDENT_KNOWS),
    "storm": ("storm",),
    "other": ("other cause",),
}
"""What a report that tells of a water may say of it; the first fact tells of it."""
YES_SHARES = {
    **{name: 0.97 for name, *_ in TOLD.values()},
    **dict.fromkeys(("window open", "sea water", "unembanked area", "government caused it"), 0.07),
    "defence present": 0.93,
}
"""How often the answer is yes; of other facts every second time."""
SHARES = {"flood": 0.25, "storm": 0.04, "other": 0.04}
COVERS = (("buildings",), ("contents",), ("buildings", "contents"))
DEDUCTIBLES = (0, 250_00, 500_00, 1_000_00)
ROUND_CENTS = (0, 1, 100_00, 249_99, 250_00, 250_01, 500_00, 999_99, 1_000_01, 2_499_99, 2_500_00, 2_500_01)
Part = TypeVar("Part")
LATE, IN_TIME = date(2024, 7, 16), date(2024, 7, 15)


def cases(*, seed: int, count: int) -> Iterator[LossCase]:
    """Yield `count` cases; most of them are such that a claim can be decided, so that every rule is reached."""
    random = Random(seed)  # noqa: S311  # repeatable, not secret
    for _ in range(count):
        yield _case(random)


def _case(random: Random) -> LossCase:
    waters = random.sample(WATERS[:5], random.choices((1, 2, 3), (6, 3, 1))[0])
    # A flood has most rules and most facts, all of which must be right for most of them.
    waters += [water for water in ("flood", *WATERS[5:]) if water not in waters and _happens(random, SHARES[water])]
    said = {name: fact for water in waters for name, fact in _told_of(water, random).items()}
    if "flood" in waters and _happens(random, 0.3):
        said["fire followed"] = _said(random, yes=0.7, known=0.85)
    if _happens(random, 0.04):
        said["causes inseparable"] = _said(random, yes=0.3, known=0.7)
    if _happens(random, 0.01):
        said = {}
    insured = _insured(random)
    how_many = random.choices((0, 1, 2, 3, 4), (1, 60, 30, 10, 10))[0]
    damage = tuple(_damage(random, waters, said) for _ in range(how_many))
    told_of = {*said, *(item.cause for item in damage)}
    return LossCase(
        said=said,
        damage=damage,
        measured=_measured(random, ground_asked=bool({"groundwater", "through the cellar wall"} & told_of)),
        insured=insured,
        others=_others(random, insured),
        history=_history(random, said),
    )


def _happens(random: Random, share: float) -> bool:
    return random.random() < share


def _told_of(water: str, random: Random) -> Mapping[str, Said]:
    """Return what is said of a water, four times in five by somebody who knows all about it."""
    well_known = _happens(random, 0.8)
    known, expert = (0.995, 1.0) if well_known else (0.9, 0.6)
    said = {}
    for name in TOLD[water]:
        if _happens(random, known):
            asks_an_expert = expert if name in NO_RESIDENT_KNOWS else 0.1
            said[name] = _said(random, yes=YES_SHARES.get(name, 0.5), known=known, expert=asks_an_expert)
    return said


def _said(random: Random, *, yes: float, known: float, expert: float = 0.1) -> Said:
    value = (YES if _happens(random, yes) else NO) if _happens(random, known) else UNKNOWN
    expert_by = random.choices(("register", "handler", "repair partner"), (6, 3, 1))[0]
    return Said(value=value, by=expert_by if _happens(random, expert) else "customer")


def _damage(random: Random, waters: list[str], said: Mapping[str, Said]) -> Damage:
    named = random.choice(waters) if _happens(random, 0.5) else None
    kind = random.choices(("buildings", "contents", "cleaning", "pumping"), (5, 2, 1, 2))[0]
    by_fire = random.choice((True, True, False, None)) if "fire followed" in said and kind != "pumping" else None
    return Damage(
        kind=kind,
        cents=random.choice(ROUND_CENTS) if _happens(random, 0.5) else random.randrange(400_000),
        cause=random.choice(WATERS) if _happens(random, 0.02) else named,
        by_fire=by_fire if named in {None, "flood"} else None,
        by=random.choices(("customer", "handler", "repair partner"), (8, 1, 1))[0],
    )


def _measured(random: Random, *, ground_asked: bool) -> Measured | None:
    if _happens(random, 0.03):
        return None
    return Measured(
        surface=_established(random),
        ground=_established(random) if ground_asked else None,
        last_day=random.choices((YES, NO, UNKNOWN), (8, 1, 1))[0],
        cloudburst=random.choices((YES, NO, UNKNOWN), (2, 6, 1))[0],
    )


def _established(random: Random) -> str:
    return random.choice(tuple(DOUBTS)) if _happens(random, 0.15) else random.choice(("established", "not established"))


def _insured(random: Random) -> Insured:
    if _happens(random, 0.05):
        states = ("not insured", "changed during the loss", "unknown", "of an unknown product")
        return Insured(state=random.choice(states), covers=())
    return Insured(covers=random.choices(COVERS, (3, 1, 4))[0], deductible_cents=random.choice(DEDUCTIBLES))


def _others(random: Random, insured: Insured) -> Mapping[str, Others]:
    """Return what other claims had of the events; now and then they bore too much or too little of them."""
    others = {family: _damage_of_others(random) for family in (RAIN, FLOOD) if _happens(random, 0.25)}
    if _happens(random, 0.05):
        others[EITHER] = Others(covered_cents=random.choice((100_00, random.randrange(200_000))))
    bore = min(
        (_bore(others, insured, counted_in) for counted_in in (RAIN, FLOOD)), key=lambda bore: sum(bore.values())
    )
    if EITHER in others:
        others = {RAIN: Others(), FLOOD: Others()} | others
    halves = random.choices((2, 4, 1), (8, 1, 1))[0]
    bore = {family: min(halves * cents // 2, _covered_by(others, family)) for family, cents in bore.items()}
    return {
        family: each if family == EITHER else replace(each, bore_cents=bore[family]) for family, each in others.items()
    }


def _covered_by(others: Mapping[str, Others], family: str) -> int:
    return sum(others[name].covered_cents for name in (family, EITHER) if name in others)


def _damage_of_others(random: Random) -> Others:
    covered = random.choice((0, 100_00, 300_00, random.randrange(500_000)))
    return Others(
        covered_cents=covered,
        heavy_cents=random.choice((0, covered, random.randint(0, covered))),
        estimated_cents=random.choice((0, covered, 1_500_00, 2_600_00)),
    )


def _bore(others: Mapping[str, Others], insured: Insured, counted_in: str) -> dict[str, int]:
    """Return what each event bears when damage of either family is counted in one of them."""
    return {
        family: event_bears(
            chosen_cents=insured.deductible_cents,
            damage_cents=_covered_by(others if family == counted_in else _without(others, EITHER), family),
            heavy_cents=others[family].heavy_cents if family in others else 0,
        )
        for family in (RAIN, FLOOD)
    }


def _history(random: Random, said: Mapping[str, Said]) -> History:
    turned: dict[str, Said] = {}
    for name, now in said.items():
        if now.by == "customer" and now.value != UNKNOWN and _happens(random, 0.04):
            turned[name] = Said(value=NO if now.value == YES else YES)
    moved = _happens(random, 0.04)
    return History(
        reported_on=random.choices((LOSS_ON, IN_TIME, LATE), (95, 3, 2))[0],
        possible_duplicate=_happens(random, 0.02),
        reporters_differ=_happens(random, 0.02),
        first_said=turned,
        other_moment=moved,
        decided_before_cents=random.choice((0, 0, 100_00, 5_000_00)) if moved or turned else 0,
    )


def smallest(case: LossCase, *, differs: Callable[[LossCase], bool]) -> LossCase:
    """Return the smallest case within `case` that two readings still differ on: one part after another is left out."""
    while smaller := next((each for each in _smaller(case) if differs(each)), None):
        case = smaller
    return case


def _smaller(case: LossCase) -> Iterator[LossCase]:
    yield from _without_surroundings(case)
    for name in case.said:
        yield replace(case, said=_without(case.said, name))
    for name in case.history.first_said:
        yield replace(case, history=replace(case.history, first_said=_without(case.history.first_said, name)))
    for family in case.others:
        yield replace(case, others=_without(case.others, family))
    for place, item in enumerate(case.damage):
        before, after = case.damage[:place], case.damage[place + 1 :]
        if before or after:
            yield replace(case, damage=before + after)
        if item.by != "customer":
            yield replace(case, damage=(*before, replace(item, by="customer"), *after))
        if item.cause is not None:
            yield replace(case, damage=(*before, replace(item, cause=None), *after))


def _without_surroundings(case: LossCase) -> Iterator[LossCase]:
    if case.history != History():
        yield replace(case, history=History())
    if case.insured != (all_covers := Insured(covers=("buildings", "contents"))):
        yield replace(case, insured=all_covers)
    if case.measured is not None and case.measured != (dry := Measured(ground=case.measured.ground)):
        yield replace(case, measured=dry)


def _without(parts: Mapping[str, Part], name: str) -> dict[str, Part]:
    return {other: part for other, part in parts.items() if other != name}
