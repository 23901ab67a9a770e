"""The whole platform as processes of its own, started once for these tests and ended after them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from at_the_desk import Desk, desk_at
from pdok_server import pdok
from whole_platform import Claimant, WholePlatform

from contracts.topics import TOPICS
from demo import stages
from demo.observer import observing
from demo.platform import Platform
from demo.publisher import publish
from demo.story import Phase
from devstack.stack import Stack


@pytest.fixture(scope="package")
def whole_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A broker of its own: other tests leave policies on the topics of the one they share."""
    with Stack(topics=TOPICS, outside_world=True, output_dir=tmp_path_factory.mktemp("outside")) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def whole(whole_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WholePlatform]:
    """All services on imported hours and policies, and what an outsider reads of them."""
    wait_ms = int(whole_stack.environment().get("KAFKA_FETCH_MAX_WAIT_MS", "500"))
    async with pdok() as register:
        settings = {"policy-svc": {"PDOK_URL": register.url}}
        platform = Platform(whole_stack, tmp_path_factory.mktemp("logs"), besides=settings)
        await platform.create_databases()
        await platform.migrate()
        await stages.import_hours_and_policies(platform)
        await platform.start()
        async with observing(
            {"bootstrap_servers": whole_stack.kafka_bootstrap_servers}, fetch_max_wait_ms=wait_ms
        ) as observed:
            yield WholePlatform(platform, observed, addresses=register)
        await platform.stop()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def after_stories(whole: WholePlatform) -> WholePlatform:
    """The platform after the demo's stories have their outcomes."""
    kafka = {"bootstrap_servers": whole.stack.kafka_bootstrap_servers}
    await publish(kafka, Phase.FIRST)
    await stages.wait_for_claims_without_their_hours(whole.platform, whole.observed)
    await stages.import_late_hours_and_policy(whole.platform)
    await stages.wait_for_outcomes(whole.platform, whole.observed, Phase.FIRST, progress=lambda _: None)
    await publish(kafka, Phase.LATER)
    await stages.import_corrected_hours(whole.platform)
    await stages.wait_for_outcomes(whole.platform, whole.observed, Phase.LATER, progress=lambda _: None)
    return whole


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def claimant(whole: WholePlatform) -> AsyncIterator[Claimant]:
    """Somebody who reports losses."""
    async with Claimant.at(whole) as reporting:
        yield reporting


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def desk(whole: WholePlatform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Everybody who works at the claims of one customer."""
    async with desk_at(whole, tmp_path_factory.mktemp("desk")) as everybody:
        yield everybody
