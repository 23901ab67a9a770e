from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from claim_events import GROUNDWATER_CAME_IN, HEAVY_RAIN_CAME_IN, LOSS_AT, YES, report

from claims_svc.domain.likeness import Found, LikeClaim, Outlines, Sought, outline_of
from claims_svc.domain.product import PRODUCTS
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported
from contracts.vocabulary import WaterRoute

FLOOD_CAME_IN = LossFacts(flood_water_entered=YES)
SEWER_WATER_CAME_IN = LossFacts(sewer_water_entered=YES)
FIRST = report()


def alike(first: LossReported, second: LossReported) -> bool:
    there, back = outline_of(first).is_alike(outline_of(second)), outline_of(second).is_alike(outline_of(first))
    assert there == back
    return there


def same(first: LossReported, second: LossReported) -> bool:
    there, back = outline_of(first).is_same(outline_of(second)), outline_of(second).is_same(outline_of(first))
    assert there == back
    return there


def test_the_same_damage_at_the_same_moment_is_surely_the_same_loss() -> None:
    assert same(FIRST, report())


@pytest.mark.parametrize(("apart", "is_same"), [(timedelta(hours=1), True), (timedelta(hours=1, minutes=1), False)])
def test_moments_up_to_an_hour_apart_are_the_same(apart: timedelta, *, is_same: bool) -> None:
    assert same(FIRST, report(loss_at=LOSS_AT + apart)) is is_same
    assert same(FIRST, report(loss_at=LOSS_AT, loss_until=LOSS_AT + apart)) is is_same
    assert alike(FIRST, report(loss_at=LOSS_AT + apart))


def test_other_amounts_are_alike_and_not_surely_the_same() -> None:
    assert not same(FIRST, report(damage_cents=184_001))
    assert alike(FIRST, report(damage_cents=184_001))


def test_damage_in_another_order_is_the_same_and_half_of_it_is_not() -> None:
    chair = DamageItem(kind=DamageKind.CONTENTS, amount_cents=10_000)
    wall = DamageItem(kind=DamageKind.BUILDINGS, amount_cents=20_000)

    assert same(report(damage=(chair, wall)), report(damage=(wall, chair)))
    assert not same(report(damage=(chair, chair, wall)), report(damage=(chair, wall)))


def test_another_kind_of_damage_is_not_alike() -> None:
    assert not alike(FIRST, report(kind=DamageKind.CONTENTS))


def test_one_kind_of_damage_in_common_is_enough() -> None:
    damage = tuple(DamageItem(kind=kind, amount_cents=1) for kind in (DamageKind.CONTENTS, DamageKind.BUILDINGS))

    assert alike(FIRST, report(damage=damage))


@pytest.mark.parametrize(
    ("first", "second", "is_alike"),
    [
        (HEAVY_RAIN_CAME_IN, GROUNDWATER_CAME_IN, True),
        (HEAVY_RAIN_CAME_IN, FLOOD_CAME_IN, False),
        (SEWER_WATER_CAME_IN, FLOOD_CAME_IN, True),
        (SEWER_WATER_CAME_IN, HEAVY_RAIN_CAME_IN, True),
        (LossFacts(), FLOOD_CAME_IN, True),
        (LossFacts(), HEAVY_RAIN_CAME_IN, True),
        (LossFacts(storm_caused_damage=YES), FLOOD_CAME_IN, True),
    ],
)
def test_rain_and_flood_are_two_losses_and_what_can_be_either_is_alike_to_both(
    first: LossFacts, second: LossFacts, *, is_alike: bool
) -> None:
    assert alike(report(facts=first), report(facts=second, damage_cents=90_000)) is is_alike


def test_the_same_damage_at_one_moment_is_alike_whatever_water_did_it_and_not_surely_the_same() -> None:
    flooded = report(facts=FLOOD_CAME_IN, loss_at=LOSS_AT + timedelta(hours=1))

    assert alike(FIRST, flooded)
    assert not same(FIRST, flooded)
    assert not alike(FIRST, report(facts=FLOOD_CAME_IN, loss_at=LOSS_AT + timedelta(hours=1, minutes=1)))
    assert not alike(FIRST, report(facts=FLOOD_CAME_IN, policy_number="654321-531-04"))


