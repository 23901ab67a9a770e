"""A report that lists no damage (yet) is about the loss that another one tells of: one claim, paid once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from claim_events import LOSS_AT, corrected, policy, rainfall_answer, report
from claims_driver import ClaimsDriver

from contracts.coverage import Outcome
from contracts.loss_reports import DamageKind, LossFacts, LossReported, ReportChannel

ONLY_THE_DAY = report(
    facts=LossFacts(),
    damage=(),
    loss_at=LOSS_AT.replace(hour=0, minute=0),
    loss_until=LOSS_AT.replace(hour=23, minute=59),
    channel=ReportChannel.PHONE,
)
FULL = report()


async def rain_at_each(driver: ClaimsDriver) -> None:
    """Answer every question about rain with more than enough."""
    asked = await driver.questions()
    await driver.rain(
        *(rainfall_answer(each.claim_id, tenths_mm=600, request_version=each.request_version) for each in asked)
    )


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("reports", [(ONLY_THE_DAY, FULL), (FULL, ONLY_THE_DAY)], ids=["day first", "damage first"])
async def test_a_loss_of_which_only_the_day_was_told_first_or_last_is_one_claim_and_paid_once(
    driver: ClaimsDriver, reports: tuple[LossReported, LossReported], *, together: bool
) -> None:
    first, second = reports
    await driver.policy(policy())

    if together:
        await driver.report(first, second)
    else:
        await driver.report(first)
        await driver.report(second)
    await rain_at_each(driver)

    (decision,) = await driver.decisions()
    assert set(decision.report_ids) == {ONLY_THE_DAY.report_id, FULL.report_id}
    assert decision.outcome is Outcome.COVERED
    assert decision.money.to_pay_cents == 159_000
    assert await driver.joined() == {second.report_id: first.report_id}


async def test_what_a_claim_without_damage_turns_out_to_be_about_is_held_for_the_claim_that_has_it(
    driver: ClaimsDriver,
) -> None:
    """Two claims that told of different days, until one of them is told to be about the damage of the other."""
    await driver.policy(policy())
    later = corrected(ONLY_THE_DAY, report_version=1, loss=report(loss_at=LOSS_AT + timedelta(days=2)).loss)
    await driver.report(FULL)
    await driver.report(later)
    assert await driver.duplicates() == {}

    await driver.report(report(loss_at=LOSS_AT + timedelta(days=2), damage_cents=10_000))

    ((full,),) = await driver.rows("SELECT claim_id FROM claim WHERE report_id = $1", FULL.report_id)
    assert list((await driver.duplicates()).values()) == [full]
    assert len(await driver.joined()) == 1


async def test_a_claim_that_once_listed_no_damage_holds_no_other_damage_of_its_storm(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    await driver.report(ONLY_THE_DAY)
    await driver.report(corrected(ONLY_THE_DAY, damage=FULL.damage, facts=FULL.facts))

    await driver.report(report(kind=DamageKind.CONTENTS))

    assert await driver.duplicates() == {}
    assert await driver.rows("SELECT FROM former_outline") == []


async def test_damage_that_was_told_and_taken_back_is_not_paid_to_another_claim(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    await driver.report(FULL)
    await driver.report(corrected(FULL, damage=()))

    await driver.report(report(loss_at=LOSS_AT + timedelta(hours=9)))

    assert len(await driver.duplicates()) == 1
