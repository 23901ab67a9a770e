"""Compares the topics a service needs with those on the broker, before the service starts."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from chassis.errors import CannotStartError
from chassis.kafka_security import client_arguments, not_granted, refusal
from chassis.settings import ServiceSettings
from contracts.topic import Topic

_RETRY_SECONDS = 0.3


async def wait_for_topics(settings: ServiceSettings, *, topics: Iterable[Topic[Any]]) -> None:
    """Wait until the brokers answer.

    Raises:
        CannotStartError: they stay away or do not let this service in, or a topic is missing or has another number of
            partitions than declared.
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
                absence = (
                    f"Kafka at {settings.kafka_bootstrap_servers} does not answer after "
                    f"{settings.start_timeout_seconds:.0f} s; start it or correct KAFKA_BOOTSTRAP_SERVERS "
                    "and KAFKA_SECURITY_PROTOCOL"
                )
                raise CannotStartError(await refusal(settings) or absence) from error
        await asyncio.sleep(_RETRY_SECONDS)


async def _describe_once(settings: ServiceSettings, names: set[str]) -> dict[str, int]:
    admin = AIOKafkaAdminClient(**client_arguments(settings))
    try:
        await admin.start()
        # A broker may create a topic that it is asked for; one that knows its clients tells by that who may not see it.
        shown = set(await admin.list_topics())
        asked = names if settings.kafka_security_protocol != "PLAINTEXT" else names & shown
        described = await admin.describe_topics(sorted(asked)) if asked else []
        forbidden = [
            topic["topic"] for topic in described if topic["error_code"] == TopicAuthorizationFailedError.errno
        ]
        if forbidden:
            raise not_granted(settings, what=", ".join(sorted(forbidden)))
        return {topic["topic"]: len(topic["partitions"]) for topic in described if topic["topic"] in shown}
    finally:
        await admin.close()
