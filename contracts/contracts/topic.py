"""The declaration of one Kafka topic: who may write it, who reads it, what a record means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar, dataclass_transform

import msgspec

from contracts.codec import text_of

TYPE_PREFIX = "nl.waterschade."
"""CloudEvents asks for a type that starts with the reversed name of whoever defines it."""

FOLLOWED_IDS = ("claim_id", "report_id")
"""The fields of events by which people follow a claim through all services; a log line names them alike."""

DEFAULT_PARTITIONS = 6
ONE_MEGABYTE = 1_048_576


AwareDatetime = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its zone."""


class _KeywordOnly(msgspec.StructMeta):
    """Makes all fields of a struct keyword-only: msgspec does not inherit that, unlike all else that it is told."""

    def __new__(
        cls,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        /,
        **config: Any,  # noqa: ANN401 - StructMeta says which
    ) -> _KeywordOnly:
        return super().__new__(cls, name, bases, namespace, **{"kw_only": True, **config})


@dataclass_transform(kw_only_default=True, frozen_default=True, field_specifiers=(msgspec.field,))
class Part(msgspec.Struct, metaclass=_KeywordOnly, frozen=True, gc=False):
    """Something inside an event. Frozen; fields a reader does not know are ignored, so that writers may add some.

    Its constructor believes what it is given: who reads what others wrote, or publishes for others, validates. The
    garbage collector need not look at it, as nothing immutable can hold itself.
    """


class Event(Part):
    """A fact that has happened, published as the data of one CloudEvent."""


E = TypeVar("E", bound=Event)


class PersonalData(StrEnum):
    """How closely a topic's records lead to a person; it decides who may read them."""

    NONE = "none"
    PSEUDONYMOUS = "pseudonymous"
    """What happened, under identifiers that only the services can resolve: claim id, customer id, policy number."""
    LOCATION = "location"
    """Where somebody lives."""
    CONTACT = "contact"
    """Name, e-mail address, phone number."""


@dataclass(frozen=True, kw_only=True)
class Topic(Generic[E]):
    """One topic carries one kind of event, keyed so that what must stay in order shares a partition.

    `key` names the field of the event whose text is the record's key. `retention` is None on a compacted topic, which
    keeps the newest record of every key for good. `max_message_bytes` is the broker's limit for one record. A record is
    acknowledged when `min_insync_replicas` brokers have it; provisioning asks for less where there are too few brokers.

    Records of a topic that `holds_secrets` hold them encrypted. When one is wrong, nobody knows what stands in it: its
    dead letter keeps all but its value.
    """

    name: str
    event: type[E]
    key: str
    owner: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    personal_data: PersonalData
    examples: tuple[E, ...]
    partitions: int = DEFAULT_PARTITIONS
    retention: timedelta | None = field(default=timedelta(days=30))
    max_message_bytes: int = ONE_MEGABYTE
    min_insync_replicas: int = 2
    holds_secrets: bool = False

    @property
    def event_type(self) -> str:
        """The CloudEvents `type` of every record on this topic."""
        return TYPE_PREFIX + self.name

    @property
    def config(self) -> Mapping[str, str]:
        """The broker's settings for this topic that hold on any cluster, as Kafka names them."""
        # The broker's own time: it refuses records from hosts whose clocks are off, and retention would follow those.
        common = {"max.message.bytes": str(self.max_message_bytes), "message.timestamp.type": "LogAppendTime"}
        if self.retention is None:
            return common | {"cleanup.policy": "compact"}
        return common | {"cleanup.policy": "delete", "retention.ms": str(int(self.retention.total_seconds() * 1000))}

    def group_of(self, consumer: str) -> str:
        """Return the consumer group in which `consumer` reads this topic: a group reads one topic."""
        return f"{consumer}.{self.name}"

    def key_of(self, event: E) -> str:
        """Return the record key of `event`."""
        return text_of(getattr(event, self.key))


def transactional_id_of(service: str) -> str:
    """Return the name under which the relay of `service` writes. Kafka fences an older producer of the same name."""
    return f"{service}.relay"
