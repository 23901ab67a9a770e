"""What several do at once: nobody is left waiting for somebody who waits for them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from msgspec.structs import replace
from policy_http import Policies
from stored_policies import period, store

from contracts.policy import PolicyChanged, PolicyKind
from policy_svc.domain.versions import VersionReason
from policy_svc.flows import versions
from policy_svc.repository import policies as stored

NUMBER = "123456-531-04"


async def test_a_change_on_the_day_of_a_renewal_and_the_renewal_wait_for_one_another_in_turn(
    policies: Policies,
) -> None:
    await store(policies.running.runtime, NUMBER, PolicyKind.BUILDINGS, period(PolicyKind.BUILDINGS, "2019-04-01"))
    policies.clock.at = datetime(2027, 4, 1, 9, tzinfo=UTC)
    await policies.running.published()

    async with policies.running.runtime.transaction() as work:
        known = await stored.lock(work.connection, policy_numbers=[NUMBER])
        renewal = asyncio.create_task(policies.running.fire_due_timers())
        await _somebody_waits(policies)
        at = await stored.moment_of_change(work.connection, policy_numbers=known, now=work.now)
        changed = replace(
            known[NUMBER],
            version=2,
            terms=(period(PolicyKind.BUILDINGS, "2019-04-01", recorded_at=at, deductible_cents=50_000),),
        )
        await versions.record(
            work,
            known=known,
            changed={NUMBER: changed},
            reason=VersionReason.DEDUCTIBLE_CHANGED,
            made_by="customer",
            recorded_at=at,
            trace=None,
        )
    await renewal

    published = [event for event in await policies.running.published() if isinstance(event, PolicyChanged)]
    assert [policy.version for policy in published] == [2, 3]
    assert [terms.deductible_cents for terms in published[-1].terms] == [50_000, 50_000]


async def _somebody_waits(policies: Policies) -> None:
    """Return once a transaction waits for a lock of another."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not await policies.running.pool.fetchval(waiting):
        await asyncio.sleep(0.01)
