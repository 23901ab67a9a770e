"""Wires a service's subscribers without a broker, so that tests can look at how each one listens."""

from __future__ import annotations

import asyncio

import asyncpg
from faststream import AckPolicy

from chassis.clock import DatabaseClock
from chassis.consuming.subscription import Subscription, new_broker
from chassis.publishing.handoff import Handoff
from chassis.service import Service
from chassis.telemetry.tracing import Tracing
from chassis.unit_of_work import WorkFactory


def subscriptions_of(service: Service) -> list[Subscription]:
    """Return what `service` would listen with; nothing is connected."""
    work = WorkFactory(
        pool=asyncpg.create_pool(service.settings.database_url),
        clock=DatabaseClock(),
        service=service.name,
        catalogue=service.catalogue,
        tracing=Tracing(service_name=service.name, exporter=None),
        timer_kinds=frozenset(),
        handoff=Handoff(),
        timers_changed=asyncio.Event(),
    )
    broker = new_broker(service.settings, service=service.name)
    return [
        Subscription(
            consumer,
            broker=broker,
            settings=service.settings,
            work=work,
            stopping=asyncio.Event(),
            report_failure=lambda _: None,
        )
        for consumer in service.consumers
    ]


def assert_loses_nothing(subscriptions: list[Subscription]) -> None:
    """Acknowledged by hand, placed by the database, nothing of an aborted transaction, one topic and group each."""
    groups = [subscription.subscriber.group_id for subscription in subscriptions]
    assert len(set(groups)) == len(groups)
    for subscription in subscriptions:
        subscriber = subscription.subscriber
        assert subscriber.ack_policy is AckPolicy.MANUAL
        arguments = subscriber._connection_args
        assert arguments["enable_auto_commit"] is False
        assert arguments["auto_offset_reset"] == "none"
        assert arguments["isolation_level"] == "read_committed"
        assert [topic.name for topic in subscriber.topics] == [subscription.topic]
