"""Random histories of one policy: its claims come out the same, whether in slices or at once."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from claim_events import (
    GROUNDWATER_CAME_IN,
    HEAVY_RAIN_CAME_IN,
    LOSS_AT,
    POLICY_NUMBER,
    policy,
    rainfall_answer,
    report,
)
from claims_driver import ClaimsDriver
from msgspec.structs import replace

from claims_svc import policy_slices
from contracts.claims import DecisionMade
from contracts.loss_reports import DamageKind, LossFacts, LossReported

OTHER_NUMBER = "654321-531-04"
FACTS = [HEAVY_RAIN_CAME_IN, GROUNDWATER_CAME_IN]


@dataclass
class History:
    """One policy and its claims. With `between` some slices are done between the events, and the rest at the end."""

    driver: ClaimsDriver
    policy_number: str
    between: random.Random | None
    reports: list[LossReported] = field(default_factory=list)

    async def policies(self, *versions: tuple[int, int]) -> None:
        """Let versions arrive together, each with its deductible."""
        await self.driver.policy(
            *(
                policy(policy_number=self.policy_number, version=version, deductible_cents=deductible_cents)
                for version, deductible_cents in versions
            )
        )
        await self._slices()

    async def reported(self, *, hours_before: int, facts: LossFacts, damage_cents: int, kind: DamageKind) -> None:
        """Let a loss be reported."""
        reported = report(
            policy_number=self.policy_number,
            loss_at=LOSS_AT - timedelta(hours=hours_before),
            facts=facts,
            damage_cents=damage_cents,
            kind=kind,
        )
        self.reports.append(reported)
        await self.driver.report(reported)
        await self._slices()

    async def corrected(self, index: int, facts: LossFacts) -> None:
        """Let a report be corrected."""
        before = self.reports[index]
        update = {"report_version": before.report_version + 1, "facts": facts}
        self.reports[index] = replace(before, **update)
        await self.driver.report(self.reports[index])
        await self._slices()

    async def rained(self, index: int, assessment_version: int, tenths_mm: int) -> None:
        """Let the rain at a loss be answered."""
        reported = self.reports[index]
        (row,) = await self.driver.rows(
            "SELECT claim_id, request_version FROM claim WHERE report_id = $1", reported.report_id
        )
        answer = rainfall_answer(
            row["claim_id"],
            tenths_mm=tenths_mm,
            assessment_version=assessment_version,
            request_version=max(1, row["request_version"]),
            loss_at=reported.loss.from_at,
        )
        await self.driver.rain(answer)
        await self._slices()

    async def _slices(self) -> None:
        for _ in range(self.between.randrange(3) if self.between else 0):
            await self.driver.harness.fire_due_timers()

    async def outcome(self) -> list[object]:
        """Finish; return all that became of the claims, in their order, without their ids."""
        while await self.driver.harness.fire_due_timers():
            pass
        published = [event for event in await self.driver.published() if isinstance(event, DecisionMade)]
        claims = await self.driver.rows(
            """
            SELECT claim_id, state, policy_version, claim_version, request_version, family, covered_cents,
                   heavy_cents, estimated_cents, borne_cents
              FROM claim LEFT JOIN event_use USING (claim_id) WHERE claim.policy_number = $1 ORDER BY claim_id
            """,
            self.policy_number,
        )
        reviews = await self.driver.rows(
            """
            SELECT claim_id, claim_version, policy_version, assessment_version, reason
              FROM human_review ORDER BY review_id
            """
        )
        return [
            (
                fields,
                [
                    (event.claim_version, event.outcome, event.deciding_ground, event.money)
                    for event in published
                    if event.claim_id == claim_id
                ],
                [tuple(review)[1:] for review in reviews if review["claim_id"] == claim_id],
            )
            for claim_id, *fields in claims
        ]


async def covered(history: History, chance: random.Random, *, hours_apart: int) -> int:
    """Let some claims be opened and mostly covered; return how many there are.

    Each four of them are of four kinds of damage and `hours_apart`, so that none can be a duplicate of another.
    """
    kinds = list(DamageKind)
    count = chance.randrange(5, 12)
    await history.policies((1, chance.choice([0, 50_000])))
    for index in range(count):
        await history.reported(
            hours_before=hours_apart * (index % len(kinds)) + 400 * (index // len(kinds)),
            kind=kinds[index % len(kinds)],
            facts=chance.choice(FACTS),
            damage_cents=chance.choice([10_000, 60_000, 400_000]),
        )
    for index in range(count):
        await history.rained(index, 1, chance.choice([399, 400, 402]))
    return count


async def only_policies(history: History, chance: random.Random) -> None:
    """Let claims of few events follow versions that come one upon the other: the order between claims counts."""
    await covered(history, chance, hours_apart=10)
    for version in range(2, chance.randrange(4, 8)):
        await history.policies((version, chance.choice([0, 50_000, 100_000])))


async def events_between(history: History, chance: random.Random) -> None:
    """Let claims of an event each follow versions while reports are corrected and answers come."""
    count = await covered(history, chance, hours_apart=96)
    version = 1
    for number in range(12):
        match chance.randrange(3):
            case 0:
                version += 2
                await history.policies(
                    *((each, chance.choice([0, 50_000, 100_000])) for each in (version - 1, version))
                )
            case 1:
                await history.corrected(chance.randrange(count), chance.choice(FACTS))
            case _:
                await history.rained(chance.randrange(count), 2 + number, chance.choice([310, 399, 400, 402]))


def chance_of(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a test that can be repeated


@pytest.mark.parametrize("tell", [only_policies, events_between])
@pytest.mark.parametrize("seed", range(6))
async def test_claims_come_out_the_same_in_slices_as_at_once(
    driver: ClaimsDriver,
    monkeypatch: pytest.MonkeyPatch,
    *,
    seed: int,
    tell: Callable[[History, random.Random], Awaitable[None]],
) -> None:
    monkeypatch.setattr(policy_slices, "SLICE_CLAIMS", 1_000)
    at_once = History(driver, POLICY_NUMBER, between=None)
    await tell(at_once, chance_of(seed))
    expected = await at_once.outcome()

    monkeypatch.setattr(policy_slices, "SLICE_CLAIMS", 2)
    in_slices = History(driver, OTHER_NUMBER, between=chance_of(seed))
    await tell(in_slices, chance_of(seed))

    assert await in_slices.outcome() == expected
    assert await driver.rows("SELECT FROM policy_change") == []
