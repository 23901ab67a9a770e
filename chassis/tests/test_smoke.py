"""The specimen hears, acts and says."""

from __future__ import annotations

from uuid import uuid4

from driving import Driver, contact, until


async def test_an_event_takes_effect_once_and_is_announced(driver: Driver) -> None:
    customer = uuid4()
    await driver.publish([driver.message(contact(customer, 1))])
    await driver.start()

    await until(driver.effects, what="effect")
    await until(driver.said, what="announcement")

    assert await driver.effects() == [(customer, 1)]
    assert [record.key for record in await driver.said()] == [str(customer).encode()]
    assert await driver.terminate() == 0
