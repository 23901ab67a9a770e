from __future__ import annotations

import re
from datetime import timedelta

import pytest
from claim_events import LOSS_AT, corrected, policy, rainfall_answer, report
from claims_driver import ClaimsDriver
from kept_plans import read_whole

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
    # On a policy that has a claim already one more question is asked.
    await insured.report(*losses(10, first=500))
    few = await insured.statements(insured.report(*losses(10)))
    many = await insured.statements(insured.report(*losses(490, first=10)))

    assert 5 < len(few) == len(many)
    assert len(many) <= 12
    assert len(await insured.rows("SELECT FROM claim")) == 510


async def test_every_statement_of_a_batch_finds_its_rows_by_keys(insured: ClaimsDriver) -> None:
    """A plan made while the tables were small would serve them when they are full, without statistics too.

    But for the look-up of claims alike: whether one was paid is answered out of a hash of all decisions while those are
    few, so that its plan must not be kept (record 0032).
    """
    reported = await insured.statements(insured.report(*losses(10)))
    questions = await insured.questions()
    answers = [rainfall_answer(question.claim_id, tenths_mm=402) for question in questions]
    answered = await insured.statements(insured.rain(*answers))
    again = await insured.statements(insured.report(*losses(10, first=500)))
    changed = await insured.statements(insured.policy(policy(policy_number=number(0), version=2)))

    asked = {one for one in (*reported, *answered, *again, *changed) if "outline_now" not in one}
    assert len(asked) > 12
    async with insured.harness.pool.acquire() as connection:
        assert {one: tables for one in asked if (tables := await read_whole(connection, one))} == {}


async def test_an_update_of_a_claim_touches_no_index(insured: ClaimsDriver) -> None:
    """What an update changes must stand in none of the indexes: else each update writes an entry to all of them."""
    await insured.report(report(policy_number=number(0)))
    (question,) = await insured.questions()
    advancing = await insured.statements(insured.rain(rainfall_answer(question.claim_id, tenths_mm=402)))

    (update,) = [statement for statement in advancing if "UPDATE claim" in statement]
    changed = set(re.findall(r"(\w+) = (?:new|shared)\.\1", update.partition(" FROM ")[0]))
    indexed = await insured.rows(
        """
        SELECT DISTINCT attname FROM pg_depend
          JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
         WHERE refobjid = 'claim'::regclass
           AND objid IN (SELECT indexrelid FROM pg_index WHERE indrelid = 'claim'::regclass
                         UNION SELECT oid FROM pg_constraint
                                WHERE conrelid = 'claim'::regclass AND contype IN ('p', 'u'))
        """
    )
    assert {"claim_id", "policy_number"} <= {row["attname"] for row in indexed}
    assert len(changed) >= 7
    assert changed.isdisjoint(row["attname"] for row in indexed)


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
    assert len(many) <= 13
    assert len(await insured.joined()) == len(await insured.rows("SELECT FROM claim")) == 510


async def test_five_hundred_answers_need_as_many_statements_as_ten(insured: ClaimsDriver) -> None:
    claims = await insured.open_claims(*losses(510))

    answers = [rainfall_answer(claim, tenths_mm=402) for claim in claims]
    # Where a claim of the policy has something of an event already, its events are read too.
    await insured.rain(*answers[:10])
    few = await insured.statements(insured.rain(*answers[POLICIES : POLICIES + 10]))
    many = await insured.statements(insured.rain(*answers[10:POLICIES], *answers[POLICIES + 10 :]))

    assert 5 < len(few) == len(many)
    assert len(many) <= 13
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

    # One besides: what the corrections changed is kept.
    assert len(await insured.statements(insured.report(*versions))) <= 12 + 1

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


async def test_policies_without_claims_ask_for_no_events(driver: ClaimsDriver) -> None:
    statements = await driver.statements(driver.policy(policy()))

    assert len(statements) > 5
    assert not any("event_use" in statement for statement in statements)


async def test_five_hundred_deadlines_need_as_many_statements_as_ten(driver: ClaimsDriver) -> None:
    await driver.report(*losses(10))
    few = await driver.statements(driver.wait(days=2))
    await driver.wait(days=5)  # so that what was promised about those is over
    await driver.report(*losses(500, first=10))
    many = await driver.statements(driver.wait(days=2))

    assert 5 < len(few) == len(many)
    assert len(await driver.decisions()) == 510
