"""A story that turns, and with it the outcome in the customer's favour, goes to a handler."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from claim_events import (
    HEAVY_RAIN_CAME_IN,
    LOSS_AT,
    NO,
    POLICY_NUMBER,
    YES,
    corrected,
    policy,
    rainfall_answer,
    report,
)
from claims_driver import ClaimsDriver
from msgspec.structs import replace

from claims_svc.domain.handling import ANSWER_WAIT
from contracts.claims import DecisionMade
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.vocabulary import Cover, Fact, FactSource, LossInterval, Truth

OTHER_NUMBER = "654321-531-04"
UNSURE = Fact(value=Truth.UNKNOWN)
WINDOW = "came_through_open_window_or_door"
OPEN_WINDOW = replace(HEAVY_RAIN_CAME_IN, **{WINDOW: YES})
RAIN_FELL_IN = LossFacts(precipitation_left_its_course=NO, precipitation_fell_directly=YES)


async def answered(driver: ClaimsDriver, reported: LossReported, *, tenths_mm: int = 402) -> list[DecisionMade]:
    """Deliver a report and, when it asks for the rain, the answer; return the decisions that this gave."""
    await driver.report(reported)
    claim_id, asked, loss_at = (
        await driver.rows(
            "SELECT claim_id, request_version, loss_from_at FROM claim WHERE report_id = $1", reported.report_id
        )
    )[0]
    if asked:
        await driver.rain(rainfall_answer(claim_id, tenths_mm=tenths_mm, request_version=asked, loss_at=loss_at))
    return await driver.decisions()


async def denied(driver: ClaimsDriver, reported: LossReported, *, tenths_mm: int = 402) -> None:
    await driver.policy(policy())
    (decision,) = await answered(driver, reported, tenths_mm=tenths_mm)
    assert decision.outcome is Outcome.DENIED


@pytest.mark.parametrize("now", [NO, UNSURE, None], ids=["closed", "unsure", "left out"])
async def test_a_window_that_was_open_and_is_no_more_goes_to_a_handler(driver: ClaimsDriver, now: Fact | None) -> None:
    first = report(facts=OPEN_WINDOW)
    await denied(driver, first)

    (decision,) = await answered(driver, corrected(first, facts=replace(OPEN_WINDOW, **{WINDOW: now})))

    assert (decision.claim_version, decision.outcome) == (2, Outcome.REFERRED)
    assert decision.deciding_ground is GroundCode.STATEMENT_TURNED
    assert decision.turned_statements == (WINDOW,)
    assert decision.money.payable_cents is None


async def test_rain_that_flowed_in_and_fell_in_on_second_thoughts_goes_to_a_handler(driver: ClaimsDriver) -> None:
    first = report(facts=HEAVY_RAIN_CAME_IN)
    await denied(driver, first, tenths_mm=399)

    (decision,) = await answered(driver, corrected(first, facts=RAIN_FELL_IN), tenths_mm=399)

    assert (decision.outcome, decision.deciding_ground) == (Outcome.REFERRED, GroundCode.STATEMENT_TURNED)
    assert "precipitation_left_its_course" in decision.turned_statements


async def test_a_loss_moved_to_a_day_with_rain_goes_to_a_handler(driver: ClaimsDriver) -> None:
    first = report()
    await denied(driver, first, tenths_mm=0)
    moved_to = LOSS_AT + timedelta(days=1)

    (decision,) = await answered(driver, corrected(first, loss=LossInterval(from_at=moved_to, until_at=moved_to)))

    assert (decision.outcome, decision.deciding_ground) == (Outcome.REFERRED, GroundCode.STATEMENT_TURNED)
    assert decision.turned_statements == ("loss",)


async def test_a_moment_told_more_exactly_is_decided_by_the_machine(driver: ClaimsDriver) -> None:
    vague = report(loss_at=LOSS_AT - timedelta(hours=30), loss_until=LOSS_AT)
    await denied(driver, vague, tenths_mm=0)

    (decision,) = await answered(driver, corrected(vague, loss=LossInterval(from_at=LOSS_AT, until_at=LOSS_AT)))

    assert (decision.outcome, decision.turned_statements) == (Outcome.COVERED, ())


async def test_a_moment_that_leaves_the_one_told_more_exactly_goes_to_a_handler(driver: ClaimsDriver) -> None:
    vague = report(loss_at=LOSS_AT - timedelta(hours=30), loss_until=LOSS_AT)
    dry, wet = (LossInterval(from_at=at, until_at=at) for at in (vague.loss.from_at, vague.loss.until_at))
    await driver.policy(policy())
    await driver.report(vague)
    await answered(driver, exact := corrected(vague, loss=dry), tenths_mm=0)

    (decision,) = await answered(driver, corrected(exact, loss=wet))

    assert (decision.deciding_ground, decision.turned_statements) == (GroundCode.STATEMENT_TURNED, ("loss",))


async def test_damage_that_becomes_an_insured_kind_goes_to_a_handler(driver: ClaimsDriver) -> None:
    of_home = policy()
    terms = replace(of_home.terms[0], covers=(Cover.CONTENTS,))
    await driver.policy(replace(of_home, terms=(terms,)))
    first = report(kind=DamageKind.BUILDINGS)
    (denied_first,) = await answered(driver, first)
    assert denied_first.outcome is Outcome.DENIED

    (decision,) = await answered(driver, corrected(first, damage=report(kind=DamageKind.CONTENTS).damage))

    assert (decision.deciding_ground, decision.turned_statements) == (GroundCode.STATEMENT_TURNED, ("damage",))


async def test_a_customers_estimate_above_an_assessment_goes_to_a_handler_and_the_decision_stands(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    first = report(damage_cents=400_000)
    await answered(driver, first)
    await answered(driver, assessed := _assessed(first, 100_000))

    assert await answered(driver, corrected(assessed, damage=report(damage_cents=245_000).damage)) == []

    (review,) = await driver.rows("SELECT reason FROM human_review")
    assert GroundCode.STATEMENT_TURNED in review["reason"]


@pytest.mark.parametrize("tenths_mm", [0, 402], ids=["denied", "paid"])
async def test_a_report_that_moves_to_another_policy_after_its_decision_goes_to_a_handler(
    driver: ClaimsDriver, tenths_mm: int
) -> None:
    await driver.policy(policy(deductible_cents=50_000), policy(policy_number=OTHER_NUMBER))
    first = report()
    await answered(driver, first, tenths_mm=tenths_mm)
    moved = corrected(first, policy_number=OTHER_NUMBER)

    decisions = await answered(driver, moved, tenths_mm=tenths_mm)
    decisions += await answered(driver, corrected(moved, channel=ReportChannel.PHONE), tenths_mm=402)

    reviews = await driver.rows("SELECT reason FROM human_review")
    to_a_handler = [decision.deciding_ground for decision in decisions] + [row["reason"] for row in reviews]
    assert to_a_handler
    assert all(GroundCode.STATEMENT_TURNED in each for each in to_a_handler)
    assert {decision.money.decided_before_cents for decision in decisions} <= {0}


async def test_the_number_of_an_unknown_policy_is_corrected_without_a_person(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first = report(policy_number=OTHER_NUMBER)
    await driver.report(first)
    await driver.wait(days=15)
    (unknown,) = await driver.decisions()
    assert unknown.deciding_ground is GroundCode.POLICY_UNKNOWN

    (decision,) = await answered(driver, corrected(first, policy_number=POLICY_NUMBER))

    assert (decision.outcome, decision.turned_statements) == (Outcome.COVERED, ())


@pytest.mark.parametrize("unknown", [UNSURE, None], ids=["unsure", "left out"])
async def test_filling_in_what_was_unknown_is_decided_by_the_machine(
    driver: ClaimsDriver, unknown: Fact | None
) -> None:
    await driver.policy(policy())
    first = report(facts=replace(HEAVY_RAIN_CAME_IN, **{WINDOW: unknown}))
    at_once = await answered(driver, first)
    await driver.wait(days=ANSWER_WAIT.days)
    (referred,) = at_once or await driver.decisions()
    assert referred.outcome is Outcome.REFERRED

    (decision,) = await answered(driver, corrected(first, facts=HEAVY_RAIN_CAME_IN))

    assert (decision.outcome, decision.turned_statements) == (Outcome.COVERED, ())


@pytest.mark.parametrize("source", [FactSource.HANDLER, FactSource.REPAIR_PARTNER])
async def test_a_handlers_or_partners_word_against_the_customers_is_decided_by_the_machine(
    driver: ClaimsDriver, source: FactSource
) -> None:
    first = report(facts=OPEN_WINDOW)
    await denied(driver, first)
    seen = replace(OPEN_WINDOW, **{WINDOW: Fact(value=Truth.FALSE, source=source)})

    (decision,) = await answered(driver, corrected(first, facts=seen))

    assert (decision.outcome, decision.turned_statements) == (Outcome.COVERED, ())


async def test_a_story_that_turns_before_it_is_decided_is_noticed_too(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first = report(facts=HEAVY_RAIN_CAME_IN)

    await driver.report(first, corrected(first, facts=RAIN_FELL_IN))
    ((claim_id,),) = await driver.rows("SELECT claim_id FROM claim")
    await driver.rain(rainfall_answer(claim_id, tenths_mm=399))

    assert [decision.deciding_ground for decision in await driver.decisions()] == [GroundCode.STATEMENT_TURNED]


async def test_a_story_that_turns_back_is_decided_as_it_was_told_first(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first = report(facts=HEAVY_RAIN_CAME_IN)
    turned = corrected(first, facts=RAIN_FELL_IN)
    await driver.report(first)
    await driver.report(turned)

    (decision,) = await answered(driver, corrected(turned, facts=HEAVY_RAIN_CAME_IN))

    assert (decision.outcome, decision.deciding_ground) == (Outcome.COVERED, GroundCode.HEAVY_LOCAL_PRECIPITATION)


async def test_a_correction_against_the_customer_goes_to_a_handler_and_the_decision_stands(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    first = report()
    (covered,) = await answered(driver, first)
    assert covered.outcome is Outcome.COVERED

    assert await answered(driver, corrected(first, facts=OPEN_WINDOW)) == []

    (review,) = await driver.rows("SELECT claim_version, report_version, reason FROM human_review")
    assert tuple(review)[:2] == (1, 2)
    assert "denied (window_or_door_open)" in review["reason"]


def _assessed(reported: LossReported, amount_cents: int) -> LossReported:
    item = DamageItem(kind=DamageKind.BUILDINGS, amount_cents=amount_cents, estimated_by=FactSource.REPAIR_PARTNER)
    return corrected(reported, damage=(item,))


@pytest.mark.parametrize("amount_cents", [200_000, 900_000], ids=["down", "up"])
async def test_an_assessment_before_anything_was_paid_completes_the_decision_in_either_direction(
    driver: ClaimsDriver, amount_cents: int
) -> None:
    await driver.policy(policy())
    first = report(damage_cents=400_000)
    (awaiting,) = await answered(driver, first)
    assert (awaiting.money.awaits_assessment, awaiting.money.payable_cents) == (True, None)

    (decision,) = await answered(driver, _assessed(first, amount_cents))

    assert (decision.claim_version, decision.outcome) == (2, Outcome.COVERED)
    assert decision.money.payable_cents == decision.money.to_pay_cents == amount_cents - 25_000
    assert await driver.rows("SELECT FROM human_review") == []


async def test_a_higher_assessment_after_a_payment_adds_to_it(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first = report()
    await answered(driver, first)

    (decision,) = await answered(driver, _assessed(first, 300_000))

    money = decision.money
    assert (money.payable_cents, money.decided_before_cents, money.to_pay_cents) == (275_000, 159_000, 116_000)


async def test_a_lower_assessment_after_a_payment_goes_to_a_handler(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first = report()
    await answered(driver, first)

    assert await answered(driver, _assessed(first, 100_000)) == []

    assert len(await driver.rows("SELECT FROM human_review")) == 1


@pytest.mark.parametrize(
    ("reported_at", "outcome"),
    [
        (datetime.fromisoformat("2021-07-15T23:59:59+02:00"), Outcome.COVERED),
        (datetime.fromisoformat("2021-07-16T00:00:00+02:00"), Outcome.REFERRED),
    ],
    ids=["on the last day", "a day late"],
)
async def test_a_loss_reported_three_years_and_a_day_later_goes_to_a_handler(
    driver: ClaimsDriver, reported_at: datetime, outcome: Outcome
) -> None:
    loss_at = datetime.fromisoformat("2018-07-15T01:30:00+00:00")
    policy_since_2015 = policy()
    terms = replace(policy_since_2015.terms[0], effective_on=datetime(2015, 1, 1).date())  # noqa: DTZ001
    await driver.policy(replace(policy_since_2015, terms=(terms,)))

    (decision,) = await answered(driver, replace(report(loss_at=loss_at), reported_at=reported_at))

    assert decision.outcome is outcome
    assert (decision.deciding_ground is GroundCode.REPORTED_LATE) == (outcome is Outcome.REFERRED)


async def test_a_correction_does_not_put_a_late_report_back(driver: ClaimsDriver) -> None:
    loss_at = LOSS_AT - timedelta(days=700)
    late = replace(report(loss_at=loss_at), reported_at=loss_at + timedelta(days=1200))
    in_time = loss_at + timedelta(days=900)
    driver.clock.at = max(driver.clock.at, late.reported_at)
    await driver.policy(policy())
    (decision,) = await answered(driver, late)
    assert decision.deciding_ground is GroundCode.REPORTED_LATE

    assert await answered(driver, replace(late, report_version=2, reported_at=in_time)) == []


async def test_an_assessment_years_later_does_not_make_a_report_late(driver: ClaimsDriver) -> None:
    first = report(damage_cents=400_000)
    await driver.policy(policy())
    await answered(driver, first)
    driver.clock.at += timedelta(days=1200)

    (decision,) = await answered(driver, replace(_assessed(first, 390_000), reported_at=LOSS_AT + timedelta(days=1200)))

    assert (decision.outcome, decision.money.payable_cents) == (Outcome.COVERED, 365_000)


async def test_a_moved_loss_that_covers_as_much_as_before_is_decided_by_the_machine(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first = report()
    await answered(driver, first)
    moved_to = LOSS_AT + timedelta(days=1)

    assert await answered(driver, corrected(first, loss=LossInterval(from_at=moved_to, until_at=moved_to))) == []

    assert await driver.rows("SELECT FROM human_review") == []
