"""Every topic says who owns it, who writes it, who reads it and what a record looks like."""

from __future__ import annotations

import inspect
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts import topics
from contracts.acls import acl_rows, principals
from contracts.catalogue import Catalogue
from contracts.claim_messages import CLAIM_MESSAGE_REQUESTED
from contracts.dead_letters import MessageDeadLettered
from contracts.envelope import decode, encode
from contracts.loss_reports import LOSS_REPORTED
from contracts.message_requests import CUSTOMER_MESSAGE_REQUESTED, MESSAGE_REQUESTED
from contracts.notify import REPORTER_CONTACT_PROVIDED
from contracts.payments import PAYMENT_SETTLED
from contracts.personal_data import CUSTOMER_DATA_PROVIDED
from contracts.policy import CONTACT_CHANGED, POLICY_CHANGED
from contracts.repairs import REPAIR_JOB_REPORTED
from contracts.topic import ONE_MEGABYTE, Event, PersonalData, Topic

SERVICES = Path(__file__).parents[2] / "services"
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
        assert decode(topic, headers=message.headers, key=message.key, value=message.value).event == example
        assert message.key == str(getattr(example, topic.key)).encode()


@EVERY_TOPIC
def test_a_name_is_made_of_owner_fact_and_version(topic: Topic[Any]) -> None:
    producer, fact, version = topic.name.split(".")
    assert producer == topic.owner.removesuffix("-svc")
    assert fact.rpartition("-")[2].endswith("ed") or fact in {"decision-made", "proof-root"}
    assert version == "v1"


@EVERY_TOPIC
def test_only_the_owner_writes_except_what_others_report_or_ask(topic: Topic[Any]) -> None:
    others = {
        LOSS_REPORTED.name: ("upstream",),
        REPORTER_CONTACT_PROVIDED.name: ("upstream",),
        PAYMENT_SETTLED.name: ("payments",),
        REPAIR_JOB_REPORTED.name: ("repair-partners",),
        MESSAGE_REQUESTED.name: ("auth-svc",),
        CUSTOMER_MESSAGE_REQUESTED.name: ("policy-svc",),
        CLAIM_MESSAGE_REQUESTED.name: ("claims-svc",),
        CUSTOMER_DATA_PROVIDED.name: ("auth-svc", "claims-svc", "notify-svc"),
    }
    assert topic.producers == others.get(topic.name, (topic.owner,))


def test_a_topic_declared_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"declared twice: claims\.loss-reported\.v1"):
        Catalogue([*topics.TOPICS, LOSS_REPORTED])


def test_a_kind_of_event_on_two_topics_is_refused() -> None:
    with pytest.raises(ValueError, match="a kind of event has one topic"):
        Catalogue([LOSS_REPORTED, replace(LOSS_REPORTED, name="claims.loss-reported.v2")])


def test_every_service_of_the_repository_has_a_topic_for_its_dead_letters() -> None:
    services = {settings.parent.name for settings in SERVICES.glob("*/pyproject.toml")}

    assert services >= {"claims-svc", "weather-svc", "policy-svc", "notify-svc", "auth-svc"}
    assert {topic.owner for topic in topics.TOPICS if topic.event is MessageDeadLettered} == services


def test_every_service_that_a_topic_names_exists() -> None:
    names = {name for topic in topics.TOPICS for name in (topic.owner, *topic.producers, *topic.consumers)}
    services = {name for name in names if name.endswith("-svc")}

    assert [name for name in services if not (SERVICES / name / "pyproject.toml").exists()] == []


def test_every_participant_is_a_service_or_known_outside_the_platform() -> None:
    names = {name for topic in topics.TOPICS for name in (*topic.producers, *topic.consumers)}

    outside = {name for name in names if not name.endswith("-svc")}
    assert outside == {"upstream", "repair-partners", "payments", "witnesses", "operators"}
    assert principals() == sorted(names)


def test_a_partner_reads_decisions_and_jobs_and_writes_what_becomes_of_jobs_and_nothing_else() -> None:
    rights = {row[1:] for row in acl_rows() if row[0] == "User:repair-partners"}

    read = ("claims.decision-made.v1", "claims.repair-requested.v1", "claims.repair-assigned.v1")
    assert rights == {
        *(("Read", "Topic", name, "Literal") for name in read),
        *(("Read", "Group", f"repair-partners.{name}", "Literal") for name in read),
        ("Write", "Topic", "claims.repair-job-reported.v1", "Literal"),
    }


def test_who_pays_reads_orders_and_writes_how_they_ended_and_nothing_else() -> None:
    rights = {row[1:] for row in acl_rows() if row[0] == "User:payments"}

    assert rights == {
        ("Read", "Topic", "claims.payment-ordered.v1", "Literal"),
        ("Read", "Group", "payments.claims.payment-ordered.v1", "Literal"),
        ("Write", "Topic", "claims.payment-settled.v1", "Literal"),
    }


def test_every_event_class_has_a_topic() -> None:
    assert {topic.event for topic in topics.TOPICS} == set(Event.__subclasses__())


def test_contact_data_is_read_by_no_one_but_who_writes_to_customers_and_who_lets_them_in() -> None:
    readers = {
        topic.name: topic.consumers
        for topic in topics.TOPICS
        if topic.personal_data is PersonalData.CONTACT and topic.event is not MessageDeadLettered
    }
    assert readers.pop(CONTACT_CHANGED.name) == ("auth-svc", "notify-svc")
    assert readers.pop(CUSTOMER_DATA_PROVIDED.name) == ("policy-svc",)  # sealed for the customer's own file
    assert set(readers.values()) == {("notify-svc",)}


def test_a_dead_letter_topic_holds_the_largest_record_of_any_other_in_base64() -> None:
    dead_letters = {topic for topic in topics.TOPICS if topic.event is MessageDeadLettered}
    largest = max(topic.max_message_bytes for topic in topics.TOPICS if topic not in dead_letters)
    assert all(topic.max_message_bytes >= largest * 4 / 3 + ONE_MEGABYTE for topic in dead_letters)


@EVERY_TOPIC
def test_what_tells_of_changed_state_is_compacted_and_what_happened_is_kept_for_a_time(topic: Topic[Any]) -> None:
    assert (topic.retention is None) == topic.name.removesuffix(".v1").endswith("-changed")


def test_the_brokers_settings_are_named_as_kafka_names_them() -> None:
    assert POLICY_CHANGED.config == {
        "cleanup.policy": "compact",
        "max.message.bytes": "1048576",
        "message.timestamp.type": "LogAppendTime",
    }
    assert LOSS_REPORTED.config == {
        "cleanup.policy": "delete",
        "max.message.bytes": "1048576",
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": str(90 * 24 * 60 * 60 * 1000),
    }
