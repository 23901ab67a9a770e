"""The short drill on real servers: every fault is survived, and every bug is noticed."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from devstack.stack import StackKind
from drill.__main__ import SHORT
from drill.faults import catalogue
from drill.run import Drill, Fault, drilling

pytestmark = [pytest.mark.slow, pytest.mark.real_kafka, pytest.mark.timeout(900)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def drill(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Drill]:
    """The platform that all of them strike, one after the other."""
    async with drilling(StackKind.JVM, directory=tmp_path_factory.mktemp("drill"), scale=SHORT) as running:
        yield running


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(
    "fault", catalogue.faults(short=True, scale=SHORT, kind=StackKind.JVM), ids=lambda one: one.name
)
async def test_nothing_is_lost_or_doubled(drill: Drill, fault: Fault) -> None:
    entry = await drill.go(fault)

    assert entry.failure == ""
    assert entry.violations == []


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("fault", catalogue.with_bugs(), ids=lambda one: one.name)
async def test_a_bug_is_noticed(drill: Drill, fault: Fault) -> None:
    entry = await drill.go(fault)

    assert entry.failure == ""
    assert entry.is_as_expected, [*entry.done, *entry.violations]
