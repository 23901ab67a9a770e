"""Lets FastStream hand over raw records, polled by a consumer of our choice.

Two faults of FastStream 0.7.8. It decodes every header of a batch before any handler is called: one that is null or
not UTF-8 raises, and the whole batch is lost (ag2ai/faststream#2458). And it has no setting for the class of its
consumers, which its broker builds by `config.builder`; no report of that is known.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage


def use_consumer_class(broker: KafkaBroker, consumer_class: Callable[..., AIOKafkaConsumer]) -> None:
    """Let every subscriber of `broker`, which must be connected and not started, poll with one of `consumer_class`."""
    config = broker.config.broker_config
    arguments = cast("partial[AIOKafkaConsumer]", config.builder).keywords
    config.builder = partial(consumer_class, **arguments)


async def keep_raw(raw: tuple[ConsumerRecord[bytes, bytes], ...], original: Any) -> KafkaAckableMessage:  # noqa: ANN401 - FastStream's bound method
    """Parse nothing: build FastStream's message around the records, whatever their headers and values are."""
    return KafkaAckableMessage(
        body=b"",
        headers={},
        raw_message=raw,
        consumer=original.__self__._consumer,  # noqa: SLF001 - a parser is given no other way to the consumer
        message_id="",
    )


async def hand_over_raw(message: KafkaAckableMessage) -> object:
    """Decode nothing: give the handler the records themselves."""
    return message.raw_message
