"""The whole platform as processes of its own, started once for these tests and ended after them; stories told on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from whole_platform import Claimant, WholePlatform

from contracts.topics import TOPICS
from demo import telling
from demo.observer import observing
from demo.platform import Platform
from demo.publisher import publish
from demo.stories import STORIES
from devstack.stack import Stack


@pytest.fixture(scope="package")
def whole_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A broker of its own: other tests leave policies on the topics of the one they share."""
    with Stack(topics=TOPICS, outside_world=True, output_dir=tmp_path_factory.mktemp("outside")) as running:
        yield running


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def whole(whole_stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WholePlatform]:
    """All services on imported hours and policies, and what an outsider hears of them."""
    platform = Platform(whole_stack, tmp_path_factory.mktemp("logs"))
    await platform.create_databases()
    await platform.migrate()
    await telling.import_what_is_known(platform)
    await platform.start()
    wait_ms = int(whole_stack.environment().get("KAFKA_FETCH_MAX_WAIT_MS", "500"))
    async with observing(whole_stack.kafka_bootstrap_servers, fetch_max_wait_ms=wait_ms) as seen:
        yield WholePlatform(platform, seen)
    await platform.stop()


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def told(whole: WholePlatform) -> WholePlatform:
    """The platform after the demo's stories have reached their ends."""
    await publish(whole.stack.kafka_bootstrap_servers, STORIES)
    await telling.until_hours_are_waited_for(whole.platform, whole.seen)
    await telling.import_what_was_late(whole.platform)
    await telling.until_all_have_ended(whole.platform, whole.seen, progress=lambda _: None)
    return whole


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def claimant(whole: WholePlatform) -> AsyncIterator[Claimant]:
    """Somebody who reports losses."""
    async with Claimant.at(whole) as reporting:
        yield reporting
