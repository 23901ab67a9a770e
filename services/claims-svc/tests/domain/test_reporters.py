from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from claim_events import LOSS_AT, NO, YES, corrected, report
from msgspec.structs import replace

from claims_svc.domain.claim import open_claim
from claims_svc.domain.reporters import damage_by_others, differ, facts_together
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported
from contracts.vocabulary import Fact, FactSource, LossInterval, Truth, WaterRoute

UNSURE = Fact(value=Truth.UNKNOWN)
SAYS_HANDLER, DENIES_HANDLER = (Fact(value=truth, source=FactSource.HANDLER) for truth in (Truth.TRUE, Truth.FALSE))
DENIES_REGISTER = Fact(value=Truth.FALSE, source=FactSource.REGISTER)
SAYS_PARTNER = Fact(value=Truth.TRUE, source=FactSource.REPAIR_PARTNER)
OPENING = report()
HOUR = timedelta(hours=1)
ASSESSED = (DamageItem(kind=DamageKind.BUILDINGS, amount_cents=150_000, estimated_by=FactSource.HANDLER),)


def together(*facts: Fact | None) -> Fact | None:
    reports = [report(facts=LossFacts(sewer_water_entered=fact)) for fact in facts]
    return facts_together(reports).sewer_water_entered


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ((YES, None), YES),
        ((None, YES), YES),
        ((UNSURE, NO), NO),
        ((UNSURE, None), UNSURE),
        ((None, None), None),
        ((YES, YES), YES),
        ((YES, NO), UNSURE),
        ((YES, NO, YES), UNSURE),
        ((YES, DENIES_HANDLER), DENIES_HANDLER),
        ((DENIES_REGISTER, YES), DENIES_REGISTER),
        ((NO, SAYS_PARTNER), SAYS_PARTNER),
        ((SAYS_PARTNER, DENIES_REGISTER), DENIES_REGISTER),
        ((SAYS_HANDLER, DENIES_REGISTER), Fact(value=Truth.UNKNOWN, source=FactSource.HANDLER)),
    ],
)
def test_reports_fill_each_other_and_contradictions_are_settled_by_who_knows_better(
    said: tuple[Fact | None, ...], known: Fact | None
) -> None:
    assert together(*said) == known


def differs(opening: LossReported, joined: LossReported) -> bool:
    return open_claim(opening, claim_id=OPENING.report_id, trace=None, now=LOSS_AT).joined_by(joined).reporters_differ


def test_reporters_of_the_same_loss_do_not_differ_whatever_they_say_of_its_cause() -> None:
    assert not differs(OPENING, report(facts=LossFacts(flood_water_entered=YES)))


def test_a_claim_with_one_report_has_no_reporters_who_differ() -> None:
    assert not open_claim(OPENING, claim_id=OPENING.report_id, trace=None, now=LOSS_AT).reporters_differ


@pytest.mark.parametrize(
    "changed",
    [
        {"damage": report(damage_cents=200_000).damage},
        {"loss": LossInterval(from_at=LOSS_AT + timedelta(hours=2), until_at=LOSS_AT + timedelta(hours=2))},
        {"policy_number": "654321-531-04"},
    ],
    ids=["damage", "moment", "policy"],
)
def test_reporters_differ_when_one_of_them_corrects_the_damage_the_moment_or_the_policy(
    changed: dict[str, object],
) -> None:
    assert differs(corrected(OPENING, **changed), report())
    assert differs(OPENING, corrected(report(), **changed))


def test_an_assessment_settles_what_reporters_estimated() -> None:
    assert not differs(corrected(OPENING, damage=ASSESSED), report())
    assert not differs(OPENING, corrected(report(), damage=ASSESSED))


def test_a_report_that_joined_is_replaced_by_its_newer_version_and_can_leave_again() -> None:
    first, second = report(), report()
    claim = open_claim(OPENING, claim_id=OPENING.report_id, trace=None, now=LOSS_AT).joined_by(first).joined_by(second)

    newer = claim.joined_by(corrected(first, facts=LossFacts()))

    assert [each.report_id for each in newer.reports] == [OPENING.report_id, first.report_id, second.report_id]
    assert [each.report_version for each in newer.reports] == [1, 2, 1]
    assert newer.left_by(first.report_id).joined == (second,)


