from __future__ import annotations

from uuid import uuid4

import asyncpg
import pytest
from claim_events import LOSS_AT, policy, rainfall_answer, report
from claims_driver import REPORT_TRACE, ClaimsDriver
from structlog.testing import capture_logs

from claims_svc.domain import proof
from claims_svc.domain.proof_check import differences
from claims_svc.repository import stored_proofs
from contracts.coverage import GroundCode, Outcome


async def test_forty_millimetres_in_24_hours_cover_the_claim_less_the_deductible(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report()
    (claim_id,) = await driver.open_claims(reported)

    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))

    (decision,) = await driver.decisions()
    assert decision.outcome is Outcome.COVERED
    assert decision.deciding_ground is GroundCode.HEAVY_LOCAL_PRECIPITATION
    assert decision.money.payable_cents == 184_000 - 25_000
    assert decision.claim_version == 1
    assert decision.customer_id == policy().customer_id
    assert decision.postcode_area == "6011"
    assert decision.decided_at == driver.clock.at
    assert await driver.state(reported) == "decided"


async def test_a_tenth_of_a_millimetre_short_denies_it(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())

    await driver.rain(rainfall_answer(claim_id, tenths_mm=399))

    (decision,) = await driver.decisions()
    assert decision.outcome is Outcome.DENIED
    assert decision.rain is not None
    (reading,) = decision.rain.stations[0].readings
    assert [window.best_sum_tenths_mm for window in reading.windows] == [399, 399, 399]


async def test_an_answer_that_is_not_final_keeps_the_claim_waiting_until_the_hours_arrive(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report()
    (claim_id,) = await driver.open_claims(reported)

    await driver.rain(rainfall_answer(claim_id, tenths_mm=310, hours_missing=True))
    assert await driver.published() == []
    assert await driver.state(reported) == "waiting_for_rainfall"
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402, assessment_version=2))

    (decision,) = await driver.decisions()
    assert decision.outcome is Outcome.COVERED
    assert decision.rain is not None
    assert decision.rain.assessment_version == 2


async def test_both_answers_in_one_batch_decide_once(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())

    await driver.rain(
        rainfall_answer(claim_id, tenths_mm=310, hours_missing=True),
        rainfall_answer(claim_id, tenths_mm=402, assessment_version=2),
    )

    assert [decision.claim_version for decision in await driver.decisions()] == [1]


async def test_an_answer_older_than_the_one_known_changes_nothing(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=310, hours_missing=True, assessment_version=2))

    await driver.rain(rainfall_answer(claim_id, tenths_mm=402, assessment_version=1))

    assert await driver.published() == []


async def test_an_answer_to_a_question_no_longer_asked_decides_nothing(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report()
    (claim_id,) = await driver.open_claims(reported)
    await driver.report(report(report_id=reported.report_id, report_version=2, loss_at=LOSS_AT.replace(hour=4)))
    await driver.published()

    await driver.rain(rainfall_answer(claim_id, tenths_mm=402, request_version=1))
    assert await driver.published() == []

    await driver.rain(rainfall_answer(claim_id, tenths_mm=402, request_version=2, loss_at=LOSS_AT.replace(hour=4)))
    assert len(await driver.decisions()) == 1


async def test_an_answer_about_a_claim_nobody_knows_harms_no_other(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())

    unknown = uuid4()

    with capture_logs() as logged:
        await driver.rain(rainfall_answer(unknown, tenths_mm=402), rainfall_answer(claim_id, tenths_mm=402))

    assert [decision.claim_id for decision in await driver.decisions()] == [claim_id]
    assert [line["claim_id"] for line in logged if line["event"] == "rainfall.unmatched"] == [str(unknown)]
    assert await driver.rows("SELECT FROM messaging.dead_letter") == []


async def test_a_decision_is_kept_with_its_evidence_and_a_proof_that_holds(driver: ClaimsDriver) -> None:
    await driver.policy(policy(version=4))
    (claim_id,) = await driver.open_claims(report())

    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))

    (decision,) = await driver.decisions()
    (row,) = await driver.rows("SELECT * FROM decision")
    assert (row["report_version"], row["policy_version"], row["request_version"], row["assessment_version"]) == (
        1,
        4,
        1,
        1,
    )
    assert row["payable_cents"] == decision.money.payable_cents
    assert row["proof_sha256"] == decision.proof_sha256
    canonical = stored_proofs.unpack(row["proof"])
    assert proof.sha256_of(canonical) == decision.proof_sha256
    assert differences(canonical) == []


async def test_what_was_decided_can_not_be_changed_in_the_database(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))

    with pytest.raises(asyncpg.RaiseError, match="a new version is a new row"):
        await driver.rows("UPDATE decision SET payable_cents = 0")


async def test_nothing_of_a_wait_is_left_behind_its_end(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    assert len(await driver.rows("SELECT FROM messaging.timer")) == 2  # the end, and a word in between
    assert len(await driver.rows("SELECT FROM wait")) == 1
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))

    await driver.wait(days=10)

    assert await driver.rows("SELECT FROM messaging.timer") == await driver.rows("SELECT FROM wait") == []


async def test_a_decision_is_logged_under_the_ids_people_search_for_and_nothing_about_the_customer(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    reported = report()
    (claim_id,) = await driver.open_claims(reported)

    with capture_logs() as logged:
        await driver.rain(rainfall_answer(claim_id, tenths_mm=402))

    (line,) = [line for line in logged if line["event"] == "claim.decided"]
    assert line == {
        "event": "claim.decided",
        "log_level": "info",
        "claim_id": str(claim_id),
        "report_id": str(reported.report_id),
        "claim_version": 1,
        "outcome": "covered",
        "ground": "heavy_local_precipitation",
        "trace_id": REPORT_TRACE[3:35],
    }
