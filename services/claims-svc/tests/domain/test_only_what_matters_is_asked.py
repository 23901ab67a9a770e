"""Nothing is asked whose answer cannot matter: two answers to each question can end in different decisions."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from domain.loss_cases import LOSS_AT, NO, PRIMARY_FLOOD, REGIONAL_FLOOD, YES, report
from domain.test_any_order_of_answers import (
    DETAILS,
    ENTRIES,
    SUPPLEMENT,
    LeftOut,
    Story,
    end,
    left_out,
    reported,
    stories,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from claims_svc.domain.answering import Answer, AnswerKind, kind_of, supplement_of
from claims_svc.domain.basis import Basis
from claims_svc.domain.needs import possible_rains
from claims_svc.domain.questions import DAMAGE, questions_to_reporter
from claims_svc.domain.rain import Rain, rain_of
from claims_svc.domain.rules.reported import named_by, reported_fire, reported_routes
from claims_svc.domain.supplement import completed
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import Truth, WaterRoute

MOST_TRIALS = 4_000


class Besides(NamedTuple):
    """All else that can be told: facts, what was damaged, and of each item what did it."""

    facts: LossFacts
    damage: Sequence[DamageItem]
    routes: Sequence[WaterRoute | None]
    by_fire: Sequence[bool | None]

    @classmethod
    def any_of(cls, random: Random) -> Besides:
        looked_up = random.choice([LossFacts(), REGIONAL_FLOOD, PRIMARY_FLOOD])
        told = {name: random.choice([None, YES, NO]) for name in (*ENTRIES.values(), *DETAILS.values())}
        return cls(
            facts=replace(looked_up, **told),
            damage=[_item(random.choice([*DamageKind]))],
            routes=random.choices([None, *WaterRoute], k=4),
            by_fire=random.choices([None, True, False], k=4),
        )

    def completing(self, basis: Basis, story: Story) -> Basis:
        """Return the basis with what is still open of the waters that are reported: of no other anybody is asked."""
        waters = reported_routes(basis.facts, named_by_damage=named_by(basis.damage))
        names = [ENTRIES[route] for route in waters] + [DETAILS[route] for route in waters if route in DETAILS]
        if WaterRoute.FLOOD in waters:
            names += [
                name for name in LossFacts.__struct_fields__ if name.startswith(("flood_", "sea_", "home_", "gov"))
            ]
        fire = reported_fire(basis.facts, named_by_damage=named_by(basis.damage)) is not None
        names = [name for name in names if getattr(basis.facts, name) is None and (fire or not name.startswith("fire"))]
        facts = replace(basis.facts, **{name: getattr(self.facts, name) for name in names})
        damage = [
            replace(
                one,
                route=one.route or (route if route in waters else None),
                by_fire_or_explosion=by_fire if fire and one.by_fire_or_explosion is None else one.by_fire_or_explosion,
            )
            for one, route, by_fire in zip(basis.damage or self.damage, self.routes, self.by_fire, strict=False)
        ]
        return story.basis(facts, damage)


@settings(max_examples=60, deadline=None)
@given(stories(), left_out, st.integers(0, 1_000_000).map(Random))
def test_two_answers_to_whatever_is_asked_can_end_in_different_decisions(
    story: Story, left: LeftOut, random: Random
) -> None:
    basis = reported(story, left)
    rain = rain_of(basis.rain, wait_over=False)
    rains = [*possible_rains([*WaterRoute], rain=rain)] if rain.awaited else [rain]
    for question in questions_to_reporter(basis):
        assert any(_differ(question.code, story, basis, random.choice(rains), random) for _ in range(MOST_TRIALS)), (
            question.code,
            story,
            left,
        )


def _differ(code: str, story: Story, basis: Basis, rain: Rain, random: Random) -> bool:
    """Return whether two answers end differently, with one way in which all else can be told."""
    besides = Besides.any_of(random)
    if code == DAMAGE:
        besides = besides._replace(damage=())
        if not reported_routes(basis.facts, named_by_damage=named_by(())):  # it is asked for that as well
            basis = replace(basis, facts=replace(basis.facts, **{random.choice([*ENTRIES.values()]): YES}))
    ends = []
    for answer in random.sample(_answers_to(code), 2):
        told = supplement_of([answer], damage=basis.damage, supplement_id=SUPPLEMENT, told_at=LOSS_AT)
        now = completed(report(basis.facts, damage=basis.damage), [told])
        ends.append(end(besides.completing(story.basis(now.facts, now.damage), story), rain))
    return ends[0] != ends[1]


def _answers_to(code: str) -> list[Answer]:
    match kind_of(code):
        case AnswerKind.DAMAGE:
            damage = [(_item(kind),) for kind in DamageKind]
            return [Answer(code), *(Answer(code, damage=each) for each in damage)]
        case AnswerKind.ROUTE | AnswerKind.ROUTES:
            return [Answer(code), *(Answer(code, routes=(route,)) for route in WaterRoute)]
        case AnswerKind.TRUTH:
            return [Answer(code, truth) for truth in Truth]


def _item(kind: DamageKind) -> DamageItem:
    return DamageItem(kind=kind, amount_cents=50_000)