def item(kind: DamageKind, amount_cents: int, **said: object) -> DamageItem:
    return msgspec.convert({"kind": kind, "amount_cents": amount_cents, **said}, DamageItem)


def assessed(*items: DamageItem) -> LossReported:
    return report(damage=tuple(replace(each, estimated_by=FactSource.HANDLER) for each in items))


def assessed_in(opening: LossReported, *joined: LossReported) -> list[int] | None:
    damage = damage_by_others(opening, joined)
    return None if damage is None else [each.amount_cents for each in damage]


BOTH = report(damage=(item(DamageKind.BUILDINGS, 1), item(DamageKind.CONTENTS, 2)))


def test_an_assessment_in_a_joined_report_is_taken_item_by_item_in_the_order_of_the_opening_one() -> None:
    other_way_round = assessed(item(DamageKind.CONTENTS, 20), item(DamageKind.BUILDINGS, 10))

    assert assessed_in(BOTH, other_way_round) == [10, 20]
    assert not differs(BOTH, other_way_round)


def test_the_newest_assessment_in_a_joined_report_counts() -> None:
    older = assessed(item(DamageKind.BUILDINGS, 10))
    newer = replace(older, damage=assessed(item(DamageKind.BUILDINGS, 11)).damage, reported_at=older.reported_at + HOUR)
    as_new = replace(newer, damage=assessed(item(DamageKind.BUILDINGS, 12)).damage)

    assert assessed_in(OPENING, newer, older) == [11]
    assert assessed_in(OPENING, newer, as_new, older) == [12]


def test_an_assessment_in_the_opening_report_itself_stands() -> None:
    opening = assessed(item(DamageKind.BUILDINGS, 10))

    assert assessed_in(opening, assessed(item(DamageKind.BUILDINGS, 11))) is None


def test_an_assessment_keeps_what_was_said_of_the_cause_of_each_item_and_may_say_more() -> None:
    opening = report(damage=(item(DamageKind.BUILDINGS, 1, route=WaterRoute.FLOOD),))
    more = assessed(item(DamageKind.BUILDINGS, 2, by_fire_or_explosion=True))

    (found,) = damage_by_others(opening, [more]) or ()

    assert (found.amount_cents, found.route, found.by_fire_or_explosion) == (2, WaterRoute.FLOOD, True)
    assert found.estimated_by is FactSource.HANDLER


@pytest.mark.parametrize(
    "items",
    [
        (item(DamageKind.BUILDINGS, 1),),
        (item(DamageKind.BUILDINGS, 1), item(DamageKind.CLEANING, 2)),
        (item(DamageKind.BUILDINGS, 1), item(DamageKind.CONTENTS, 2), item(DamageKind.CONTENTS, 2)),
        (item(DamageKind.BUILDINGS, 1), item(DamageKind.CONTENTS, 2, route=WaterRoute.FLOOD)),
    ],
    ids=["less", "another kind", "more", "another cause"],
)
def test_an_assessment_of_other_damage_makes_reporters_differ_and_is_not_taken(items: tuple[DamageItem, ...]) -> None:
    opening = report(damage=(BOTH.damage[0], item(DamageKind.CONTENTS, 2, route=WaterRoute.SEWER_BACKFLOW)))

    assert differs(opening, assessed(*items))
    assert assessed_in(opening, assessed(*items)) is None


def test_a_report_without_damage_differs_from_none_and_takes_the_damage_that_another_one_lists() -> None:
    opening = report(damage=(), loss_at=LOSS_AT.replace(hour=0), loss_until=LOSS_AT.replace(hour=23))
    full, again, assessed = report(), report(), report(damage=ASSESSED)
    other = report(damage_cents=1)

    assert damage_by_others(opening, [full]) == full.damage
    assert damage_by_others(opening, [full, assessed]) == ASSESSED
    assert damage_by_others(full, [opening]) is None
    assert not differ(opening, [full, again, assessed])
    assert not differ(full, [opening, replace(opening, report_id=again.report_id)])
    assert differ(opening, [full, other])
