from __future__ import annotations

from unittest.mock import Mock

import pytest
from claim_events import HEAVY_RAIN_CAME_IN, YES, corrected, policy, rainfall_answer, report
from claims_driver import REPORT_TRACE, ClaimsDriver
from msgspec.structs import replace
from structlog.testing import capture_logs

from chassis.telemetry.tracing import trace_id_of
from claims_svc.domain import proof
from contracts.coverage import Outcome
from contracts.loss_reports import DamageItem, DamageKind
from contracts.vocabulary import Cover, WaterRoute

BOTH_RAINS_CAME_IN = replace(HEAVY_RAIN_CAME_IN, precipitation_fell_directly=YES)


def by_both_rains(*, fell_in_cents: int, heavy_rain_cents: int) -> tuple[DamageItem, DamageItem]:
    """Return damage by rain that fell in, covered whatever the station measured, and by heavy rain."""
    return (
        _damage(fell_in_cents, WaterRoute.DIRECT_PRECIPITATION),
        _damage(heavy_rain_cents, WaterRoute.INDIRECT_PRECIPITATION),
    )


def _damage(cents: int, route: WaterRoute) -> DamageItem:
    return DamageItem(kind=DamageKind.BUILDINGS, amount_cents=cents, route=route)


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


async def test_the_proofs_of_many_claims_are_read_once_and_on_trust_when_their_policy_changes(
    driver: ClaimsDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judged as strangers' proofs are, and several times a claim, they would make a new policy version a cliff."""
    read = Mock(wraps=proof.read_own)
    judged = Mock(wraps=proof.read)
    await driver.policy(policy())
    claim_ids = await driver.open_claims(report(), report(kind=DamageKind.CONTENTS))
    await driver.rain(*(rainfall_answer(claim_id, tenths_mm=402) for claim_id in claim_ids))
    await driver.published()
    monkeypatch.setattr(proof, "read_own", read)
    monkeypatch.setattr(proof, "read", judged)

    await driver.policy(policy(version=2))

    assert len(await driver.rows("SELECT FROM claim WHERE policy_version = 2")) == 2
    assert (read.call_count, judged.call_count) == (2, 0)


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
    (line,) = (line for line in logged if line["event"] == "human_review.requested")
    assert line["claim_id"] == str(claim_id)
    assert line["report_id"] == str(reported.report_id)
    assert line["trace_id"] == trace_id_of(REPORT_TRACE)
    (review,) = await driver.rows("SELECT * FROM human_review")
    assert (review["claim_id"], review["claim_version"], review["assessment_version"]) == (claim_id, 1, 2)
    assert review["reason"] == "new evidence gives denied (no_heavy_local_precipitation), payable 0 cents"
    assert review["raised_at"] == driver.clock.at


@pytest.mark.parametrize("heavy_rain_cents", [180_000, 300_000], ids=["paid", "awaiting an assessment"])
async def test_rain_corrected_against_one_item_goes_to_a_handler_whatever_another_is_paid(
    driver: ClaimsDriver, heavy_rain_cents: int
) -> None:
    await driver.policy(policy())
    damage = by_both_rains(fell_in_cents=50_000, heavy_rain_cents=heavy_rain_cents)
    (claim_id,) = await driver.open_claims(report(facts=BOTH_RAINS_CAME_IN, damage=damage))
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.published()

    await driver.rain(rainfall_answer(claim_id, tenths_mm=300, assessment_version=2))

    assert await driver.published() == []
    (review,) = await driver.rows("SELECT reason FROM human_review")
    assert review["reason"] == (
        "new evidence gives covered (direct_precipitation), payable 50000 cents, "
        "item 2 denied (no_heavy_local_precipitation)"
    )


async def test_an_item_in_doubt_is_not_denied_by_later_rain_because_another_is_paid(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    damage = by_both_rains(fell_in_cents=30_000, heavy_rain_cents=180_000)
    reported = report(facts=BOTH_RAINS_CAME_IN, damage=damage)
    (claim_id,) = await driver.open_claims(reported)
    await driver.rain(rainfall_answer(claim_id, tenths_mm=310, hours_missing=True))
    await driver.wait(days=10)
    (in_doubt,) = await driver.decisions()
    assert [item.outcome for item in in_doubt.items] == [Outcome.COVERED, Outcome.REFERRED]

    await driver.rain(rainfall_answer(claim_id, tenths_mm=310, assessment_version=2))

    assert await driver.published() == []
    assert await driver.state(reported) == "referred"
    assert len(await driver.rows("SELECT FROM human_review")) == 1


async def test_a_denied_item_that_later_rain_leaves_in_doubt_is_decided_again_beside_a_paid_one(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    damage = by_both_rains(fell_in_cents=50_000, heavy_rain_cents=180_000)
    (claim_id,) = await driver.open_claims(report(facts=BOTH_RAINS_CAME_IN, damage=damage))
    await driver.rain(rainfall_answer(claim_id, tenths_mm=310))
    (denied,) = await driver.decisions()

    await driver.rain(rainfall_answer(claim_id, tenths_mm=310, assessment_version=2, hours_missing=True))
    await driver.wait(days=10)

    (in_doubt,) = await driver.decisions()
    assert [item.outcome for item in denied.items] == [Outcome.COVERED, Outcome.DENIED]
    assert [item.outcome for item in in_doubt.items] == [Outcome.COVERED, Outcome.REFERRED]
    assert (in_doubt.money.payable_cents, in_doubt.money.to_pay_cents) == (50_000, 0)
    assert await driver.rows("SELECT FROM human_review") == []


async def test_a_cover_that_was_never_chosen_is_not_denied_by_the_machine_beside_what_is_paid(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    damage = (
        DamageItem(kind=DamageKind.BUILDINGS, amount_cents=50_000),
        DamageItem(kind=DamageKind.CONTENTS, amount_cents=300_000),
    )
    (claim_id,) = await driver.open_claims(report(damage=damage))
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    (first,) = await driver.decisions()
    assert first.money.awaits_assessment

    later = policy(version=2)
    terms = replace(later.terms[0], covers=(Cover.BUILDINGS,))
    await driver.policy(replace(later, terms=(terms,)))

    assert await driver.published() == []
    assert len(await driver.rows("SELECT FROM human_review")) == 1


async def test_what_is_paid_stays_decided_when_more_damage_awaits_an_assessment_and_the_handler_reads_why(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    reported = report(damage_cents=200_000)
    (claim_id,) = await driver.open_claims(reported)
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.published()

    contents = DamageItem(kind=DamageKind.CONTENTS, amount_cents=100_000)
    await driver.report(corrected(reported, damage=(*reported.damage, contents)))

    assert await driver.published() == []
    assert [row["reason"] for row in await driver.rows("SELECT reason FROM human_review")] == [
        "new evidence gives covered (heavy_local_precipitation), payable None cents, the rest when it has been assessed"
    ]


async def test_corrected_rain_that_changes_nothing_for_the_customer_is_only_kept(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.published()

    await driver.rain(rainfall_answer(claim_id, tenths_mm=415, assessment_version=2))

    assert await driver.published() == []
    assert await driver.rows("SELECT FROM human_review") == []
    assert [row[0] for row in await driver.rows("SELECT assessment_version FROM rainfall")] == [2]

    # What is stored is newer than the answer in the proof: the same version again changes nothing.
    await driver.rain(rainfall_answer(claim_id, tenths_mm=310, assessment_version=2))
    assert await driver.rows("SELECT FROM human_review") == []


async def test_later_evidence_is_compared_with_the_newest_of_the_decisions(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=310))
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402, assessment_version=2))
    assert [decision.outcome for decision in await driver.decisions()] == [Outcome.DENIED, Outcome.COVERED]

    await driver.rain(rainfall_answer(claim_id, tenths_mm=310, assessment_version=3))

    assert await driver.published() == []
    assert len(await driver.rows("SELECT FROM human_review WHERE claim_version = 2")) == 1


async def test_an_answer_that_a_proof_holds_is_not_stored_beside_it_and_still_known(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402, assessment_version=2))
    await driver.published()
    assert await driver.rows("SELECT FROM rainfall") == []

    # An older one, the same again, and a later version of the policy find the answer in the proof.
    await driver.rain(rainfall_answer(claim_id, tenths_mm=390, assessment_version=1))
    await driver.rain(rainfall_answer(claim_id, tenths_mm=390, assessment_version=2))
    await driver.policy(policy(version=2))

    assert await driver.published() == []
    assert await driver.rows("SELECT FROM human_review") == []
    assert await driver.rows("SELECT FROM rainfall") == []


async def test_an_answer_that_the_newest_proof_does_not_hold_is_stored_beside_it(driver: ClaimsDriver) -> None:
    other_number = "654321-531-04"
    await driver.policy(policy())
    reported = report()
    (claim_id,) = await driver.open_claims(reported)
    await driver.rain(rainfall_answer(claim_id, tenths_mm=390))
    (denied,) = await driver.decisions()
    await driver.report(corrected(reported, policy_number=other_number))
    await driver.wait(days=2)
    (referred,) = await driver.decisions()
    assert (denied.rain is None, referred.rain is None) == (False, True)

    await driver.policy(policy(policy_number=other_number))

    # The question is the same again, and its answer is still known.
    assert await driver.questions() == []
    assert await driver.state(reported) in {"decided", "referred"}
    assert [row[0] for row in await driver.rows("SELECT assessment_version FROM rainfall")] == [1]


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
