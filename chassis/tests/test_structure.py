"""Promises g and j: every subscriber of every service loses nothing by its settings, and obeys the contracts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncpg
import pytest
from faststream import AckPolicy
from specimen.app import Settings, build

from chassis.clock import SystemClock
from chassis.errors import CannotStartError
from chassis.kafka import Subscription, new_broker
from chassis.service import Consumer, Service
from chassis.tracing import Tracing
from chassis.work import WorkFactory
from contracts import topics

if TYPE_CHECKING:
    from pathlib import Path

    from chassis.batch import Batch
    from chassis.work import Work
    from contracts.policy import PolicyChanged

SETTINGS = Settings(kafka_bootstrap_servers="127.0.0.1:9092", database_url="postgresql://nobody@127.0.0.1/none")


def _subscriptions(service: Service) -> list[Subscription]:
    work = WorkFactory(
        pool=asyncpg.create_pool(service.settings.database_url),
        clock=SystemClock(),
        service=service.name,
        tracing=Tracing(service_name=service.name, exporter=None),
        timer_kinds=frozenset(),
        outbox_filled=asyncio.Event(),
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


async def test_every_subscriber_acknowledges_by_hand_from_the_earliest_offset_in_its_own_group() -> None:
    subscriptions = _subscriptions(build(SETTINGS))
    groups = [subscription.subscriber.group_id for subscription in subscriptions]

    assert groups
    assert len(set(groups)) == len(groups)
    for subscription in subscriptions:
        subscriber = subscription.subscriber
        assert subscriber.ack_policy is AckPolicy.MANUAL
        arguments = subscriber._connection_args
        assert arguments["enable_auto_commit"] is False
        assert arguments["auto_offset_reset"] == "earliest"
        assert [topic.name for topic in subscriber.topics] == [subscription.topic]


async def _hear(batch: Batch[PolicyChanged], work: Work) -> None:
    raise NotImplementedError


def test_hearing_a_topic_the_contracts_do_not_grant_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match=r"not declared as a consumer of policy\.policy-changed\.v1; add it in"):
        Service(
            name=topics.NOTIFY,
            settings=SETTINGS,
            migrations=tmp_path,
            consumers=(Consumer(topics.POLICY_CHANGED, _hear),),
        )
