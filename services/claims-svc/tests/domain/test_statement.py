from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from claim_events import LOSS_AT, NO, YES, corrected, report

from claims_svc.domain.basis import EarlierStatement
from claims_svc.domain.claim import open_claim
from contracts.loss_reports import LossFacts, LossReported
from contracts.vocabulary import Fact, FactSource, LossInterval, Truth

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
    return OPEN_WINDOW.model_copy(update={WINDOW: fact})


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
    filled = window(YES).model_copy(update={"sewer_water_entered": YES})
    turned = window(NO).model_copy(update={"sewer_water_entered": NO})

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
