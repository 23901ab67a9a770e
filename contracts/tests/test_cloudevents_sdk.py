"""The official CloudEvents SDK is the judge of our envelope, in both directions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from contracts.envelope import decode, encode
from contracts.topic import Topic
from contracts.topics import TOPICS
from contracts.upstream import LOSS_REPORTED

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
AT = datetime(2021, 7, 15, 8, 12, 30, 250_000, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_the_sdk_reads_what_we_write(topic: Topic[Any]) -> None:
    message = encode(topic, topic.examples[0], event_id="a-42", source="/portal", time=AT, traceparent=TRACE)
    read = from_binary(KafkaMessage(dict(message.headers), message.key, message.value), JSONFormat())
    assert (read.get_id(), read.get_source(), read.get_type()) == ("a-42", "/portal", topic.event_type)
    assert read.get_time() == AT
    assert read.get_datacontenttype() == "application/json"
    assert read.get_extension("partitionkey") == message.key.decode()
    assert read.get_data() == json.loads(topic.examples[0].model_dump_json())


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_we_read_what_the_sdk_writes(topic: Topic[Any]) -> None:
    event = CloudEvent(
        {
            "id": "a-42",
            "source": "/portal",
            "type": topic.event_type,
            "specversion": "1.0",
            "time": AT,
            "datacontenttype": "application/json",
            "partitionkey": "any",
        },
        json.loads(topic.examples[0].model_dump_json()),
    )
    written = to_binary(event, JSONFormat())
    received = decode(topic, headers=written.headers.items(), value=written.value)
    assert received.event == topic.examples[0]
    assert (received.event_id, received.source) == ("a-42", "/portal")
    assert received.time == AT
    assert received.time.tzinfo is UTC


def test_a_trace_travels_as_a_plain_header_that_is_no_attribute_of_the_event() -> None:
    example = LOSS_REPORTED.examples[0]
    message = encode(LOSS_REPORTED, example, event_id="1", source="/portal", time=AT, traceparent=TRACE)
    assert dict(message.headers)["traceparent"] == TRACE.encode()
    read = from_binary(KafkaMessage(dict(message.headers), message.key, message.value), JSONFormat())
    assert "traceparent" not in read.get_attributes()
