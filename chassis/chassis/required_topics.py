"""Compares the topics a service needs with those on the broker, before the service starts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.errors import CannotStartError
from chassis.settings import ServiceSettings
from contracts.topic import Topic

_RETRY_SECONDS = 0.3


async def wait_for_topics(settings: ServiceSettings, *, topics: Iterable[Topic[Any]]) -> None:
    """Wait until the brokers answer.

    Raises:
        CannotStartError: they stay away, or a topic is missing or has another number of partitions than declared.
    """
    partitions = await _describe(settings, {topic.name for topic in topics})
    for topic in topics:
        found = partitions.get(topic.name)
        if found is None:
            raise CannotStartError(f"topic {topic.name} does not exist; create the topics of contracts: run provision")
        if found != topic.partitions:
            raise CannotStartError(
                f"topic {topic.name} has {found} partitions and contracts say {topic.partitions}; "
                "order per key needs both to agree, change one of them"
            )


async def _describe(settings: ServiceSettings, names: set[str]) -> dict[str, int]:
    deadline = asyncio.get_running_loop().time() + settings.start_timeout_seconds
    while True:
        try:
            return await _describe_once(settings, names)
        except (KafkaError, OSError) as error:
            if asyncio.get_running_loop().time() > deadline:
                raise CannotStartError(
                    f"Kafka at {settings.kafka_bootstrap_servers} does not answer after "
                    f"{settings.start_timeout_seconds:.0f} s; start it or correct KAFKA_BOOTSTRAP_SERVERS"
                ) from error
        await asyncio.sleep(_RETRY_SECONDS)


async def _describe_once(settings: ServiceSettings, names: set[str]) -> dict[str, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    try:
        await admin.start()
        existing = names & set(await admin.list_topics())
        described = await admin.describe_topics(sorted(existing)) if existing else []
        return {topic["topic"]: len(topic["partitions"]) for topic in described}
    finally:
        await admin.close()
