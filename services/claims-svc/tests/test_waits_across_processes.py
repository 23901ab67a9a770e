"""Every wait outlives the process in which it began: another one ends it, also after one that was killed meanwhile."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from claim_events import YES, policy, report
from claims_http import ClaimsDesk

from contracts.access import Role
from contracts.claim_messages import ClaimMessageRequested
from contracts.loss_reports import LossFacts

KILLED: Final = 137
"""The exit status of a process that CRASH_AT ended."""
CUSTOMER_CLAIMS: Final = "/customers/123456/claims"


async def later(desk: ClaimsDesk, *, after: timedelta, crash_at: str | None = None) -> int:
    """Let time pass and another process fire what is due then; return its exit status."""
    desk.clock.at += after
    environment = {
        "DATABASE_URL": str(desk.driver.harness.service.settings.database_url),
        "KAFKA_BOOTSTRAP_SERVERS": "unused.invalid:9092",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(Path(__file__).parent / "timer_process.py"),
        desk.clock.at.isoformat(),
        env=os.environ | environment | ({} if crash_at is None else {"CRASH_AT": crash_at}),
    )
    return await asyncio.wait_for(process.wait(), 60)


async def states(desk: ClaimsDesk) -> list[str]:
    return [row["state"] for row in await desk.driver.rows("SELECT state FROM claim ORDER BY opened_at, claim_id")]


async def told(desk: ClaimsDesk) -> list[str]:
    return [event.occasion for event in await desk.driver.published() if isinstance(event, ClaimMessageRequested)]


@pytest.mark.slow
async def test_waits_for_policy_rain_answers_handlers_and_reviews_end_in_another_process(desk: ClaimsDesk) -> None:
    days = timedelta(days=1)
    await desk.driver.report(report(policy_number="654321-531-04"))
    await desk.driver.policy(policy(), policy(policy_number="123456-531-05"), policy(policy_number="123456-531-06"))
    await desk.driver.report(report())
    await desk.driver.report(report(policy_number="123456-531-05", facts=LossFacts()))
    await desk.driver.report(report(policy_number="123456-531-06", facts=LossFacts(storm_caused_damage=YES)))
    reviewed = await desk.reference()
    opened = await desk.post(f"{CUSTOMER_CLAIMS}/{reviewed}/reviews", {"reason": "I disagree"})
    assert opened.status_code == 201, opened.text
    assert await states(desk) == ["waiting_for_policy", "waiting_for_rainfall", "waiting_for_answer", "referred"]
    await told(desk)

    assert await later(desk, after=15 * days, crash_at="timers.before_commit") == KILLED
    for _ in range(2):
        assert await later(desk, after=timedelta(minutes=1)) == 0

    assert await states(desk) == ["referred"] * 4
    assert sorted(await told(desk)) == ["answers_awaited", "review_still_open", "still_waiting"]
    done = await desk.driver.rows("SELECT kind FROM desk_action ORDER BY place")
    assert [row["kind"] for row in done] == ["review_opened", "review_at_risk", "review_late"]
    assert len(await desk.driver.rows("SELECT FROM promise WHERE broken_at IS NOT NULL")) == 1
    queue = await desk.get("/desk/queue", role=Role.CLAIMS_HANDLER)
    assert len(queue.json()["items"]) == len(await states(desk))
