"""When what a handler asked is answered, or decided without an answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from claims_svc.domain.answering import Decided, answers_in, is_decided
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.supplement import Supplement
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import Fact, FactSource, Truth, WaterRoute

ASKED_AT = datetime(2021, 8, 2, 9, tzinfo=UTC)


def decided(*days: float) -> list[Decided]:
    """Return decisions so many days after the question; those before 0 or at a whole day settle the claim."""
    return [Decided(at=ASKED_AT + timedelta(days=day), is_settled=day % 1 == 0) for day in days]


def ruled(*days: float) -> list[Ruling]:
    return [
        Ruling(ruling_id=UUID(int=1), reason="Seen", decided_by="anna", decided_at=ASKED_AT + timedelta(days=day))
        for day in days
    ]


@pytest.mark.parametrize(
    ("decisions", "rulings", "closed"),
    [
        ((), (), False),
        ((1,), (), True),
        ((-0.5, 1), (), True),
        ((-0.5, 1.5), (), False),
        ((-1, 3), (), False),
        ((-1, 3), (-2,), False),
        ((-1, 3), (3,), True),
        ((-1, 3), (2,), True),
        ((-1, 3), (4,), False),
        ((-1, 3, 4.5), (3,), True),
        ((-0.5, 1, 2.5), (), True),
        ((-1, -0.5, 1), (), True),
    ],
)
def test_a_question_ends_by_the_decision_it_was_asked_for_and_by_no_other(
    decisions: tuple[float, ...], rulings: tuple[float, ...], *, closed: bool
) -> None:
    assert is_decided(ASKED_AT, decided=decided(*decisions), rulings=ruled(*rulings)) is closed


def told(source: FactSource, *, water: Truth | None = None, routes: tuple[WaterRoute | None, ...] = ()) -> Supplement:
    fact = None if water is None else Fact(value=water, source=source)
    items = [
        DamageItem(kind=DamageKind.BUILDINGS, amount_cents=1, estimated_by=source, route=route) for route in routes
    ]
    return Supplement(
        supplement_id=UUID(int=2),
        source=source,
        told_at=ASKED_AT,
        facts=LossFacts(precipitation_left_its_course=fact),
        damage=tuple(items),
    )


CUSTOMER, HANDLER, EXPERT = FactSource.CUSTOMER, FactSource.HANDLER, FactSource.REPAIR_PARTNER
RAIN = WaterRoute.INDIRECT_PRECIPITATION


@pytest.mark.parametrize(
    ("supplement", "code", "answered"),
    [
        (told(EXPERT, routes=(RAIN, None)), "damage.1.route", False),
        (told(EXPERT, routes=(None, RAIN)), "damage.1.route", True),
        (told(EXPERT, routes=(RAIN,)), "damage.1.route", False),
        (told(EXPERT, routes=(RAIN,)), "damage.0.by_fire_or_explosion", False),
        (told(EXPERT, routes=(None,)), "damage", True),
        (told(CUSTOMER, routes=(RAIN, None)), "damage.1.route", True),
        (told(HANDLER, water=Truth.FALSE), "route", False),
        (told(HANDLER, water=Truth.TRUE), "route", True),
        (told(HANDLER, water=Truth.FALSE), "facts.precipitation_left_its_course", True),
        (told(CUSTOMER, water=Truth.FALSE), "route", True),
    ],
)
def test_only_what_is_an_answer_ends_a_question(supplement: Supplement, code: str, *, answered: bool) -> None:
    assert answers_in(supplement, code) is answered
