"""The official CloudEvents SDK is the judge of our envelope, in both directions."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary, to_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from contracts.codec import to_json
from contracts.envelope import decode, encode, headers_of
from contracts.loss_reports import LOSS_REPORTED
from contracts.topic import Topic
from contracts.topics import TOPICS

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
    assert read.get_data() == json.loads(to_json(topic.examples[0]))


@pytest.mark.parametrize("at", [AT, AT.replace(microsecond=0), datetime(2021, 12, 31, 23, 59, 59, 1, tzinfo=UTC)])
def test_a_relay_writes_the_headers_that_the_sdk_writes(at: datetime) -> None:
    ours = dict(
        headers_of(event_id="ä-42", source="/portal", event_type=LOSS_REPORTED.event_type, time=at, traceparent=None)
    )
    theirs = written_by_the_sdk(LOSS_REPORTED, event_id="ä-42", at=at).headers
    assert datetime.fromisoformat(ours.pop("ce_time").decode()) == at
    assert datetime.fromisoformat(theirs.pop("ce_time").decode()) == at
    assert theirs.pop("ce_partitionkey") == b"any"  # the SDK's way to give a record its key
    assert ours == theirs


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_encode_writes_what_a_relay_writes(topic: Topic[Any]) -> None:
    message = encode(topic, topic.examples[0], event_id="a-42", source="/portal", time=AT, traceparent=TRACE)
    assert message.value == to_json(topic.examples[0]) == to_json(topic.examples[0])
    assert list(message.headers) == headers_of(
        event_id="a-42", source="/portal", event_type=topic.event_type, time=AT, traceparent=TRACE
    )


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_we_read_what_the_sdk_writes(topic: Topic[Any]) -> None:
    written = written_by_the_sdk(topic, event_id="a-42", at=AT)
    received = decode(
        topic, headers=written.headers.items(), key=topic.key_of(topic.examples[0]).encode(), value=written.value
    )
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


def written_by_the_sdk(topic: Topic[Any], *, event_id: str, at: datetime) -> KafkaMessage:
    event = CloudEvent(
        {
            "id": event_id,
            "source": "/portal",
            "type": topic.event_type,
            "specversion": "1.0",
            "time": at,
            "datacontenttype": "application/json",
            "partitionkey": "any",
        },
        json.loads(to_json(topic.examples[0])),
    )
    return to_binary(event, JSONFormat())
