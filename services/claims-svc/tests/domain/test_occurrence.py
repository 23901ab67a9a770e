from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from domain.loss_cases import (
    DRY,
    LOSS_AT,
    RAIN_CAME_IN,
    RAIN_FELL_IN,
    REGIONAL_FLOOD,
    YES,
    case,
    report,
)

from claims_svc.domain.coverage import decide
from claims_svc.domain.occurrence import Family, Occurrence, family_of, occurrence_of, taken_cents
from contracts.upstream import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import LossInterval

HOURS = 72


def loss_at(moment: datetime) -> LossInterval:
    return LossInterval(from_at=moment, until_at=moment)


@pytest.mark.parametrize(
    ("facts", "family"),
    [
        (RAIN_CAME_IN, Family.RAIN),
        (RAIN_FELL_IN, Family.RAIN),
        (LossFacts(sewer_water_entered=YES), Family.RAIN),
        (REGIONAL_FLOOD, Family.FLOOD),
        (LossFacts(storm_caused_damage=YES), None),
    ],
)
def test_an_event_is_of_rain_or_of_flood(facts: LossFacts, family: Family | None) -> None:
    assert family_of(decide(case(facts))) is family


def test_a_denied_claim_belongs_to_no_event_and_uses_no_deductible() -> None:
    verdict = decide(case(rain=DRY))

    assert (family_of(verdict), taken_cents(verdict)) == (None, 0)


@pytest.mark.parametrize("hours_after_anchor", [0, 71, -71])
def test_an_event_lasts_72_hours_from_its_earliest_loss(hours_after_anchor: int) -> None:
    event = Occurrence(anchor_at=LOSS_AT, used_cents=25_000)

    assert occurrence_of([event], loss=loss_at(LOSS_AT + timedelta(hours=hours_after_anchor)), hours=HOURS) is event


@pytest.mark.parametrize("hours_after_anchor", [72, -72])
def test_a_loss_72_hours_away_is_another_event(hours_after_anchor: int) -> None:
    event = Occurrence(anchor_at=LOSS_AT, used_cents=25_000)

    assert occurrence_of([event], loss=loss_at(LOSS_AT + timedelta(hours=hours_after_anchor)), hours=HOURS) is None


def test_a_loss_between_two_events_belongs_to_the_earlier_one() -> None:
    earlier = Occurrence(anchor_at=LOSS_AT, used_cents=25_000)
    later = Occurrence(anchor_at=LOSS_AT + timedelta(hours=80), used_cents=0)

    assert occurrence_of([later, earlier], loss=loss_at(LOSS_AT + timedelta(hours=40)), hours=HOURS) is earlier


@pytest.mark.parametrize("amounts_cents", [(10_000, 5_000, 90_000), (90_000, 10_000, 5_000), (5_000, 90_000, 10_000)])
def test_one_event_costs_one_deductible_in_any_order_of_its_claims(amounts_cents: tuple[int, ...]) -> None:
    used_cents = 0
    for amount_cents in amounts_cents:
        damage = [DamageItem(kind=DamageKind.BUILDINGS, amount_cents=amount_cents)]
        verdict = decide(case(report=report(damage=damage), deductible_used_before_cents=used_cents))
        assert verdict.money.payable_cents == amount_cents - taken_cents(verdict)
        used_cents += taken_cents(verdict)

    assert used_cents == 25_000


def test_a_claim_that_joins_an_event_later_never_pays_more_than_on_its_own() -> None:
    alone = decide(case())
    joined = decide(case(deductible_used_before_cents=25_000))

    assert taken_cents(joined) < taken_cents(alone)
