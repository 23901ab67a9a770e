"""Several instances of one service share the work; one that dies or joins in mid-batch doubles and loses nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from specimen_driver import Driver, contact, until

CUSTOMERS, VERSIONS = 30, 40


@pytest.mark.real_kafka
async def test_instances_that_join_and_die_in_mid_batch_double_and_lose_nothing(driver: Driver, tmp_path: Path) -> None:
    customers = [uuid4() for _ in range(CUSTOMERS)]
    second = replace(driver, log_path=tmp_path / "second.log", process=None)
    await driver.start(BATCH_MAX_RECORDS="20")
    for version in range(1, VERSIONS + 1):
        await driver.publish([driver.message(contact(customer, version)) for customer in customers])
        if version == VERSIONS // 4:
            await second.launch(BATCH_MAX_RECORDS="20")
        if version == VERSIONS // 2:
            driver.kill()
        if version == 3 * VERSIONS // 4:
            await driver.launch(BATCH_MAX_RECORDS="20")
    try:
        await until(lambda: _count(driver, CUSTOMERS * VERSIONS), what="every effect", seconds=60)
        effects = await driver.effects()
    finally:
        second.close()

    assert len(set(effects)) == len(effects)
    for customer in customers:
        assert [version for seen, version in effects if seen == customer] == list(range(1, VERSIONS + 1))


async def _count(driver: Driver, count: int) -> bool:
    return len(set(await driver.effects())) == count
