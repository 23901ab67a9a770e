from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from claim_events import LOSS_AT, corrected, policy, rainfall_answer, report
from claims_driver import REPORT_TRACE, ClaimsDriver
from msgspec.structs import replace

from claims_svc.domain.deadlines import POLICY_DEADLINE
from claims_svc.domain.working_set import WorkingSet
from contracts.claims import DecisionMade
from contracts.coverage import GroundCode, Outcome
from contracts.vocabulary import LossInterval


async def test_a_claim_whose_policy_stays_unknown_goes_to_a_handler_after_the_wait(driver: ClaimsDriver) -> None:
    reported = report()
    await driver.report(reported)

    await driver.wait(days=1, hours=23)
    assert await driver.published() == []
    await driver.wait(hours=1)

    (decision,) = await driver.decisions()
    assert decision.outcome is Outcome.REFERRED
    assert decision.deciding_ground is GroundCode.POLICY_UNKNOWN
    assert decision.customer_id is None
    assert decision.postcode_area is None
    assert await driver.state(reported) == "referred"


async def test_a_policy_that_arrives_after_the_wait_reopens_the_claim(driver: ClaimsDriver) -> None:
    reported = report()
    await driver.report(reported)
    await driver.wait(days=2)
    (referred,) = await driver.decisions()

    await driver.policy(policy())
    (question,) = await driver.questions()
    assert await driver.state(reported) == "waiting_for_rainfall"
    await driver.rain(rainfall_answer(question.claim_id, tenths_mm=402))

    (decision,) = await driver.decisions()
    assert (decision.claim_version, decision.outcome) == (2, Outcome.COVERED)
    assert decision.previous_proof_sha256 == referred.proof_sha256
    assert await driver.state(reported) == "decided"


async def test_a_claim_whose_rain_stays_unknown_goes_to_a_handler_after_the_wait(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report()
    await driver.open_claims(reported)

    await driver.wait(days=9, hours=23)
    assert await driver.decisions() == []
    await driver.wait(hours=1)

    (decision,) = await driver.decisions()
    assert decision.outcome is Outcome.REFERRED
    assert decision.deciding_ground is GroundCode.RAINFALL_NOT_RECEIVED
    assert await driver.state(reported) == "referred"


async def test_rain_that_arrives_after_the_wait_decides_in_the_customers_favour(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=310, hours_missing=True))
    await driver.wait(days=10)
    (referred,) = await driver.decisions()
    assert referred.outcome is Outcome.REFERRED

    await driver.rain(rainfall_answer(claim_id, tenths_mm=402, assessment_version=2))

    (decision,) = await driver.decisions()
    assert (decision.claim_version, decision.outcome) == (2, Outcome.COVERED)
    assert decision.previous_proof_sha256 == referred.proof_sha256


