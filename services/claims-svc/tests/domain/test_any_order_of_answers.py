"""Whatever a report leaves out, and in whatever order that is asked and told, the decision is that of the whole report.

A story is what the customer knows. The report tells a part of it; the rest is told when it is asked for, and only then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from random import Random
from typing import NamedTuple
from uuid import UUID

import pytest
from domain.loss_cases import (
    DENIES_REGISTER,
    LOSS_AT,
    NO,
    PRIMARY_FLOOD,
    REGIONAL_FLOOD,
    SAYS_REGISTER,
    UNSURE,
    YES,
    case,
    policy,
    report,
)
from domain.random_cases import RAINS
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from claims_svc.domain.answering import Answer, AnswerKind, kind_of, supplement_of
from claims_svc.domain.basis import Basis
from claims_svc.domain.facts import ROUTE_FACTS
from claims_svc.domain.needs import possible_rains
from claims_svc.domain.questions import questions_to_reporter
from claims_svc.domain.rain import Rain, rain_of
from claims_svc.domain.supplement import completed
from claims_svc.domain.verdict import decide_given
from contracts.coverage import Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import Cover, Fact, Truth, WaterRoute
from contracts.weather import RainfallAssessed

ENTRIES = {route: entry for route, entry, _ in ROUTE_FACTS}
FIRE = "fire_or_explosion_followed"
DETAILS = {
    WaterRoute.INDIRECT_PRECIPITATION: "came_through_open_window_or_door",
    WaterRoute.SEWER_BACKFLOW: "toilet_overflowed",
    WaterRoute.GROUNDWATER: "came_through_cellar_wall",
    WaterRoute.FLOOD: FIRE,
}
SOURCED = [name for name in LossFacts.__struct_fields__ if name.startswith(("flood_defence", "sea", "home", "gov"))]
SUPPLEMENT = UUID(int=1)


class Story(NamedTuple):
    """What happened, as the customer knows it. `known` is what a register knows, from the beginning."""

    waters: tuple[WaterRoute, ...]
    details: dict[str, Fact]
    known: LossFacts
    damage: tuple[DamageItem, ...]
    rain: RainfallAssessed | None
    covers: tuple[Cover, ...] = (Cover.BUILDINGS,)

    @property
    def facts(self) -> LossFacts:
        return replace(self.known, **{ENTRIES[route]: YES for route in self.waters}, **self.details)

    def basis(self, facts: LossFacts, damage: Sequence[DamageItem]) -> Basis:
        told = report(facts, damage=damage)
        covers = policy(covers=self.covers)
        return replace(case(report=told, rain=self.rain, policy=covers), rain_wait_over=False).basis

    def answer(self, code: str, *, in_detail: bool) -> Answer:
        """Return the customer's answer; `in_detail`: who tells damage tells at once by which water it was done."""
        match kind_of(code):
            case AnswerKind.ROUTES:
                return Answer(code, routes=self.waters)
            case AnswerKind.DAMAGE:
                return Answer(code, damage=self.damage if in_detail else tuple(map(_bare, self.damage)))
            case AnswerKind.ROUTE:
                route = self.damage[int(code.split(".")[1])].route
                return Answer(code, routes=() if route is None else (route,))
            case AnswerKind.TRUTH:
                return Answer(code, self._truth_of(code))

    def _truth_of(self, code: str) -> Truth:
        if code.startswith("damage."):
            return _truth(self.damage[int(code.split(".")[1])].by_fire_or_explosion)
        name = code.removeprefix("facts.")
        if name in ENTRIES.values():
            return _truth(getattr(self.facts, name) is not None)
        told = self.details.get(name)
        return Truth.UNKNOWN if told is None else told.value


def _truth(value: bool | None) -> Truth:  # noqa: FBT001 - what is told
    return {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}[value]


