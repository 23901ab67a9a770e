"""A customer who asks for all that is held about them gets their claims, with reports, decisions and proofs."""

from __future__ import annotations

import json
from uuid import uuid4

from claim_events import POLICY_NUMBER, policy, rainfall_answer, report
from claims_driver import ClaimsDriver

from claims_svc.repository.customer_data import DECISIONS, NOTHING_OF_CUSTOMERS, SECTIONS

OTHER_POLICY = "654321-531-04"


async def held_about(driver: ClaimsDriver, *policy_numbers: str) -> dict[str, list[dict[str, object]]]:
    held = await driver.harness.holds(customer_id=uuid4(), relation_number="123456", policy_numbers=policy_numbers)
    return dict(held)


async def test_a_customer_gets_their_claims_with_the_proof_as_it_was_hashed(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    mine, other = report(), report(policy_number=OTHER_POLICY)
    await driver.report(mine, other)
    for question in await driver.questions():
        await driver.rain(rainfall_answer(question.claim_id, tenths_mm=400))
    (decision,) = await driver.decisions()

    held = await held_about(driver, POLICY_NUMBER)

    assert list(held) == [*SECTIONS, "decisions"]
    (claim,), (reported,), (decided,) = held["claims"], held["reports"], held["decisions"]
    assert claim["claim_reference"] == decision.claim_reference
    assert reported["report"]["report_id"] == str(mine.report_id)  # type: ignore[index] # JSON
    assert decided["proof_sha256"] == decision.proof_sha256
    assert str(other.report_id) not in json.dumps(held)


async def test_who_has_no_policy_has_no_claims(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    await driver.report(report())
    await driver.published()

    assert all(rows == [] for rows in (await held_about(driver)).values())


async def test_every_table_is_told_or_there_is_a_reason_why_not(driver: ClaimsDriver) -> None:
    sections = {**SECTIONS, "decisions": DECISIONS}
    untold = await driver.harness.tables_untold(sections=sections, nothing_of_customers=NOTHING_OF_CUSTOMERS)
    assert untold == set()
