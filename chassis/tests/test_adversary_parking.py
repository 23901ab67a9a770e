"""What must be dead-lettered can be dead-lettered."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

from driving import contact
from specimen.app import Settings, build, heard_topic

from chassis.service import Service
from chassis.testing import harness
from contracts.envelope import Message, encode


def specimen(database: str) -> Service:
    return build(Settings(kafka_bootstrap_servers="none:9092", database_url=database))


async def test_a_record_with_a_monstrous_header_name_is_parked_like_any_other(database: str) -> None:
    topic = heard_topic("specimen")
    async with harness(specimen(database)) as h:

        def sound(version: int) -> Message:
            return encode(
                topic, contact(uuid4(), version), event_id=str(uuid4()), source="/test", time=h.service.clock.now()
            )

        good, bad = h.record(sound(1)), h.record(sound(2))
        bad = replace(bad, headers=(("\x01" * 600_000, None),))
        await h.process(topic, [good, bad])

        assert await h.pool.fetchval("SELECT count(*) FROM effect") == 1
        assert await h.pool.fetchval("SELECT count(*) FROM messaging.dead_letter") == 1