def _bare(one: DamageItem) -> DamageItem:
    return replace(one, route=None, by_fire_or_explosion=None)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    waters = tuple(draw(st.lists(st.sampled_from(WaterRoute), min_size=1, max_size=3, unique=True)))
    details = {DETAILS[each]: draw(st.sampled_from([YES, NO, UNSURE])) for each in waters if each in DETAILS}
    known = LossFacts()
    if WaterRoute.FLOOD in waters:
        floods = [LossFacts(), REGIONAL_FLOOD, PRIMARY_FLOOD, replace(REGIONAL_FLOOD, sea_water_involved=SAYS_REGISTER)]
        known = replace(draw(st.sampled_from(floods)), flood_water_entered=None, sea_water_involved=None)
        known = replace(known, home_in_unembanked_area=draw(st.sampled_from([None, SAYS_REGISTER, DENIES_REGISTER])))
    fire = st.sampled_from([None, True, False]) if details.get(DETAILS[WaterRoute.FLOOD]) is YES else st.none()
    one = st.builds(
        DamageItem,
        kind=st.sampled_from(DamageKind),
        amount_cents=st.integers(1, 400_000),
        route=st.sampled_from([None, *waters]),
        by_fire_or_explosion=fire,
    )
    damage = tuple(
        replace(each, by_fire_or_explosion=None) if each.route not in {None, WaterRoute.FLOOD} else each
        for each in draw(st.lists(one, min_size=1, max_size=3))
    )
    covers = draw(st.sampled_from([(Cover.BUILDINGS,), (Cover.CONTENTS,), tuple(Cover)]))
    return Story(waters, details, known, damage, draw(st.none() | st.sampled_from(RAINS)), covers)


class LeftOut(NamedTuple):
    """What a report leaves out: all waters, these details, and all damage or only what did it."""

    waters: bool
    details: Collection[str]
    damage: str


left_out = st.builds(
    LeftOut,
    waters=st.booleans(),
    details=st.sets(st.sampled_from(sorted(DETAILS.values()))),
    damage=st.sampled_from(["everything", "causes", "nothing"]),
)


@settings(max_examples=150, deadline=None)
@given(stories(), left_out, st.randoms(use_true_random=False))
def test_asking_and_answering_in_any_order_ends_in_the_decision_of_the_whole_report(
    story: Story, left: LeftOut, random: Random
) -> None:
    _assert_same_end(story, left, random)


def _assert_same_end(story: Story, left: LeftOut, random: Random) -> None:
    ended = _ask(story, reported(story, left), random)

    whole = story.basis(story.facts, story.damage)
    named = replace(ended, damage=story.damage) if ended.damage else ended
    for rain in _rains(story):
        assert end(named, rain) == end(whole, rain), (story, left, ended.facts, ended.damage)
        # What was not asked can only have been better for the customer: damage that is covered whichever water did it.
        assert _is_no_worse(end(ended, rain), end(whole, rain)), (story, left, ended.facts, ended.damage)


def reported(story: Story, left: LeftOut) -> Basis:
    # A detail that tells of its water is left out with it. Of a fire that nobody mentions nobody is asked.
    hidden = {name for name in story.details if left.waters or name in left.details} - {FIRE}
    hidden |= set(ENTRIES.values()) if left.waters else set()
    facts = replace(story.facts, **dict.fromkeys(hidden))
    bare = tuple(map(_bare, story.damage))
    return story.basis(facts, {"everything": (), "causes": bare, "nothing": story.damage}[left.damage])


def _ask(story: Story, basis: Basis, random: Random) -> Basis:
    """Answer one or several of the questions at a time until there are none."""
    sent, told, not_known = report(basis.facts, damage=basis.damage), [], set[str]()
    asked: list[str] = []
    for _ in range(30):
        asked = [question.code for question in questions_to_reporter(basis, not_known=not_known)]
        if not asked:
            return basis
        some = random.sample(asked, random.randint(1, len(asked)))
        if "damage" in some:
            some = [code for code in some if not code.startswith("damage.")]
        answers = [story.answer(code, in_detail=random.random() < 0.5) for code in some]
        told.append(supplement_of(answers, damage=basis.damage, supplement_id=SUPPLEMENT, told_at=LOSS_AT))
        not_known |= set(told[-1].not_known)
        now = completed(sent, told)
        basis = story.basis(now.facts, now.damage)
    pytest.fail(f"it is asked for ever: {asked}")


def _rains(story: Story) -> Iterator[Rain]:
    rain = rain_of(story.rain, wait_over=False)
    return possible_rains(story.waters, rain=rain) if rain.awaited else iter((rain,))


class End(NamedTuple):
    outcome: Outcome
    payable_cents: int | None
    items: tuple[Outcome, ...]


def end(basis: Basis, rain: Rain) -> End:
    verdict = decide_given(basis, rain=rain)
    # Where all is denied whatever was damaged, nobody is asked for it.
    items = () if verdict.outcome is Outcome.DENIED else tuple(each.outcome for each in verdict.items)
    return End(verdict.outcome, verdict.money.payable_cents, items)


def _is_no_worse(ended: End, whole: End) -> bool:
    if ended.outcome is Outcome.DENIED or not whole.items:
        return ended == whole or Outcome.COVERED in ended.items
    better = [one is Outcome.COVERED for one, other in zip(ended.items, whole.items, strict=True) if one is not other]
    return all(better) and (ended.payable_cents or 0) >= (whole.payable_cents or 0)
