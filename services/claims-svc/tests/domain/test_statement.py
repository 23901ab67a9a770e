from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from claim_events import LOSS_AT, NO, YES, corrected, report
from msgspec import structs
from msgspec.structs import replace

from claims_svc.domain.basis import EarlierStatement
from claims_svc.domain.claim import open_claim
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported
from contracts.vocabulary import Fact, FactSource, LossInterval, Truth, WaterRoute

UNSURE = Fact(value=Truth.UNKNOWN)
WINDOW = "came_through_open_window_or_door"
OPEN_WINDOW = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=YES)
FIRST = report(facts=OPEN_WINDOW)


def earlier_after(*versions: LossReported, joined: tuple[LossReported, ...] = ()) -> EarlierStatement | None:
    """Return what turned after these versions of one report, and after other reports that joined in between."""
    claim = open_claim(versions[0], claim_id=FIRST.report_id, trace=None, now=LOSS_AT)
    for other in joined:
        claim = claim.joined_by(other)
    for version in versions[1:]:
        claim = claim.corrected_by(version, possible_duplicate_of=None)
    return claim.earlier


def window(fact: Fact | None) -> LossFacts:
    return structs.replace(OPEN_WINDOW, **{WINDOW: fact})


def test_what_was_said_once_has_not_turned() -> None:
    assert earlier_after(FIRST) is None
    assert earlier_after(FIRST, corrected(FIRST, damage=report(damage_cents=1).damage)) is None


@pytest.mark.parametrize("now", [NO, UNSURE, None], ids=["denied", "unsure", "left out"])
def test_a_fact_that_the_customer_says_no_more_has_turned(now: Fact | None) -> None:
    earlier = earlier_after(FIRST, corrected(FIRST, facts=window(now)))

    assert earlier == EarlierStatement(turned=(WINDOW,), loss=FIRST.loss, facts=OPEN_WINDOW)


@pytest.mark.parametrize("source", [FactSource.HANDLER, FactSource.REGISTER, FactSource.REPAIR_PARTNER])
@pytest.mark.parametrize("value", [Truth.FALSE, Truth.UNKNOWN])
def test_a_word_that_is_not_the_customers_turns_nothing(source: FactSource, value: Truth) -> None:
    assert earlier_after(FIRST, corrected(FIRST, facts=window(Fact(value=value, source=source)))) is None


@pytest.mark.parametrize("unknown", [UNSURE, None])
def test_filling_in_what_was_unknown_turns_nothing(unknown: Fact | None) -> None:
    unsure = report(facts=window(unknown))

    assert earlier_after(unsure, corrected(unsure, facts=window(YES))) is None


def test_the_first_known_word_counts_however_many_come_after_it() -> None:
    unsure = report(facts=window(UNSURE))
    closed = corrected(unsure, facts=window(NO))
    opened = corrected(closed, facts=window(YES))

    earlier = earlier_after(unsure, closed, opened)

    assert earlier is not None
    assert (earlier.turned, earlier.facts.came_through_open_window_or_door) == ((WINDOW,), NO)
    assert earlier_after(unsure, closed, opened, corrected(opened, facts=window(NO))) is None


def test_what_was_filled_in_since_was_said_first_when_it_was_filled_in() -> None:
    filled = structs.replace(window(YES), sewer_water_entered=YES)
    turned = structs.replace(window(NO), sewer_water_entered=NO)

    earlier = earlier_after(FIRST, filled_in := corrected(FIRST, facts=filled), corrected(filled_in, facts=turned))

    assert earlier is not None
    assert set(earlier.turned) == {WINDOW, "sewer_water_entered"}
    assert earlier.facts_first_said(turned) == filled


@pytest.mark.parametrize(
    ("until", "turned"),
    [
        (LOSS_AT + timedelta(hours=10), None),
        (LOSS_AT + timedelta(hours=2), None),
        (LOSS_AT + timedelta(hours=10, minutes=1), ("loss",)),
    ],
)
def test_a_moment_told_more_exactly_has_not_moved(until: datetime, turned: tuple[str, ...] | None) -> None:
    vague = report(loss_at=LOSS_AT, loss_until=LOSS_AT + timedelta(hours=10))
    exact = LossInterval(from_at=LOSS_AT + timedelta(hours=1), until_at=until)

    earlier = earlier_after(vague, corrected(vague, loss=exact))

    assert (None if earlier is None else earlier.turned) == turned


