"""A fresh specimen for every test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from contracts.topics import TOPICS
from driving import Driver
from specimen.app import heard_topic, said_topic

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from devstack.stack import Stack


@pytest.fixture
async def driver(stack: Stack, database: str, tmp_path: Path) -> AsyncIterator[Driver]:
    """The specimen with topics and a migrated database of its own; not started yet."""
    driver = Driver(stack, database, log_path=tmp_path / "specimen.log")
    stack.create_topics([*TOPICS, heard_topic(driver.suffix), said_topic(driver.suffix)])
    await driver.migrate()
    yield driver
    driver.close()