async def test_an_answer_that_is_not_final_does_not_lengthen_the_wait(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.wait(days=9)

    await driver.rain(rainfall_answer(claim_id, tenths_mm=310, hours_missing=True))
    await driver.wait(days=1)

    (decision,) = await driver.decisions()
    assert decision.outcome is Outcome.REFERRED


async def test_waits_count_from_the_systems_clock_and_not_from_the_date_of_loss(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    await driver.open_claims(report())

    timers = await driver.rows("SELECT kind, due_at - $1::timestamptz AS wait FROM messaging.timer", driver.clock.at)

    waits = {timer["kind"]: timer["wait"] for timer in timers}
    assert waits == {"rain-awaited": timedelta(days=5), "waits-over": timedelta(days=10)}


async def test_a_decision_by_deadline_continues_the_trace_of_the_report(driver: ClaimsDriver) -> None:
    await driver.report(report())

    await driver.wait(days=2)

    published = await driver.harness.published_with_traces()
    assert DecisionMade in {type(event) for event, _ in published}
    assert {trace for _, trace in published} == {REPORT_TRACE}


async def test_a_corrected_question_starts_a_new_wait(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report()
    await driver.open_claims(reported)
    await driver.wait(days=9)

    await driver.report(
        report(report_id=reported.report_id, report_version=2, loss_at=reported.loss.from_at.replace(hour=4))
    )
    await driver.published()
    await driver.wait(days=9)
    assert await driver.decisions() == []

    await driver.wait(days=1)
    assert len(await driver.decisions()) == 1


async def test_a_question_asked_after_a_wait_has_ended_is_waited_for_anew(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report()
    (claim_id,) = await driver.open_claims(reported)
    await driver.wait(days=10)
    moved_to = reported.loss.from_at.replace(hour=4)
    await driver.report(report(report_id=reported.report_id, report_version=2, loss_at=moved_to))
    await driver.published()

    await driver.rain(
        rainfall_answer(claim_id, tenths_mm=310, request_version=2, loss_at=moved_to, hours_missing=True),
    )

    assert await driver.published() == []
    assert await driver.state(reported) == "waiting_for_rainfall"


async def test_a_deadline_of_a_wait_that_has_ended_decides_nothing(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.published()
    stale = "INSERT INTO messaging.timer (kind, key, due_at) VALUES ('rainfall-deadline', $1, $2)"
    await driver.rows(stale, str(claim_id), driver.clock.at)

    await driver.wait(days=10)

    assert await driver.published() == []


async def test_a_report_corrected_to_another_unknown_policy_waits_for_that_policy_anew(driver: ClaimsDriver) -> None:
    mistyped = report(policy_number="123456-531-05")
    await driver.report(mistyped)
    await driver.wait(days=2)
    assert await driver.state(mistyped) == "referred"

    await driver.report(replace(mistyped, report_version=2, policy_number="123456-531-06"))

    assert await driver.state(mistyped) == "waiting_for_policy"
    await driver.wait(days=2)
    assert await driver.state(mistyped) == "referred"


async def test_of_waits_that_began_together_those_that_go_on_are_ended(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    answered, silent, corrected_since = (report(loss_at=LOSS_AT - timedelta(days=10 * place)) for place in range(3))
    claim_id, *_ = await driver.open_claims(answered, silent, corrected_since)
    assert len(await driver.rows("SELECT FROM messaging.timer WHERE kind = 'waits-over'")) == 1
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.wait(days=9)
    moved_to = corrected_since.loss.from_at.replace(hour=4)
    await driver.report(corrected(corrected_since, loss=LossInterval(from_at=moved_to, until_at=moved_to)))
    await driver.published()

    await driver.wait(days=1)

    (decision,) = await driver.decisions()
    assert decision.report_id == silent.report_id
    assert await driver.state(corrected_since) == "waiting_for_rainfall"
    await driver.wait(days=9)
    (later,) = await driver.decisions()
    assert later.report_id == corrected_since.report_id


async def test_a_timer_that_fires_too_early_ends_no_wait(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report()
    (claim_id,) = await driver.open_claims(reported)
    early = "INSERT INTO messaging.timer (kind, key, due_at) VALUES ('rainfall-deadline', $1, $2)"
    await driver.rows(early, str(claim_id), driver.clock.at)

    await driver.wait(days=9)

    assert await driver.decisions() == []
    assert await driver.state(reported) == "waiting_for_rainfall"


async def test_a_claim_that_cannot_be_decided_does_not_keep_others_of_its_batch_waiting(
    driver: ClaimsDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = report(), report(policy_number="654321-531-04")
    await driver.report(first, second)
    end_wait = WorkingSet.end_wait

    def end_wait_of_the_second(working_set: WorkingSet, claim_id: UUID, *, kind: str) -> None:
        if claim_id == broken:
            raise ValueError("cannot be decided")
        end_wait(working_set, claim_id, kind=kind)

    (row,) = await driver.rows("SELECT claim_id FROM claim WHERE report_id = $1", first.report_id)
    broken = row["claim_id"]
    monkeypatch.setattr(WorkingSet, "end_wait", end_wait_of_the_second)

    await driver.wait(days=2)

    assert (await driver.state(first), await driver.state(second)) == ("waiting_for_policy", "referred")
    (timer,) = await driver.rows("SELECT key, attempts FROM messaging.timer WHERE kind = $1", POLICY_DEADLINE)
    assert (timer["key"], timer["attempts"]) == (str(broken), 1)
