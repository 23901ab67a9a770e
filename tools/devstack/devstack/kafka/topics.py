"""Creates topics on Apache Kafka and waits until they can be used."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from devstack.errors import DevstackError

RETRY_PAUSE_SECONDS = 0.1
LARGEST_REPLICATION_FACTOR = 3


class TopicLike(Protocol):
    """What `create_topics` reads of a topic, whoever declares it."""

    @property
    def name(self) -> str:
        """Name on the broker."""

    @property
    def partitions(self) -> int:
        """Number of partitions."""

    @property
    def config(self) -> Mapping[str, str]:
        """Topic settings under Apache Kafka's names, such as `cleanup.policy`."""


@dataclass(frozen=True)
class TopicSpec:
    """A topic to be created."""

    name: str
    partitions: int = 1
    config: Mapping[str, str] = field(default_factory=dict)


async def create_topics(bootstrap_servers: str, specs: Sequence[TopicLike], *, deadline_seconds: float = 30) -> None:
    """Create the topics that are missing and wait until each of their partitions has a leader.

    A topic that exists keeps its partitions and settings. A partition has three replicas where there are three brokers.
    """
    if not specs:
        return
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, request_timeout_ms=10_000)
    try:
        async with asyncio.timeout(deadline_seconds):
            await _retry(admin.start)
            await _create_missing(admin, specs)
            while not await _all_have_leaders(admin, [spec.name for spec in specs]):
                await asyncio.sleep(RETRY_PAUSE_SECONDS)
    except TimeoutError:
        raise DevstackError(
            f"the topics had no leaders after {deadline_seconds:g} s: look at the broker's log"
        ) from None
    finally:
        await admin.close()


async def _create_missing(admin: AIOKafkaAdminClient, specs: Sequence[TopicLike]) -> None:
    brokers = len((await admin.describe_cluster())["brokers"])
    missing = [_new_topic(spec, replicas=min(brokers, LARGEST_REPLICATION_FACTOR)) for spec in specs]
    while missing:
        response = await admin.create_topics(missing)
        retried = {name for name, code, *reason in response.topic_errors if _must_retry(name, code, reason)}
        missing = [topic for topic in missing if topic.name in retried]
        if missing:
            await asyncio.sleep(RETRY_PAUSE_SECONDS)


def _new_topic(spec: TopicLike, *, replicas: int) -> NewTopic:
    return NewTopic(
        spec.name, num_partitions=spec.partitions, replication_factor=replicas, topic_configs=dict(spec.config)
    )


def _must_retry(name: str, code: int, reason: Sequence[str | None]) -> bool:
    error = for_code(code)
    if code == 0 or error is TopicAlreadyExistsError:
        return False
    if error.retriable:
        return True
    raise DevstackError(f"topic {name} cannot be created: {(reason and reason[0]) or error.__name__}")


async def _all_have_leaders(admin: AIOKafkaAdminClient, names: Sequence[str]) -> bool:
    topics = await admin.describe_topics(list(names))
    return all(
        topic["error_code"] == 0
        and topic["partitions"]
        and all(partition["error_code"] == 0 and partition["leader"] >= 0 for partition in topic["partitions"])
        for topic in topics
    )


async def _retry(attempt: Callable[[], Coroutine[object, object, object]]) -> None:
    while True:
        try:
            await attempt()
        except KafkaError as error:
            if not (error.retriable or isinstance(error, ConnectionError)):
                raise
            await asyncio.sleep(RETRY_PAUSE_SECONDS)
        else:
            return
