"""Every topic says who owns it, who writes it, who reads it and what a record looks like."""

from __future__ import annotations

import inspect
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts import topics
from contracts.envelope import decode, encode
from contracts.topic import ONE_MEGABYTE, Event, PersonalData, Topic

EVERY_TOPIC = pytest.mark.parametrize("topic", topics.TOPICS, ids=lambda topic: topic.name)


@EVERY_TOPIC
def test_every_topic_has_an_owner_a_producer_a_consumer_and_an_example(topic: Topic[Any]) -> None:
    assert topic.owner
    assert topic.producers
    assert topic.consumers
    assert topic.examples


@EVERY_TOPIC
def test_every_event_says_when_it_is_published(topic: Topic[Any]) -> None:
    assert "Published" in (inspect.getdoc(topic.event) or "")


@EVERY_TOPIC
def test_the_examples_are_read_back_as_they_were_published(topic: Topic[Any]) -> None:
    for example in topic.examples:
        message = encode(topic, example, event_id="42", source="/test", time=datetime(2021, 7, 16, tzinfo=UTC))
        assert decode(topic, headers=message.headers, value=message.value).event == example
        assert message.key == str(getattr(example, topic.key)).encode()


@EVERY_TOPIC
def test_a_name_is_made_of_owner_fact_and_version(topic: Topic[Any]) -> None:
    producer, fact, version = topic.name.split(".")
    assert producer == topic.owner.removesuffix("-svc")
    assert fact.rpartition("-")[2].endswith("ed") or fact == "decision-made"
    assert version == "v1"


@EVERY_TOPIC
def test_only_the_owner_writes_except_that_reports_come_from_upstream(topic: Topic[Any]) -> None:
    assert topic.producers == ((topics.UPSTREAM,) if topic is topics.LOSS_REPORTED else (topic.owner,))


def test_topic_names_are_unique() -> None:
    assert len({topic.name for topic in topics.TOPICS}) == len(topics.TOPICS)


def test_every_event_class_has_a_topic() -> None:
    assert {topic.event for topic in topics.TOPICS} == set(Event.__subclasses__())


def test_contact_data_is_read_by_no_one_but_the_service_that_writes_to_customers() -> None:
    readers = [
        topic.consumers
        for topic in topics.TOPICS
        if topic.personal_data is PersonalData.CONTACT and topic not in topics.PARKED.values()
    ]
    assert readers == [(topics.NOTIFY,)]


def test_a_dead_letter_topic_holds_the_largest_record_of_any_other_in_base64() -> None:
    parked = set(topics.PARKED.values())
    largest = max(topic.max_message_bytes for topic in topics.TOPICS if topic not in parked)
    assert all(topic.max_message_bytes >= largest * 4 / 3 + ONE_MEGABYTE for topic in parked)


def test_state_is_compacted_and_facts_are_kept_for_a_time() -> None:
    assert {topic.name for topic in topics.TOPICS if topic.compacted} == {
        "policy.policy-changed.v1",
        "policy.contact-changed.v1",
    }
    assert topics.POLICY_CHANGED.config == {"cleanup.policy": "compact", "max.message.bytes": "1048576"}
    assert topics.LOSS_REPORTED.config["retention.ms"] == str(90 * 24 * 60 * 60 * 1000)
