from __future__ import annotations

from claim_events import policy, rainfall, report
from claims_desk import Desk

from contracts.claims import Outcome


async def test_corrected_rain_in_the_customers_favour_is_decided_again(desk: Desk) -> None:
    await desk.policy(policy())
    (claim_id,) = await desk.open_claims(report())
    await desk.rain(rainfall(claim_id, tenths_mm=399))
    (denied,) = await desk.decisions()

    await desk.rain(rainfall(claim_id, tenths_mm=400, assessment_version=2))

    (covered,) = await desk.decisions()
    assert (denied.outcome, covered.outcome) == (Outcome.DENIED, Outcome.COVERED)
    assert covered.claim_version == 2
    assert covered.previous_proof_sha256 == denied.proof_sha256
    assert covered.claim_reference == denied.claim_reference
    assert len(await desk.rows("SELECT FROM decision")) == 2


async def test_corrected_rain_against_the_customer_goes_to_a_handler_and_takes_nothing_back(desk: Desk) -> None:
    await desk.policy(policy())
    reported = report()
    (claim_id,) = await desk.open_claims(reported)
    await desk.rain(rainfall(claim_id, tenths_mm=400))
    await desk.said()

    await desk.rain(rainfall(claim_id, tenths_mm=399, assessment_version=2))

    assert await desk.said() == []
    assert await desk.state(reported) == "decided"
    (review,) = await desk.rows("SELECT * FROM human_review")
    assert (review["claim_id"], review["claim_version"], review["assessment_version"]) == (claim_id, 1, 2)
    assert "denied" in review["reason"]
    assert review["raised_at"] == desk.clock.at


async def test_corrected_rain_that_changes_nothing_for_the_customer_is_only_kept(desk: Desk) -> None:
    await desk.policy(policy())
    (claim_id,) = await desk.open_claims(report())
    await desk.rain(rainfall(claim_id, tenths_mm=402))
    await desk.said()

    await desk.rain(rainfall(claim_id, tenths_mm=415, assessment_version=2))

    assert await desk.said() == []
    assert await desk.rows("SELECT FROM human_review") == []
    assert [row[0] for row in await desk.rows("SELECT assessment_version FROM rainfall")] == [2]


async def test_a_yes_and_its_correction_in_one_batch_end_as_in_two(desk: Desk) -> None:
    await desk.policy(policy())
    (claim_id,) = await desk.open_claims(report())

    await desk.rain(rainfall(claim_id, tenths_mm=399), rainfall(claim_id, tenths_mm=400, assessment_version=2))

    first, second = await desk.decisions()
    assert [first.outcome, second.outcome] == [Outcome.DENIED, Outcome.COVERED]
    assert second.previous_proof_sha256 == first.proof_sha256


async def test_a_lower_deductible_at_loss_pays_more(desk: Desk) -> None:
    await desk.policy(policy(deductible_cents=100_000))
    (claim_id,) = await desk.open_claims(report())
    await desk.rain(rainfall(claim_id, tenths_mm=402))
    await desk.said()

    await desk.policy(policy(version=2, deductible_cents=0))

    (decision,) = await desk.decisions()
    assert (decision.claim_version, decision.money.payable_cents) == (2, 159_000)


async def test_a_higher_deductible_at_loss_is_looked_at_by_a_handler(desk: Desk) -> None:
    await desk.policy(policy(deductible_cents=0))
    (claim_id,) = await desk.open_claims(report())
    await desk.rain(rainfall(claim_id, tenths_mm=402))
    await desk.said()

    await desk.policy(policy(version=2, deductible_cents=100_000), policy(version=2, deductible_cents=100_000))

    assert await desk.said() == []
    assert len(await desk.rows("SELECT FROM human_review")) == 1


async def test_a_corrected_report_after_the_decision_pays_what_it_now_says(desk: Desk) -> None:
    await desk.policy(policy())
    reported = report(damage_cents=100_000)
    (claim_id,) = await desk.open_claims(reported)
    await desk.rain(rainfall(claim_id, tenths_mm=402))
    await desk.said()

    await desk.report(report(report_id=reported.report_id, report_version=2, damage_cents=120_000))

    (decision,) = await desk.decisions()
    assert (decision.claim_version, decision.money.payable_cents) == (2, 95_000)


async def test_evidence_against_a_decision_asks_for_one_review_however_often_it_comes_back(desk: Desk) -> None:
    await desk.policy(policy())
    (claim_id,) = await desk.open_claims(report())
    await desk.rain(rainfall(claim_id, tenths_mm=400))
    await desk.rain(rainfall(claim_id, tenths_mm=399, assessment_version=2))

    await desk.rain(rainfall(claim_id, tenths_mm=399, assessment_version=2))

    assert len(await desk.rows("SELECT FROM human_review")) == 1
