"""Compares the topics a service needs with those on the brokers: before it starts, and again while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaError, TopicAuthorizationFailedError

from chassis.errors import CannotStartError
from chassis.kafka_security import client_arguments, not_granted, refusal
from chassis.settings import ServiceSettings
from contracts.topic import Topic

_RETRY_SECONDS = 0.3
_REQUEST_TIMEOUT_MS = 4_000


class RequiredTopics:
    """The topics a service needs, asked for over one connection that is made anew after a failure."""

    def __init__(self, settings: ServiceSettings, *, topics: Sequence[Topic[Any]]) -> None:
        self._settings = settings
        self._topics = topics
        self._client: AIOKafkaClient | None = None

    async def wait(self) -> None:
        """Wait until the brokers answer.

        Raises:
            CannotStartError: they stay away or do not let this service in, or a topic is missing, not granted or has
                another number of partitions than declared.
        """
        settings, loop = self._settings, asyncio.get_running_loop()
        deadline = loop.time() + settings.start_timeout_seconds
        while True:
            try:
                differences = await self.differences()
            except (KafkaError, OSError) as error:
                if loop.time() > deadline:
                    absence = (
                        f"Kafka at {settings.kafka_bootstrap_servers} does not answer after "
                        f"{settings.start_timeout_seconds:.0f} s; start it or correct KAFKA_BOOTSTRAP_SERVERS "
                        "and KAFKA_SECURITY_PROTOCOL"
                    )
                    raise CannotStartError(await refusal(settings) or absence) from error
            else:
                if differences:
                    raise CannotStartError(next(iter(differences.values())))
                return
            await asyncio.sleep(_RETRY_SECONDS)

    async def differences(self) -> Mapping[str, str]:
        """Return what is wrong with topics, by their names; raise `KafkaError` or `OSError` when no broker answers."""
        try:
            found = await self._partition_counts()
        except BaseException:
            await self.close()
            raise
        forbidden = await self._forbidden([name for name, partitions in found.items() if not partitions])
        refused = str(not_granted(self._settings, what=", ".join(sorted(forbidden))))
        return dict.fromkeys(forbidden, refused) | {
            topic.name: difference
            for topic in self._topics
            if topic.name not in forbidden and (difference := _difference(topic, partitions=found[topic.name]))
        }

    async def _partition_counts(self) -> Mapping[str, int]:
        if self._client is None:
            self._client = AIOKafkaClient(request_timeout_ms=_REQUEST_TIMEOUT_MS, **client_arguments(self._settings))
            await self._client.bootstrap()
        # All topics are asked for: a broker may create a topic that is asked for by its name.
        cluster = await self._client.fetch_all_metadata()
        return {topic.name: len(cluster.partitions_for_topic(topic.name) or ()) for topic in self._topics}

    async def _forbidden(self, names: Collection[str]) -> Collection[str]:
        """Return which topics are there, but not for this service: a broker that knows its clients tells by name."""
        if not names or self._settings.kafka_security_protocol == "PLAINTEXT":
            return ()
        admin = AIOKafkaAdminClient(request_timeout_ms=_REQUEST_TIMEOUT_MS, **client_arguments(self._settings))
        try:
            await admin.start()
            described = await admin.describe_topics(sorted(names))
        finally:
            await admin.close()
        return [topic["topic"] for topic in described if topic["error_code"] == TopicAuthorizationFailedError.errno]

    async def close(self) -> None:
        """Let go of the connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()


def _difference(topic: Topic[Any], *, partitions: int) -> str | None:
    if not partitions:
        return f"topic {topic.name} does not exist; create the topics of contracts: run provision"
    if partitions != topic.partitions:
        return (
            f"topic {topic.name} has {partitions} partitions and contracts say {topic.partitions}; "
            "order per key needs both to agree, change one of them"
        )
    return None