def test_a_loss_moved_to_before_the_first_interval_has_turned() -> None:
    moved = LossInterval(from_at=LOSS_AT - timedelta(minutes=1), until_at=LOSS_AT)

    earlier = earlier_after(FIRST, corrected(FIRST, loss=moved))

    assert earlier == EarlierStatement(turned=("loss",), loss=FIRST.loss, facts=OPEN_WINDOW)


def test_a_second_reporter_who_says_otherwise_turns_nothing() -> None:
    assert earlier_after(FIRST, joined=(report(facts=window(NO)),)) is None


def test_a_second_reporters_own_word_can_turn_too() -> None:
    unsure, other = report(facts=window(None)), report(facts=window(YES))
    claim = open_claim(unsure, claim_id=FIRST.report_id, trace=None, now=LOSS_AT).joined_by(other)

    claim = claim.joined_by(corrected(other, facts=window(NO)))

    assert claim.earlier is not None
    assert claim.earlier.turned == (WINDOW,)


def moved_to(report_before: LossReported, *, hours: float, until: float | None = None) -> LossReported:
    loss = LossInterval(from_at=LOSS_AT + timedelta(hours=hours), until_at=LOSS_AT + timedelta(hours=until or hours))
    return corrected(report_before, loss=loss)


def test_a_moment_told_more_exactly_is_what_a_later_one_is_compared_with() -> None:
    vague = report(loss_until=LOSS_AT + timedelta(hours=100))
    exact = moved_to(vague, hours=90)
    elsewhere = moved_to(exact, hours=1)

    earlier = earlier_after(vague, exact, elsewhere)

    assert earlier is not None
    assert (earlier.turned, earlier.loss) == (("loss",), exact.loss)
    assert earlier_after(vague, exact, elsewhere, moved_to(elsewhere, hours=90)) is None
    assert earlier_after(vague, moved_to(vague, hours=1, until=50), elsewhere) is None


BUILDINGS, CONTENTS = DamageKind.BUILDINGS, DamageKind.CONTENTS
GROUNDWATER, RAIN = WaterRoute.GROUNDWATER, WaterRoute.INDIRECT_PRECIPITATION
PARTNER = FactSource.REPAIR_PARTNER


def item(
    kind: DamageKind = BUILDINGS,
    cents: int = 100_000,
    *,
    route: WaterRoute | None = None,
    by_fire: bool | None = None,
    by: FactSource = FactSource.CUSTOMER,
) -> DamageItem:
    return DamageItem(kind=kind, amount_cents=cents, route=route, by_fire_or_explosion=by_fire, estimated_by=by)


@pytest.mark.parametrize(
    ("versions", "turned"),
    [
        ([[item(route=GROUNDWATER)], [item(route=RAIN)]], True),
        ([[item(route=GROUNDWATER)], [item()]], True),
        ([[item(by_fire=False)], [item(by_fire=True)]], True),
        ([[item()], [item(CONTENTS)]], True),
        ([[item(), item(CONTENTS)], [item()]], True),
        ([[item(route=GROUNDWATER)] * 2, [item(route=GROUNDWATER), item(route=RAIN)]], True),
        ([[item()], [item(route=GROUNDWATER)], [item(route=RAIN)]], True),
        ([[item(), item(route=GROUNDWATER)], [item(route=GROUNDWATER), item(route=RAIN)]], False),
        ([[item(by_fire=False)], [item(by_fire=True)], [item(by_fire=False)]], False),
        ([[item()], [item(route=RAIN, by_fire=True)]], False),
        ([[item()], [item(cents=5), item(CONTENTS)]], False),
        ([[item(route=GROUNDWATER)], [item(route=RAIN, by=PARTNER)]], False),
        ([[item(), item()], [item(cents=250_000, by=PARTNER)]], False),
        ([[item(route=GROUNDWATER), item(CONTENTS)], [item(route=RAIN), item(CONTENTS, by=PARTNER)]], True),
        ([[item(cents=400_000)], [item(by=PARTNER)], [item(cents=245_000)]], True),
        ([[item(), item(CONTENTS)], [item(by=PARTNER), item(CONTENTS)], [item(), item(CONTENTS)]], True),
        ([[item()], [item(by=PARTNER)], [item(cents=5, by=PARTNER)]], False),
        ([[item()], [item(by=PARTNER)], [item(by=PARTNER), item(CONTENTS)]], False),
    ],
)
def test_what_a_customer_says_no_more_of_an_item_has_turned(versions: list[list[DamageItem]], *, turned: bool) -> None:
    reports = [report(damage=tuple(versions[0]))]
    for damage in versions[1:]:
        reports.append(corrected(reports[-1], damage=tuple(damage)))

    earlier = earlier_after(*reports)

    assert (earlier is not None and earlier.turned == ("damage",)) is turned


