from __future__ import annotations

import pytest
from claim_events import policy, rainfall_answer, report
from claims_driver import ClaimsDriver

POLICIES = 100


def number(index: int) -> str:
    return f"{100_000 + index % POLICIES}-531-04"


@pytest.fixture
async def insured(driver: ClaimsDriver) -> ClaimsDriver:
    """A driver that knows a hundred policies."""
    await driver.policy(*(policy(policy_number=number(index)) for index in range(POLICIES)))
    return driver


async def test_five_hundred_reports_need_as_many_statements_as_ten(insured: ClaimsDriver) -> None:
    few = await insured.statements(insured.report(*(report(policy_number=number(index)) for index in range(10))))
    many = await insured.statements(insured.report(*(report(policy_number=number(index)) for index in range(500))))

    assert 5 < len(few) == len(many)
    assert len(many) <= 12
    assert len(await insured.rows("SELECT FROM claim")) == 510


async def test_five_hundred_answers_need_as_many_statements_as_ten(insured: ClaimsDriver) -> None:
    claims = await insured.open_claims(*(report(policy_number=number(index)) for index in range(510)))

    few = await insured.statements(insured.rain(*(rainfall_answer(claim, tenths_mm=402) for claim in claims[:10])))
    many = await insured.statements(insured.rain(*(rainfall_answer(claim, tenths_mm=402) for claim in claims[10:])))

    assert 5 < len(few) == len(many)
    assert len(many) <= 14
    assert len(await insured.decisions()) == 510


async def test_five_hundred_corrections_need_as_many_statements_as_ten(insured: ClaimsDriver) -> None:
    claims = await insured.open_claims(*(report(policy_number=number(index)) for index in range(510)))
    await insured.rain(*(rainfall_answer(claim, tenths_mm=399) for claim in claims))
    await insured.published()
    better = [rainfall_answer(claim, tenths_mm=402, assessment_version=2) for claim in claims]

    few = await insured.statements(insured.rain(*better[:10]))
    many = await insured.statements(insured.rain(*better[10:]))

    assert 5 < len(few) == len(many)
    assert {decision.claim_version for decision in await insured.decisions()} == {2}


async def test_five_hundred_versions_of_one_report_need_no_more_statements_than_five_hundred_reports(
    insured: ClaimsDriver,
) -> None:
    first = report(policy_number=number(0))
    versions = [
        report(report_id=first.report_id, report_version=version, policy_number=number(0), damage_cents=version * 100)
        for version in range(1, 501)
    ]

    assert len(await insured.statements(insured.report(*versions))) <= 12

    (row,) = await insured.rows("SELECT report_version FROM claim")
    assert row["report_version"] == 500


async def test_policies_reach_all_claims_that_wait_for_them_in_as_many_statements_as_one(driver: ClaimsDriver) -> None:
    await driver.report(*(report(policy_number=number(index)) for index in range(500)))
    await driver.published()

    few = await driver.statements(driver.policy(policy(policy_number=number(0))))
    many = await driver.statements(
        driver.policy(*(policy(policy_number=number(index)) for index in range(1, POLICIES)))
    )

    assert 5 < len(few) == len(many)
    assert len(await driver.questions()) == 500


async def test_five_hundred_deadlines_need_as_many_statements_as_ten(driver: ClaimsDriver) -> None:
    await driver.report(*(report(policy_number=number(index)) for index in range(10)))
    few = await driver.statements(driver.wait(days=2))
    await driver.report(*(report(policy_number=number(index)) for index in range(500)))
    many = await driver.statements(driver.wait(days=2))

    assert 5 < len(few) == len(many)
    assert len(await driver.decisions()) == 510
