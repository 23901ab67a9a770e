"""The specimen consumes, acts and publishes."""

from __future__ import annotations

from uuid import uuid4

from specimen_driver import Driver, contact, until


async def test_an_event_takes_effect_once_and_is_published(driver: Driver) -> None:
    customer = uuid4()
    await driver.publish([driver.message(contact(customer, 1))])
    await driver.start()

    await until(driver.effects, what="effect")
    await until(driver.published, what="published event")

    assert await driver.effects() == [(customer, 1)]
    assert [record.key for record in await driver.published()] == [str(customer).encode()]
    assert await driver.terminate() == 0
