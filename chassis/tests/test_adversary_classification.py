"""Which trouble passes by itself: a wrong answer loops for ever or dead-letters what is sound."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest
from driving import contact
from specimen.app import Settings, build, heard_topic

from chassis.consuming.batch import Batch
from chassis.errors import CannotStartError, is_transient
from chassis.service import Consumer
from chassis.testing import harness
from chassis.unit_of_work import Work
from contracts.policy import ContactChanged


def settings(database: str) -> Settings:
    return Settings(kafka_bootstrap_servers="none:9092", database_url=database)


async def test_a_value_the_database_cannot_take_is_no_outage_whatever_words_it_holds(database: str) -> None:
    connection = await asyncpg.connect(database)
    try:
        with pytest.raises(asyncpg.DataError) as caught:
            await connection.fetch("SELECT $1::text", ["windows", "closed"])
    finally:
        await connection.close()

    assert not is_transient(caught.value)


async def test_a_message_whose_value_the_database_cannot_take_is_parked_and_not_given_back_for_ever(
    database: str,
) -> None:
    async def store(batch: Batch[ContactChanged], work: Work) -> None:
        await work.connection.execute("SELECT $1::text", [delivery.event.name for delivery in batch])

    service = build(settings(database))
    topic = heard_topic("specimen")
    async with harness(replace(service, consumers=(Consumer(topic, store),))) as h:
        await h.deliver(topic, contact(uuid4(), 1, name="Van Closteren"), contact(uuid4(), 1, name="window closed"))
        dead_letters = await h.pool.fetchval("SELECT count(*) FROM messaging.dead_letter")

    assert dead_letters == 2


async def test_a_migration_under_a_running_service_parks_no_message(database: str) -> None:
    async def look(_: Batch[ContactChanged], work: Work) -> None:
        await work.connection.fetch("SELECT * FROM state")

    service = build(settings(database))
    topic = heard_topic("specimen")
    async with harness(replace(service, consumers=(Consumer(topic, look),))) as h:
        await h.deliver(topic, contact(uuid4(), 1))
        other = await asyncpg.connect(database)
        await other.execute("ALTER TABLE state ADD COLUMN note text")
        await other.close()
        with pytest.raises(asyncpg.InvalidCachedStatementError):  # the batch is given back, and taken the second time
            await h.deliver(topic, contact(uuid4(), 2))
        await h.deliver(topic, contact(uuid4(), 2))
        dead_letters = await h.pool.fetch("SELECT reason FROM messaging.dead_letter")

    assert dead_letters == []


async def test_a_database_behind_a_socket_that_is_away_is_waited_for() -> None:
    with pytest.raises((OSError, CannotStartError)) as caught:
        await asyncpg.connect("postgresql://nobody@/none?host=/nonexistent-directory")

    assert is_transient(caught.value)


async def test_a_service_that_may_not_say_something_stops_instead_of_parking_all_it_hears(database: str) -> None:
    async def say(batch: Batch[ContactChanged], work: Work) -> None:
        for delivery in batch:
            work.publish(delivery.event, trace=None)  # policy-svc is the only producer of contact changes

    service = build(settings(database))
    topic = heard_topic("specimen")
    async with harness(replace(service, consumers=(Consumer(topic, say),))) as h:
        with pytest.raises(Exception):  # noqa: B017, PT011
            await h.deliver(topic, *[contact(uuid4(), 1) for _ in range(60)])
        dead_letters = await h.pool.fetchval("SELECT count(*) FROM messaging.dead_letter")

    assert dead_letters <= service.settings.dead_letter_limit
