from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

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
    verdict_on,
)

from claims_svc.domain.money import borne_deductible_cents
from claims_svc.domain.occurrence import (
    DeductibleUse,
    Family,
    Occurrence,
    deductible_use_of,
    family_of,
    occurrence_of,
    occurrences_of,
    used_before_cents,
)
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.vocabulary import LossInterval

HOURS = 72
CLAIM_ID = UUID("0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10")


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
    assert family_of(verdict_on(case(facts))) is family


def test_a_denied_claim_belongs_to_no_event_and_uses_no_deductible() -> None:
    verdict = verdict_on(case(rain=DRY))

    assert family_of(verdict) is None
    assert deductible_use_of(verdict, claim_id=CLAIM_ID, policy_number="123456-531-04", loss=loss_at(LOSS_AT)) is None


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
        verdict = verdict_on(case(report=report(damage=damage), deductible_used_before_cents=used_cents))
        assert verdict.money.payable_cents == amount_cents - borne_deductible_cents(verdict.money)
        used_cents += borne_deductible_cents(verdict.money)

    assert used_cents == 25_000


def test_a_claim_that_joins_an_event_later_never_pays_more_than_on_its_own() -> None:
    alone = verdict_on(case())
    joined = verdict_on(case(deductible_used_before_cents=25_000))

    assert borne_deductible_cents(joined.money) < borne_deductible_cents(alone.money)


def use(hours_after: int, used_cents: int) -> DeductibleUse:
    return DeductibleUse(
        claim_id=UUID(int=hours_after + 1_000),
        policy_number="123456-531-04",
        family=Family.RAIN,
        loss_from_at=LOSS_AT + timedelta(hours=hours_after),
        used_cents=used_cents,
    )


def test_a_covered_claim_uses_no_more_of_the_deductible_than_its_damage() -> None:
    damage = [DamageItem(kind=DamageKind.BUILDINGS, amount_cents=10_000)]
    verdict = verdict_on(case(report=report(damage=damage)))

    assert deductible_use_of(
        verdict, claim_id=CLAIM_ID, policy_number="123456-531-04", loss=loss_at(LOSS_AT)
    ) == DeductibleUse(
        claim_id=CLAIM_ID,
        policy_number="123456-531-04",
        family=Family.RAIN,
        loss_from_at=LOSS_AT,
        used_cents=10_000,
    )


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_losses_make_the_same_events_in_whatever_order_they_were_decided(order: list[int]) -> None:
    uses = [use(0, 10_000), use(71, 5_000), use(72, 20_000), use(100, 5_000)]

    assert occurrences_of([uses[place] for place in order], hours=HOURS) == [
        Occurrence(anchor_at=LOSS_AT, used_cents=15_000),
        Occurrence(anchor_at=LOSS_AT + timedelta(hours=72), used_cents=25_000),
    ]


@pytest.mark.parametrize(("hours_after", "used_cents"), [(-72, 0), (-71, 15_000), (71, 15_000), (72, 25_000), (144, 0)])
def test_a_claim_counts_what_the_claims_of_its_own_event_used(hours_after: int, used_cents: int) -> None:
    uses = [use(0, 10_000), use(71, 5_000), use(72, 25_000)]

    assert used_before_cents(uses, loss=loss_at(LOSS_AT + timedelta(hours=hours_after)), hours=HOURS) == used_cents
