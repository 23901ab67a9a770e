"""Concurrent imports and republishing: every version is made once, and the newest is published last."""

from __future__ import annotations

import asyncio
import json
from argparse import Namespace
from pathlib import Path

import pytest
from policy_lines import Importer, Line, another
from stored_policies import customer

from chassis.testing import Harness
from contracts.policy import ContactChanged, PolicyChanged
from policy_svc.commands import import_policies, republish
from policy_svc.repository import customers, policies


async def until_a_transaction_waits_for_a_lock(service: Harness) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(10):
        while not await service.pool.fetchval(waiting):
            await asyncio.sleep(0.01)


async def test_concurrent_imports_make_every_version_once_and_lose_none(
    service: Harness, tmp_path: Path, line: Line
) -> None:
    """Each imports both policies, in opposite order, with figures of its own, several times."""

    async def import_with(name: str, *numbers: str, deductibles: tuple[int, ...]) -> None:
        path = tmp_path / name
        for deductible_cents in deductibles:
            lines = [another(line, number, name=f"{name} {deductible_cents}") for number in numbers]
            for each in lines:
                each["terms"][0]["deductible_cents"] = deductible_cents
            path.write_text("\n".join(json.dumps(each) for each in lines))
            assert (
                await import_policies.run(Namespace(file=path, tell_customers=False, overwrite=False), service.runtime)
                == 0
            )

    await asyncio.gather(
        import_with("first", "1-531-01", "2-531-01", deductibles=(0, 25_000, 0, 25_000)),
        import_with("second", "2-531-01", "1-531-01", deductibles=(50_000, 100_000, 50_000, 100_000)),
    )
    events = await service.published()
    for number, relation_number in (("1-531-01", "1"), ("2-531-01", "2")):
        versions = [event for event in events if isinstance(event, PolicyChanged) and event.policy_number == number]
        contacts = [
            event for event in events if isinstance(event, ContactChanged) and event.relation_number == relation_number
        ]
        assert [policy.version for policy in versions] == list(range(1, 9))
        assert [contact.version for contact in contacts] == list(range(1, 9))
        assert len({contact.customer_id for contact in contacts} | {policy.customer_id for policy in versions}) == 1
        current = await service.pool.fetch(
            "SELECT deductible_cents FROM policy_terms WHERE policy_number = $1 AND upper_inf(known)", number
        )
        assert [row["deductible_cents"] for row in current] == [versions[-1].terms[0].deductible_cents]


async def test_concurrent_imports_of_many_customers_in_opposite_order_do_not_deadlock(
    service: Harness, tmp_path: Path, line: Line
) -> None:
    async def import_numbers(name: str, numbers: list[int]) -> int:
        path = tmp_path / name
        path.write_text("\n".join(json.dumps(another(line, f"{number}-531-01", name=name)) for number in numbers))
        return await import_policies.run(Namespace(file=path, tell_customers=False, overwrite=False), service.runtime)

    numbers = list(range(1, 401))
    await import_numbers("before", numbers)
    for _ in range(3):
        codes = await asyncio.gather(import_numbers("up", numbers), import_numbers("down", numbers[::-1]))
        assert list(codes) == [0, 0]


async def test_who_becomes_a_customer_here_while_a_file_is_imported_is_not_made_another_by_it(
    service: Harness, import_lines: Importer, line: Line, capsys: pytest.CaptureFixture[str]
) -> None:
    async with service.runtime.transaction() as work:
        applicant = await customers.insert_new(
            work.connection, person=customer("0"), made_by="customer", recorded_at=work.now
        )
        importing = asyncio.create_task(import_lines(another(line, f"{applicant.relation_number}-531-01", name="A.")))
        await until_a_transaction_waits_for_a_lock(service)

    assert await importing == 1
    assert "policyholder.version: the customer was changed here meanwhile" in capsys.readouterr().err
    assert await service.pool.fetchval("SELECT name FROM customer") == applicant.name
    assert await service.published() == []


async def test_a_policy_imported_while_it_is_republished_is_published_after_it(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    """Otherwise compaction would keep the older version for good."""
    await import_lines(line)
    await service.published()
    line["terms"][0]["deductible_cents"] = 0
    async with service.runtime.transaction() as work:
        locked = await policies.lock_next(work.connection, after="", limit=10)
        importing = asyncio.create_task(import_lines(line))
        await until_a_transaction_waits_for_a_lock(service)
        work.publish(*locked.values(), trace=None)
    await importing
    assert [event.version for event in await service.published() if isinstance(event, PolicyChanged)] == [1, 2]


async def test_a_contact_changed_while_it_is_republished_is_published_after_it(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    await import_lines(line)
    await service.published()
    line["policyholder"]["mobile_phone"] = None
    async with service.runtime.transaction() as work:
        locked = await customers.lock_next(work.connection, after="", limit=10)
        importing = asyncio.create_task(import_lines(line))
        await until_a_transaction_waits_for_a_lock(service)
        work.publish(*locked, trace=None)
    await importing
    assert [event.version for event in await service.published() if isinstance(event, ContactChanged)] == [1, 2]


async def test_republishing_during_an_import_waits_and_publishes_what_was_imported(
    service: Harness, import_lines: Importer, line: Line
) -> None:
    await import_lines(line)
    async with service.runtime.transaction() as work:
        await policies.lock(work.connection, policy_numbers=["123456-531-04"])
        republishing = asyncio.create_task(republish.run(Namespace(all=True), service.runtime))
        await until_a_transaction_waits_for_a_lock(service)
        await work.connection.execute("UPDATE policy SET version = 2")
        await work.connection.execute("UPDATE policy_terms SET deductible_cents = 0")
    await republishing
    last = (await service.published())[-1]
    assert isinstance(last, PolicyChanged)
    assert (last.version, last.terms[0].deductible_cents) == (2, 0)
