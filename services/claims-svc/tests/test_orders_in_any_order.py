"""Whatever happens to the claims of an event, in any order: no cents are ordered twice."""

from __future__ import annotations

import random
from collections import Counter
from uuid import UUID

from claim_events import corrected, policy, rainfall_answer, report
from claims_http import COLLEAGUE, ClaimsDesk
from msgspec.structs import replace

from contracts.access import Role
from contracts.claims import RainfallRequested
from contracts.loss_reports import DamageKind, LossReported
from contracts.vocabulary import FactSource

KINDS = (DamageKind.BUILDINGS, DamageKind.CONTENTS, DamageKind.CLEANING)
EVENTS, STEPS = 3, 9
WHY = "I went to look."


class Event:
    """Three claims of one event, and what people and evidence do with them by chance."""

    def __init__(self, desk: ClaimsDesk, *, seed: int) -> None:
        self.desk = desk
        self.chance = random.Random(seed)  # noqa: S311 - a test that can be repeated
        self.number = f"123456-531-0{seed}"
        self.reports: list[LossReported] = [
            report(policy_number=self.number, kind=kind, damage_cents=self.chance.randrange(20_000, 80_000))
            for kind in KINDS
        ]

    async def open(self) -> None:
        await self.desk.driver.policy(policy(policy_number=self.number))
        await self.desk.driver.report(*self.reports)
        for asked in await self.desk.driver.published():
            if isinstance(asked, RainfallRequested):
                await self.desk.driver.rain(rainfall_answer(asked.claim_id, tenths_mm=402))

    async def happen(self) -> str:
        """Do something with a claim; return what."""
        rows = await self.desk.driver.rows(
            """
            SELECT claim_id, claim_reference, claim_version FROM claim
             WHERE policy_number = $1 AND withdrawn_at IS NULL ORDER BY claim_id
            """,
            self.number,
        )
        claim, other = self.chance.choice(rows), self.chance.choice(rows)
        at_desk = f"/desk/claims/{claim['claim_reference']}"
        what = self.chance.choice(["correct", "assess", "join", "part", "rule", "withdraw"])
        match what:
            case "correct" | "assess":
                place = self.chance.randrange(len(KINDS))
                item = self.reports[place].damage[0]
                by = FactSource.HANDLER if what == "assess" else item.estimated_by
                item = replace(item, amount_cents=self.chance.randrange(10_000, 120_000), estimated_by=by)
                self.reports[place] = corrected(self.reports[place], damage=(item,))
                await self.desk.driver.report(self.reports[place])
            case "join":
                await self.agreed(f"{at_desk}/joins", {"other": other["claim_reference"], "reason": WHY})
            case "part":
                told = self.chance.choice(self.reports).report_id
                await self.agreed(f"{at_desk}/partings", {"report_id": str(told), "reason": WHY})
            case "rule":
                on_evidence = {"claim_version": claim["claim_version"], "rulings": [{"outcome": None, "reason": WHY}]}
                await self.agreed(f"{at_desk}/rulings", on_evidence)
            case _:
                await self.desk.post(f"/customers/123456/claims/{claim['claim_reference']}/withdrawal", {})
        while await self.desk.driver.harness.fire_due_timers():
            pass
        return what

    async def agreed(self, path: str, body: object) -> None:
        """What cannot be done is refused, and what needs a second person is approved by one."""
        done = await self.desk.post(path, body, role=Role.CLAIMS_HANDLER)
        if done.is_success and (proposal_id := done.json()["proposal_id"]):
            approval = f"{path.rpartition('/')[0]}/proposals/{proposal_id}/approval"
            await self.desk.post(approval, {"reason": WHY}, role=Role.SENIOR_HANDLER, subject=COLLEAGUE)

    async def orders(self) -> dict[UUID, UUID]:
        """Return each payment with the claim that it is for now."""
        rows = await self.desk.driver.rows(
            """
            SELECT payment_id, coalesce(joined_to, claim_id) AS claim_id
              FROM payment JOIN claim USING (claim_id) WHERE policy_number = $1
            """,
            self.number,
        )
        return {row["payment_id"]: row["claim_id"] for row in rows}

    async def money(self) -> tuple[Counter[UUID], Counter[UUID]]:
        """What the newest decisions promise, and what was ordered, of claims with all that are joined to them."""
        rows = await self.desk.driver.rows(
            """
            SELECT coalesce(joined_to, claim_id) AS claim_id,
                   (SELECT coalesce(sum(payable_cents), 0)::bigint FROM decision
                     WHERE decision.claim_id = claim.claim_id AND decision.claim_version = claim.claim_version) AS due,
                   (SELECT coalesce(sum(amount_cents), 0)::bigint FROM payment
                     WHERE payment.claim_id = claim.claim_id) AS ordered
              FROM claim WHERE policy_number = $1
            """,
            self.number,
        )
        due, ordered = Counter[UUID](), Counter[UUID]()
        for row in rows:
            due[row["claim_id"]] += row["due"]
            ordered[row["claim_id"]] += row["ordered"]
        return due, ordered


async def test_what_is_ordered_fills_up_what_is_decided_and_never_goes_beyond_it(desk: ClaimsDesk) -> None:
    happened = Counter[str]()
    for seed in range(1, EVENTS + 1):
        event = Event(desk, seed=seed)
        await event.open()
        before = await event.orders()
        for _ in range(STEPS):
            what = await event.happen()
            happened[what] += 1
            due, ordered = await event.money()
            now = await event.orders()
            for claim_id in {now[payment_id] for payment_id in now.keys() - before.keys()}:
                assert ordered[claim_id] == due[claim_id], (seed, what)
            before = now
    assert len(happened) >= 5, happened
