from __future__ import annotations

from claim_events import policy, rainfall_answer, report
from claims_driver import REPORT_TRACE, ClaimsDriver
from structlog.testing import capture_logs

from chassis.telemetry.tracing import trace_id_of
from contracts.coverage import Outcome


async def test_corrected_rain_in_the_customers_favour_is_decided_again(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=399))
    (denied,) = await driver.decisions()

    await driver.rain(rainfall_answer(claim_id, tenths_mm=400, assessment_version=2))

    (covered,) = await driver.decisions()
    assert (denied.outcome, covered.outcome) == (Outcome.DENIED, Outcome.COVERED)
    assert covered.claim_version == 2
    assert covered.previous_proof_sha256 == denied.proof_sha256
    assert covered.claim_reference == denied.claim_reference
    assert len(await driver.rows("SELECT FROM decision")) == 2


async def test_corrected_rain_against_the_customer_goes_to_a_handler_and_claws_nothing_back(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    reported = report()
    (claim_id,) = await driver.open_claims(reported)
    await driver.rain(rainfall_answer(claim_id, tenths_mm=400))
    await driver.published()

    with capture_logs() as logged:
        await driver.rain(rainfall_answer(claim_id, tenths_mm=399, assessment_version=2))

    assert await driver.published() == []
    assert await driver.state(reported) == "decided"
    assert [line["claims"] for line in logged if line["event"] == "human_review.requested"] == [
        [{"claim_id": str(claim_id), "trace_id": trace_id_of(REPORT_TRACE)}]
    ]
    (review,) = await driver.rows("SELECT * FROM human_review")
    assert (review["claim_id"], review["claim_version"], review["assessment_version"]) == (claim_id, 1, 2)
    assert review["reason"] == "new evidence gives denied (no_heavy_local_precipitation), payable 0 cents"
    assert review["raised_at"] == driver.clock.at


async def test_corrected_rain_that_changes_nothing_for_the_customer_is_only_kept(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.published()

    await driver.rain(rainfall_answer(claim_id, tenths_mm=415, assessment_version=2))

    assert await driver.published() == []
    assert await driver.rows("SELECT FROM human_review") == []
    assert [row[0] for row in await driver.rows("SELECT assessment_version FROM rainfall")] == [2]


async def test_a_yes_and_its_correction_in_one_batch_end_as_in_two(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())

    await driver.rain(
        rainfall_answer(claim_id, tenths_mm=399), rainfall_answer(claim_id, tenths_mm=400, assessment_version=2)
    )

    first, second = await driver.decisions()
    assert [first.outcome, second.outcome] == [Outcome.DENIED, Outcome.COVERED]
    assert second.previous_proof_sha256 == first.proof_sha256


async def test_a_lower_deductible_at_loss_pays_more(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=100_000))
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.published()

    await driver.policy(policy(version=2, deductible_cents=0))

    (decision,) = await driver.decisions()
    assert (decision.claim_version, decision.money.payable_cents) == (2, 159_000)


async def test_a_higher_deductible_at_loss_is_looked_at_by_a_handler(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=0))
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.published()

    await driver.policy(policy(version=2, deductible_cents=100_000), policy(version=2, deductible_cents=100_000))

    assert await driver.published() == []
    assert len(await driver.rows("SELECT FROM human_review")) == 1


async def test_a_corrected_report_after_the_decision_pays_what_it_now_says(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report(damage_cents=100_000)
    (claim_id,) = await driver.open_claims(reported)
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.published()

    await driver.report(report(report_id=reported.report_id, report_version=2, damage_cents=120_000))

    (decision,) = await driver.decisions()
    assert (decision.claim_version, decision.money.payable_cents) == (2, 95_000)


async def test_evidence_against_a_decision_asks_for_one_review_however_often_it_comes_back(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=400))
    await driver.rain(rainfall_answer(claim_id, tenths_mm=399, assessment_version=2))

    await driver.rain(rainfall_answer(claim_id, tenths_mm=399, assessment_version=2))

    assert len(await driver.rows("SELECT FROM human_review")) == 1
