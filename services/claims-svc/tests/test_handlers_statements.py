from __future__ import annotations

from datetime import timedelta

import pytest
from claim_events import LOSS_AT, corrected, policy, rainfall_answer, report
from claims_driver import ClaimsDriver

from contracts.loss_reports import LossReported

POLICIES = 100
FOUR_DAYS = timedelta(days=4)


def number(index: int) -> str:
    return f"{100_000 + index % POLICIES}-531-04"


def losses(count: int, *, first: int = 0) -> list[LossReported]:
    """Return reports on a hundred policies, no two of one event."""
    return [
        report(policy_number=number(index), loss_at=LOSS_AT - index // POLICIES * FOUR_DAYS)
        for index in range(first, first + count)
    ]


@pytest.fixture
async def insured(driver: ClaimsDriver) -> ClaimsDriver:
    """A driver that knows a hundred policies."""
    await driver.policy(*(policy(policy_number=number(index)) for index in range(POLICIES)))
    return driver


async def test_five_hundred_reports_need_as_many_statements_as_ten(insured: ClaimsDriver) -> None:
    few = await insured.statements(insured.report(*losses(10)))
    many = await insured.statements(insured.report(*losses(500, first=10)))

    assert 5 < len(few) == len(many)
    assert len(many) <= 13
    assert len(await insured.rows("SELECT FROM claim")) == 510


async def test_reports_that_change_nothing_need_no_search_for_claims_alike(insured: ClaimsDriver) -> None:
    known = losses(10)
    await insured.report(*known)

    again = await insured.statements(insured.report(*known))

    assert not any("sought AS MATERIALIZED" in statement for statement in again)


async def test_five_hundred_reports_of_losses_that_are_known_need_as_many_statements_as_ten(
    insured: ClaimsDriver,
) -> None:
    await insured.report(*losses(510))

    few = await insured.statements(insured.report(*losses(10)))
    many = await insured.statements(insured.report(*losses(500, first=10)))

    assert 5 < len(few) == len(many)
    assert len(many) <= 14
    assert len(await insured.joined()) == len(await insured.rows("SELECT FROM claim")) == 510


async def test_five_hundred_answers_need_as_many_statements_as_ten(insured: ClaimsDriver) -> None:
    claims = await insured.open_claims(*losses(510))

    few = await insured.statements(insured.rain(*(rainfall_answer(claim, tenths_mm=402) for claim in claims[:10])))
    many = await insured.statements(insured.rain(*(rainfall_answer(claim, tenths_mm=402) for claim in claims[10:])))

    assert 5 < len(few) == len(many)
    assert len(many) <= 14
    assert len(await insured.decisions()) == 510


async def test_five_hundred_corrections_need_as_many_statements_as_ten(insured: ClaimsDriver) -> None:
    claims = await insured.open_claims(*losses(510))
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
    versions = [report(policy_number=number(0))]
    for version in range(2, 501):
        versions.append(corrected(versions[-1], damage=report(damage_cents=version * 100).damage))

    assert len(await insured.statements(insured.report(*versions))) <= 13

    (row,) = await insured.rows("SELECT report_version FROM claim")
    assert row["report_version"] == 500


async def test_policies_reach_all_claims_that_wait_for_them_in_as_many_statements_as_one(driver: ClaimsDriver) -> None:
    await driver.report(*losses(500))
    await driver.published()

    few = await driver.statements(driver.policy(policy(policy_number=number(0))))
    many = await driver.statements(
        driver.policy(*(policy(policy_number=number(index)) for index in range(1, POLICIES)))
    )

    assert 5 < len(few) == len(many)
    assert len(await driver.questions()) == 500


async def test_five_hundred_deadlines_need_as_many_statements_as_ten(driver: ClaimsDriver) -> None:
    await driver.report(*losses(10))
    few = await driver.statements(driver.wait(days=2))
    await driver.report(*losses(500, first=10))
    many = await driver.statements(driver.wait(days=2))

    assert 5 < len(few) == len(many)
    assert len(await driver.decisions()) == 510
