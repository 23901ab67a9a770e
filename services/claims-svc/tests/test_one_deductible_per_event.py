"""The claims of one event bear its deductible once, however their answers interleave on a real database."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

import pytest
from claim_events import policy, rainfall_answer, report
from claims_driver import ClaimsDriver

from contracts.claims import RainfallRequested
from contracts.loss_reports import DamageKind
from contracts.weather import RainfallAssessed

EVENTS, CLAIMS_OF_ONE = 1_000, 3
KINDS = (DamageKind.BUILDINGS, DamageKind.CONTENTS, DamageKind.CLEANING)
DEDUCTIBLES_CENTS = (0, 25_000, 50_000, 100_000)
MINIMUM_CENTS = 25_000
AT_ONCE, EVENTS_IN_A_BATCH = 3, 20
"""Every transaction holds one claim of each of its events, and the others are decided beside it."""
Each = TypeVar("Each")


def batches(all_of_them: Sequence[Each], size: int) -> list[Sequence[Each]]:
    return [all_of_them[start : start + size] for start in range(0, len(all_of_them), size)]


async def claims_of_each_event(driver: ClaimsDriver, chance: random.Random) -> list[list[UUID]]:
    rows = await driver.rows("SELECT array_agg(claim_id) FROM claim GROUP BY policy_number")
    events = [list(row[0]) for row in rows]
    for claims in (events, *events):
        chance.shuffle(claims)
    return events


def taken_at_once(events: Sequence[Sequence[UUID]], chance: random.Random) -> list[list[RainfallAssessed]]:
    """Return as many batches as an event has claims: one of every event in each, in any order."""
    together = [
        [rainfall_answer(claim_id, tenths_mm=402) for claim_id in claims] for claims in zip(*events, strict=True)
    ]
    for batch in together:
        chance.shuffle(batch)
    return together


@pytest.mark.slow
async def test_a_thousand_events_whose_claims_are_decided_at_the_same_time_bear_one_deductible_each(
    driver: ClaimsDriver,
) -> None:
    chance = random.Random(13)  # noqa: S311 - a test that can be repeated
    chosen = {f"{100_000 + number}-531-04": chance.choice(DEDUCTIBLES_CENTS) for number in range(EVENTS)}
    reports = [
        report(policy_number=number, kind=kind, damage_cents=chance.randrange(1_000, 80_000))
        for number in chosen
        for kind in KINDS
    ]
    chance.shuffle(reports)
    for some in batches(list(chosen.items()), 500):
        await driver.policy(*(policy(policy_number=number, deductible_cents=cents) for number, cents in some))
    for batch in batches(reports, 500):
        await driver.report(*batch)
    asked = [event for event in await driver.published() if isinstance(event, RainfallRequested)]
    assert len(asked) == EVENTS * CLAIMS_OF_ONE
    waiting = [
        taken_at_once(some, chance) for some in batches(await claims_of_each_event(driver, chance), EVENTS_IN_A_BATCH)
    ]

    async def work_off() -> None:
        while waiting:
            await asyncio.gather(*(driver.rain(*batch) for batch in waiting.pop()))

    await asyncio.gather(*(work_off() for _ in range(AT_ONCE)))

    rows = await driver.rows(
        """
        SELECT policy_number, count(*) AS claims, sum(covered_cents)::bigint AS covered,
               sum(borne_cents)::bigint AS borne
          FROM event_use GROUP BY policy_number
        """
    )
    assert {row["claims"] for row in rows} == {CLAIMS_OF_ONE}
    assert {row["policy_number"]: row["borne"] for row in rows} == {
        row["policy_number"]: min(max(chosen[row["policy_number"]], MINIMUM_CENTS), row["covered"]) for row in rows
    }
    assert len(rows) == EVENTS
    ((ordered,),) = await driver.rows("SELECT sum(amount_cents)::bigint FROM payment")
    assert ordered == sum(row["covered"] - row["borne"] for row in rows)
