from __future__ import annotations

from dataclasses import replace
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
from hypothesis import given
from hypothesis import strategies as st

from claims_svc.domain.money import borne_deductible_cents
from claims_svc.domain.occurrence import (
    DeductibleUse,
    DeductibleUses,
    Family,
    deductible_use_of,
    family_of,
)
from claims_svc.domain.product import EVENT_LENGTH, PRODUCTS
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


@pytest.mark.parametrize(("hours_after", "used_cents"), [(0, 25_000), (71, 25_000), (-71, 25_000), (72, 0), (-72, 0)])
def test_an_event_lasts_72_hours_from_its_earliest_loss(hours_after: int, used_cents: int) -> None:
    assert used_by_others([use(0, 25_000)], hours_after) == used_cents


def test_a_loss_between_two_events_belongs_to_the_earlier_one() -> None:
    assert used_by_others([use(80, 0), use(0, 25_000)], 40) == 25_000


def test_events_last_the_same_in_all_products_because_their_claims_share_them() -> None:
    assert {timedelta(hours=product.occurrence_hours) for product in PRODUCTS.values()} == {EVENT_LENGTH}


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


@pytest.mark.parametrize(("hours_after", "used_cents"), [(-72, 0), (-71, 15_000), (71, 15_000), (72, 25_000), (144, 0)])
@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_losses_make_the_same_events_in_whatever_order_they_were_decided(
    order: list[int], hours_after: int, used_cents: int
) -> None:
    uses = [use(0, 10_000), use(71, 5_000), use(72, 20_000), use(100, 5_000)]

    assert used_by_others([uses[place] for place in order], hours_after) == used_cents


def test_without_the_loss_of_a_claim_itself_the_others_may_make_another_event() -> None:
    first, second, third = use(0, 10_000), use(60, 5_000), use(80, 20_000)

    uses = DeductibleUses([first, second, third])

    assert used_by_others_of(uses, first, 0) == 25_000
    assert used_by_others_of(uses, second, 60) == 10_000
    assert used_by_others_of(uses, first, 0) == 25_000, "looking changes nothing"


def test_what_a_claim_uses_now_replaces_what_it_used_on_whatever_policy() -> None:
    uses = DeductibleUses([use(0, 10_000)])

    uses.record(replace(use(0, 25_000), policy_number="654321-531-04"))

    assert used_by_others_of(uses, None, 0) == 0
    assert used_by_others_of(uses, None, 0, policy_number="654321-531-04") == 25_000


moments = st.integers(0, 400)
recorded = st.lists(
    st.tuples(st.integers(1, 8), st.sampled_from(["123456-531-04", "654321-531-04"]), moments, st.integers(0, 3)),
    max_size=25,
)


@given(recorded, st.integers(1, 8), moments)
def test_what_others_used_is_what_the_policys_text_gives_read_word_for_word(
    history: list[tuple[int, str, int, int]], claim: int, hours_after: int
) -> None:
    uses = DeductibleUses()
    last: dict[int, tuple[str, int, int]] = {}
    for number, policy_number, hours, cents in history:
        uses.record(
            DeductibleUse(
                claim_id=UUID(int=number),
                policy_number=policy_number,
                family=Family.RAIN,
                loss_from_at=LOSS_AT + timedelta(hours=hours),
                used_cents=cents,
            )
        )
        last[number] = (policy_number, hours, cents)

    found = uses.used_by_others_cents(
        UUID(int=claim),
        policy_number="123456-531-04",
        family=Family.RAIN,
        loss=loss_at(LOSS_AT + timedelta(hours=hours_after)),
        hours=HOURS,
    )

    others = [
        (hours, cents)
        for number, (policy_number, hours, cents) in last.items()
        if number != claim and policy_number == "123456-531-04"
    ]
    assert found == _word_for_word(others, hours_after)


def _word_for_word(losses: list[tuple[int, int]], hours_after: int) -> int:
    """An event lasts 72 hours from its earliest loss. A loss belongs to the earliest event that is near."""
    events: list[list[tuple[int, int]]] = []
    for loss in sorted(losses):
        if events and loss[0] < events[-1][0][0] + HOURS:
            events[-1].append(loss)
        else:
            events.append([loss])
    near = [event for event in events if abs(event[0][0] - hours_after) < HOURS]
    return sum(cents for _, cents in near[0]) if near else 0


def used_by_others(uses: list[DeductibleUse], hours_after: int) -> int:
    return used_by_others_of(DeductibleUses(uses), None, hours_after)


def used_by_others_of(
    uses: DeductibleUses, own: DeductibleUse | None, hours_after: int, *, policy_number: str = "123456-531-04"
) -> int:
    return uses.used_by_others_cents(
        own.claim_id if own and own.claim_id else CLAIM_ID,
        policy_number=policy_number,
        family=Family.RAIN,
        loss=loss_at(LOSS_AT + timedelta(hours=hours_after)),
        hours=HOURS,
    )
