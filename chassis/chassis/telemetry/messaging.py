"""Span attributes by the messaging semantic conventions of OpenTelemetry."""

from __future__ import annotations

from collections.abc import Mapping

from opentelemetry.semconv._incubating.attributes import messaging_attributes as names


def created(topic: str, *, event_id: str, key: str) -> Mapping[str, str | int]:
    """Describe an event put into the outbox."""
    return _operation("create", "create", topic) | {
        names.MESSAGING_MESSAGE_ID: event_id,
        names.MESSAGING_KAFKA_MESSAGE_KEY: key,
    }


def sent(topic: str | None, *, count: int) -> Mapping[str, str | int]:
    """Describe a batch handed to the broker; `topic` is None when it is for several topics."""
    return _operation("send", "send", topic) | {names.MESSAGING_BATCH_MESSAGE_COUNT: count}


def received(topic: str, *, group: str, count: int) -> Mapping[str, str | int]:
    """Describe a batch polled from the broker."""
    return _operation("poll", "receive", topic) | {
        names.MESSAGING_CONSUMER_GROUP_NAME: group,
        names.MESSAGING_BATCH_MESSAGE_COUNT: count,
    }


def processed(topic: str, *, group: str, event_id: str, partition: int, offset: int) -> Mapping[str, str | int]:
    """Describe one record that is being processed."""
    return _operation("process", "process", topic) | {
        names.MESSAGING_CONSUMER_GROUP_NAME: group,
        names.MESSAGING_MESSAGE_ID: event_id,
        names.MESSAGING_DESTINATION_PARTITION_ID: str(partition),
        names.MESSAGING_KAFKA_OFFSET: offset,
    }


def _operation(name: str, kind: str, topic: str | None) -> dict[str, str | int]:
    destination = {} if topic is None else {names.MESSAGING_DESTINATION_NAME: topic}
    return {
        names.MESSAGING_SYSTEM: "kafka",
        names.MESSAGING_OPERATION_NAME: name,
        names.MESSAGING_OPERATION_TYPE: kind,
        **destination,
    }
