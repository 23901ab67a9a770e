"""Promises g and j: no subscriber loses anything by its settings, and none breaks the contracts."""

from __future__ import annotations

from pathlib import Path

import pytest
from specimen.app import NAME, Settings, build, catalogue, consumed_topic
from subscriptions import assert_loses_nothing, subscriptions_of

from chassis.consuming.delivery import Batch
from chassis.errors import CannotStartError
from chassis.service import Consumer, Service
from chassis.unit_of_work import Work
from contracts.catalogue import Catalogue
from contracts.policy import POLICY_CHANGED, ContactChanged, PolicyChanged

SETTINGS = Settings(kafka_bootstrap_servers="127.0.0.1:9092", database_url="postgresql://nobody@127.0.0.1/none")


async def test_every_subscriber_acknowledges_by_hand_from_the_earliest_offset_in_its_own_group() -> None:
    subscriptions = subscriptions_of(build(SETTINGS))

    assert subscriptions
    assert_loses_nothing(subscriptions)


async def test_the_lag_of_a_consumer_that_has_found_no_broker_yet_is_no_trouble() -> None:
    (subscription,) = subscriptions_of(build(SETTINGS))
    subscription.subscriber.consumer = client = subscription.new_client(group_id=subscription.group)

    await subscription.measure_lag()

    await client.stop()


async def _handle(batch: Batch[PolicyChanged], work: Work) -> None:
    """Never called: the service is refused before it consumes anything."""


def test_consuming_a_topic_the_contracts_do_not_grant_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match=r"not declared as a consumer of policy\.policy-changed\.v1; add it"):
        Service(
            name=NAME,
            settings=SETTINGS,
            catalogue=Catalogue([*catalogue("specimen").topics, POLICY_CHANGED]),
            migrations=tmp_path,
            consumers=(Consumer(POLICY_CHANGED, _handle),),
        )


def test_consuming_one_topic_twice_stops_the_start(tmp_path: Path) -> None:
    topic = consumed_topic("specimen")
    twice = (Consumer(topic, _count), Consumer(topic, _count))

    with pytest.raises(CannotStartError, match="specimen consumes a topic twice"):
        Service(name=NAME, settings=SETTINGS, catalogue=catalogue("specimen"), migrations=tmp_path, consumers=twice)


def test_a_service_without_a_topic_for_its_dead_letters_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="specimen has no topic for its dead letters"):
        Service(name=NAME, settings=SETTINGS, catalogue=Catalogue([consumed_topic("specimen")]), migrations=tmp_path)


async def _count(batch: Batch[ContactChanged], work: Work) -> None:
    """Never called either."""
