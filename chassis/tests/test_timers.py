"""Durable timers fire once, also after downtime and after a kill in the middle."""

from __future__ import annotations

import json
from uuid import UUID, uuid4

from specimen.app import REMINDED
from specimen_driver import Driver, contact, until

KILLED = 137
REMINDER_VERSION = 1_000


async def _reminders(driver: Driver, customer: UUID) -> int:
    """Count the reminders by identity: the wire may repeat one."""
    reminders = {dict(record.headers)["ce_id"]: json.loads(record.value or b"") for record in await driver.published()}
    return sum(
        one["claim_id"] == str(customer) and one["claim_version"] == REMINDER_VERSION for one in reminders.values()
    )


async def test_a_timer_fires_after_downtime_and_only_once(driver: Driver) -> None:
    customer = uuid4()
    await driver.publish([driver.message(contact(customer, 1, name=REMINDED))])
    await driver.launch(CRASH_AT="relay.after_hand_over")
    assert await driver.wait_for_exit() == KILLED

    await driver.launch(CRASH_AT="timers.before_commit")
    assert await driver.wait_for_exit() == KILLED
    assert len(await driver.rows("SELECT FROM messaging.timer")) == 1
    await driver.start()

    await until(lambda: _reminders(driver, customer), what="the reminder")
    assert await driver.rows("SELECT FROM messaging.timer") == []
    assert await driver.terminate() == 0
    assert await _reminders(driver, customer) == 1
