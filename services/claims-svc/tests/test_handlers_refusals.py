"""A loss of the future is refused at intake, and harms no other report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from claim_events import LOSS_AT, POLICY_NUMBER, corrected, policy, report
from claims_driver import OPENED_AT, ClaimsDriver
from msgspec.structs import replace

from chassis.consuming.replay import replay
from contracts.dead_letters import MessageDeadLettered
from contracts.loss_reports import LOSS_REPORTED

OF_2031 = report(loss_at=datetime(2031, 7, 15, 1, 30, tzinfo=UTC))
REASON = "reported_at must not be later than now (15 minutes are tolerated); send the time at which the report was made"


async def test_a_loss_of_2031_is_refused_with_the_reason_and_the_others_of_its_batch_are_taken_up(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    before, after = report(), report(loss_at=LOSS_AT - timedelta(days=9))

    await driver.report(before, OF_2031, after)

    assert await driver.dead_letters() == [("reported-in-the-future", REASON)]
    assert await driver.state(before) == await driver.state(after) == "waiting_for_rainfall"
    assert len(await driver.rows("SELECT FROM claim")) == 2
    (letter,) = [event for event in await driver.published() if isinstance(event, MessageDeadLettered)]
    assert (letter.topic, letter.reason_code, letter.reason) == (LOSS_REPORTED.name, "reported-in-the-future", REASON)


async def test_a_batch_of_nothing_but_refused_reports_touches_no_policy(driver: ClaimsDriver) -> None:
    await driver.report(OF_2031)

    assert await driver.rows("SELECT FROM policy WHERE policy_number = $1", POLICY_NUMBER) == []
    assert len(await driver.dead_letters()) == 1


async def test_a_correction_from_the_future_leaves_the_claim_as_it_was(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    known = report()
    await driver.report(known)
    before = await driver.rows("SELECT * FROM claim")

    await driver.report(corrected(known, loss=OF_2031.loss))

    assert await driver.rows("SELECT * FROM claim") == before
    assert len(await driver.dead_letters()) == 1


async def test_a_replay_before_its_time_is_refused_the_same_way_and_later_it_is_taken_up(driver: ClaimsDriver) -> None:
    tomorrow = replace(report(), reported_at=OPENED_AT + timedelta(days=1))
    await driver.report(tomorrow)
    service, runtime = driver.harness.service, driver.harness.runtime

    async def replayed() -> list[str | None]:
        return [reason async for _, reason in replay(service.consumers, runtime.work, only=None)]

    assert await replayed() == [REASON]
    assert await driver.rows("SELECT FROM claim") == []

    driver.clock.advance(timedelta(days=1))
    assert await replayed() == [None]
    assert await driver.state(tomorrow) == "waiting_for_policy"
