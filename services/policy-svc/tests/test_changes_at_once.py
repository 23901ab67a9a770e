"""What several do at once: nobody is left waiting for somebody who waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace
from policy_http import Policies
from stored_policies import period, store

from chassis.unit_of_work import Work
from contracts.policy import PolicyChanged, PolicyKind
from policy_svc.domain.versions import VersionReason
from policy_svc.flows import versions
from policy_svc.repository import policies as stored

NUMBER, OTHER = "123456-531-04", "123456-531-05"
BEFORE_MIDNIGHT = datetime(2027, 3, 31, 21, 59, 59, tzinfo=UTC)  # a second before 1 April in Amsterdam
RENEWAL_DAY = datetime(2027, 4, 1, 9, tzinfo=UTC)
A_MOMENT = timedelta(minutes=1)


async def test_a_change_on_the_day_of_a_renewal_and_the_renewal_come_one_after_the_other(policies: Policies) -> None:
    await store(policies.running.runtime, NUMBER, PolicyKind.BUILDINGS, period(PolicyKind.BUILDINGS, "2019-04-01"))
    policies.clock.at = RENEWAL_DAY
    await policies.running.published()

    async with policies.running.runtime.transaction() as work:
        known = await stored.lock(work.connection, policy_numbers=[NUMBER])
        renewal = asyncio.create_task(policies.running.fire_due_timers())
        await _waits_or_is_done(policies, renewal)
        await _change_deductible(work, known)
    await renewal
    policies.clock.at += A_MOMENT
    await policies.running.fire_due_timers()

    published = [event for event in await policies.running.published() if isinstance(event, PolicyChanged)]
    assert [policy.version for policy in published] == [2, 3]
    assert [terms.deductible_cents for terms in published[-1].terms] == [50_000, 50_000]


async def test_a_change_before_midnight_and_the_renewal_after_it_do_not_wait_for_each_other(policies: Policies) -> None:
    """The change sets the timer of the renewal that follows it: the one that fires while the change is committed."""
    await store(policies.running.runtime, NUMBER, PolicyKind.BUILDINGS, period(PolicyKind.BUILDINGS, "2019-04-01"))
    await policies.running.published()
    policies.clock.at = BEFORE_MIDNIGHT

    async with policies.running.runtime.transaction() as work:
        known = await stored.lock(work.connection, policy_numbers=[NUMBER])
        policies.clock.at = RENEWAL_DAY
        renewal = asyncio.create_task(policies.running.fire_due_timers())
        await _waits_or_is_done(policies, renewal)
        await _change_deductible(work, known)
    await renewal
    policies.clock.at += A_MOMENT
    await policies.running.fire_due_timers()

    published = [event for event in await policies.running.published() if isinstance(event, PolicyChanged)]
    assert [policy.version for policy in published] == [2, 3]
    assert [terms.deductible_cents for terms in published[-1].terms] == [50_000, 50_000]


async def test_whoever_sets_the_timer_of_a_renewal_that_fires_holds_nothing_that_it_waits_for(
    policies: Policies,
) -> None:
    """An import holds a policy that is to be renewed, and brings another one of the same day."""
    await store(policies.running.runtime, NUMBER, PolicyKind.BUILDINGS, period(PolicyKind.BUILDINGS, "2019-04-01"))
    await policies.running.published()
    policies.clock.at = BEFORE_MIDNIGHT

    async with policies.running.runtime.transaction() as work:
        known = await stored.lock(work.connection, policy_numbers=[NUMBER])
        policies.clock.at = RENEWAL_DAY
        renewal = asyncio.create_task(policies.running.fire_due_timers())
        await _waits_or_is_done(policies, renewal)
        await _insert_another(work, known[NUMBER])
    await renewal
    policies.clock.at += A_MOMENT
    await policies.running.fire_due_timers()

    published = [event for event in await policies.running.published() if isinstance(event, PolicyChanged)]
    assert sorted((policy.policy_number, policy.version) for policy in published) == [
        (NUMBER, 2),
        (OTHER, 1),
        (OTHER, 2),
    ]


async def _change_deductible(work: Work, known: Mapping[str, PolicyChanged]) -> None:
    at = await stored.moment_of_change(work.connection, policy_numbers=known, now=work.now)
    terms = (period(PolicyKind.BUILDINGS, "2019-04-01", recorded_at=at, deductible_cents=50_000),)
    await versions.record(
        work,
        known=known,
        changed={NUMBER: replace(known[NUMBER], version=2, terms=terms)},
        reason=VersionReason.DEDUCTIBLE_CHANGED,
        made_by="customer",
        recorded_at=at,
        trace=None,
    )


async def _insert_another(work: Work, policy: PolicyChanged) -> None:
    await stored.insert(
        work.connection, owners={OTHER: policy.customer_id}, kinds={OTHER: policy.kind}, recorded_at=work.now
    )
    terms = (period(PolicyKind.BUILDINGS, "2019-04-01", recorded_at=work.now),)
    await versions.record(
        work,
        known={},
        changed={OTHER: replace(policy, policy_number=OTHER, version=1, terms=terms)},
        reason=VersionReason.IMPORTED,
        made_by="command",
        recorded_at=work.now,
        trace=None,
    )


async def _waits_or_is_done(policies: Policies, task: asyncio.Task[int]) -> None:
    """Return once a transaction waits for a lock of another, or the task needs to wait for none."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not task.done() and not await policies.running.pool.fetchval(waiting):
        await asyncio.sleep(0.01)