def test_damage_that_turned_is_kept_as_it_was_told_first() -> None:
    first = report(damage=(item(route=GROUNDWATER),))

    earlier = earlier_after(first, corrected(first, damage=(item(route=RAIN),)))

    assert earlier is not None
    assert earlier.damage == first.damage
    assert earlier.damage_first_said((item(),)) == first.damage


def test_a_joined_reporter_who_turns_to_what_the_other_one_says_has_turned() -> None:
    shut, opened = report(facts=window(NO)), report(facts=window(YES))
    claim = open_claim(shut, claim_id=FIRST.report_id, trace=None, now=LOSS_AT).joined_by(opened)

    claim = claim.joined_by(corrected(opened, facts=window(NO)))

    assert claim.earlier is not None
    assert claim.earlier.turned == (WINDOW,)
    assert claim.earlier.facts.came_through_open_window_or_door == UNSURE


def test_a_report_that_leaves_takes_what_it_said_with_it() -> None:
    silent, opened = report(facts=window(None)), report(facts=window(YES))
    claim = open_claim(silent, claim_id=FIRST.report_id, trace=None, now=LOSS_AT).joined_by(opened)

    left = claim.left_by(opened.report_id).corrected_by(corrected(silent, facts=window(NO)), possible_duplicate_of=None)

    assert left.earlier is None


@pytest.mark.parametrize(("settled", "turned"), [(True, ("policy_number",)), (False, None)])
def test_the_policy_that_was_decided_under_stays_the_first_one_said(
    *, settled: bool, turned: tuple[str, ...] | None
) -> None:
    moved = corrected(FIRST, policy_number="654321-531-04")
    claim = open_claim(FIRST, claim_id=FIRST.report_id, trace=None, now=LOSS_AT)

    claim = claim.corrected_by(moved, possible_duplicate_of=None, settled=settled)
    again = claim.corrected_by(corrected(moved), possible_duplicate_of=None)
    back = again.corrected_by(corrected(moved, policy_number=FIRST.policy_number), possible_duplicate_of=None)

    for each in (claim, again):
        assert (None if each.earlier is None else each.earlier.turned) == turned
    assert back.earlier is None


def test_a_loss_was_reported_when_it_was_reported_first() -> None:
    claim = open_claim(FIRST, claim_id=FIRST.report_id, trace=None, now=LOSS_AT)
    for reported_at in (FIRST.reported_at + timedelta(days=1200), FIRST.reported_at - timedelta(hours=1)):
        again = structs.replace(corrected(FIRST), reported_at=reported_at)

        assert claim.corrected_by(again, possible_duplicate_of=None).reported_at == FIRST.reported_at


def test_a_loss_that_now_lies_after_its_first_report_was_reported_by_the_correction() -> None:
    claim = open_claim(FIRST, claim_id=FIRST.report_id, trace=None, now=LOSS_AT)
    later = moved_to(FIRST, hours=50)

    assert claim.corrected_by(later, possible_duplicate_of=None).reported_at == later.reported_at


def test_damage_that_is_called_another_kind_may_be_a_duplicate_still() -> None:
    claim = open_claim(FIRST, claim_id=FIRST.report_id, trace=None, now=LOSS_AT)
    held = replace(claim, possible_duplicate_of=UUID(int=7))

    renamed = corrected(FIRST, damage=(item(CONTENTS),))
    told_anew = corrected(FIRST, damage=(item(cents=5),))

    assert held.corrected_by(renamed, possible_duplicate_of=None).possible_duplicate_of == UUID(int=7)
    assert held.corrected_by(renamed, possible_duplicate_of=UUID(int=8)).possible_duplicate_of == UUID(int=8)
    assert held.corrected_by(told_anew, possible_duplicate_of=None).possible_duplicate_of is None


def test_a_report_that_moves_on_is_compared_with_the_policy_first_decided_under() -> None:
    claim = open_claim(FIRST, claim_id=FIRST.report_id, trace=None, now=LOSS_AT)
    for number in ("654321-531-04", "111111-531-04", FIRST.policy_number):
        moved = corrected(claim.report, policy_number=number)
        claim = claim.corrected_by(moved, possible_duplicate_of=None, settled=True)

    assert claim.earlier is None
