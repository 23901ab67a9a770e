"""The topics a service needs are compared with those there are, also while it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import uuid4

import pytest
from aiokafka.errors import KafkaConnectionError
from specimen.app import Settings, consumed_topic

from chassis.required_topics import RequiredTopics
from devstack.stack import Stack

TOPIC = consumed_topic(f"required-{uuid4().hex[:8]}")


@pytest.fixture
async def required(stack: Stack) -> AsyncIterator[RequiredTopics]:
    """The topic, once as it is created and once with another number of partitions; neither exists yet."""
    settings = Settings(database_url="postgresql://none", kafka_bootstrap_servers=stack.kafka_bootstrap_servers)
    narrow = replace(TOPIC, name=f"{TOPIC.name}.narrow", partitions=TOPIC.partitions + 2)
    required = RequiredTopics(settings, topics=[TOPIC, narrow])
    yield required
    await required.close()


async def test_a_topic_that_is_missing_or_cut_differently_is_named_until_it_is_mended(
    required: RequiredTopics, stack: Stack
) -> None:
    narrow = f"{TOPIC.name}.narrow"
    assert await required.differences() == {
        name: f"topic {name} does not exist; create the topics of contracts: run provision"
        for name in (TOPIC.name, narrow)
    }

    stack.create_topics([TOPIC, replace(TOPIC, name=narrow)])

    assert await required.differences() == {
        narrow: f"topic {narrow} has 3 partitions and contracts say 5; "
        "order per key needs both to agree, change one of them"
    }


async def test_brokers_that_were_away_are_asked_again() -> None:
    settings = Settings(database_url="postgresql://none", kafka_bootstrap_servers="127.0.0.1:1")
    required = RequiredTopics(settings, topics=[TOPIC])
    for _ in range(2):
        with pytest.raises(KafkaConnectionError):
            await required.differences()