def test_a_route_that_only_a_damage_item_names_counts() -> None:
    flooded = (DamageItem(kind=DamageKind.BUILDINGS, amount_cents=1, route=WaterRoute.FLOOD),)

    assert alike(report(damage=flooded), report(facts=FLOOD_CAME_IN))


@pytest.mark.parametrize(("apart", "is_alike"), [(timedelta(hours=71, minutes=59), True), (timedelta(hours=72), False)])
def test_losses_an_events_length_apart_are_two(apart: timedelta, *, is_alike: bool) -> None:
    assert alike(FIRST, report(loss_at=LOSS_AT + apart)) is is_alike


def test_an_interval_counts_to_both_its_ends() -> None:
    weeks_before = report(loss_at=LOSS_AT - timedelta(days=20), loss_until=LOSS_AT - timedelta(hours=71))

    assert alike(FIRST, weeks_before)
    assert alike(FIRST, report(loss_at=LOSS_AT - timedelta(days=20), loss_until=LOSS_AT + timedelta(days=5)))


def test_another_policy_is_another_loss() -> None:
    assert not alike(FIRST, report(policy_number="654321-531-04"))


def test_every_kind_of_damage_and_every_route_has_its_bits() -> None:
    kinds = [outline_of(report(kind=kind)).damage_kinds for kind in DamageKind]
    routes = [DamageItem(kind=DamageKind.BUILDINGS, amount_cents=1, route=route) for route in WaterRoute]

    assert sorted(kinds) == [1, 2, 4, 8]
    assert all(outline_of(report(damage=(item,))).families for item in routes)


def test_all_products_agree_on_what_one_loss_is() -> None:
    assert len({(product.same_loss_within, product.occurrence_hours) for product in PRODUCTS.values()}) == 1


def test_claims_put_before_anybody_looks_are_found_as_they_were_put_last() -> None:
    outlines = Outlines()
    first, other, moved = outline_of(FIRST), outline_of(report(damage_cents=1)), outline_of(report(damage_cents=2))
    for number, outline in ((3, first), (2, first), (1, first), (1, moved)):
        outlines.put(UUID(int=number), outline, gives_way_to=None)
    looked = outlines.find(Sought(outline=first, own=None))
    outlines.put(UUID(int=2), other, former=(first,), gives_way_to=None)
    outlines.put(UUID(int=2), moved, former=(first, other), gives_way_to=UUID(int=3))

    assert looked == Found(same=LikeClaim(LOSS_AT, UUID(int=2)), alike=LikeClaim(LOSS_AT, UUID(int=1)))
    assert outlines.find(Sought(outline=first, own=None)).same == LikeClaim(LOSS_AT, UUID(int=3))
    assert outlines.find(Sought(outline=moved, own=None)).same == LikeClaim(LOSS_AT, UUID(int=1))
    assert outlines.find(Sought(outline=other, own=UUID(int=3))).alike == LikeClaim(LOSS_AT, UUID(int=1))


MIDNIGHT, NEXT_MIDNIGHT = LOSS_AT.replace(hour=0, minute=0), LOSS_AT.replace(hour=23, minute=59)


@pytest.mark.parametrize(
    ("undamaged", "is_same"),
    [
        (report(damage=(), facts=LossFacts()), True),
        (report(damage=(), facts=LossFacts(), loss_at=MIDNIGHT, loss_until=NEXT_MIDNIGHT), True),
        (report(damage=(), facts=FLOOD_CAME_IN), False),
        (report(damage=(), loss_at=LOSS_AT + timedelta(hours=1, minutes=1)), False),
        (report(damage=(), loss_at=LOSS_AT - timedelta(days=1), loss_until=LOSS_AT + timedelta(days=1)), False),
        (report(damage=(), policy_number="654321-531-04"), False),
    ],
    ids=["nothing but the moment", "nothing but the day", "other water", "another moment", "two days", "other policy"],
)
def test_a_report_without_damage_is_about_the_loss_of_its_moment_or_day(
    undamaged: LossReported, *, is_same: bool
) -> None:
    outline, full = outline_of(undamaged), outline_of(FIRST)

    assert (outline.is_same_without_damage(full), full.is_same_without_damage(outline)) == (is_same, is_same)


def test_as_long_as_a_report_lists_no_damage_it_holds_no_other_one() -> None:
    assert not alike(report(damage=()), FIRST)
    assert not outline_of(FIRST).is_same_without_damage(outline_of(report(kind=DamageKind.CONTENTS)))
