"""Promises g and j: every subscriber of every service loses nothing by its settings, and obeys the contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from specimen.app import Settings, build
from wiring import assert_loses_nothing, subscriptions_of

from chassis.errors import CannotStartError
from chassis.service import Consumer, Service
from contracts import topics

if TYPE_CHECKING:
    from pathlib import Path

    from chassis.batch import Batch
    from chassis.work import Work
    from contracts.policy import PolicyChanged

SETTINGS = Settings(kafka_bootstrap_servers="127.0.0.1:9092", database_url="postgresql://nobody@127.0.0.1/none")


async def test_every_subscriber_acknowledges_by_hand_from_the_earliest_offset_in_its_own_group() -> None:
    subscriptions = subscriptions_of(build(SETTINGS))

    assert subscriptions
    assert_loses_nothing(subscriptions)


async def _hear(batch: Batch[PolicyChanged], work: Work) -> None:
    """Never called: the service is refused before it hears anything."""


def test_hearing_a_topic_the_contracts_do_not_grant_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match=r"not declared as a consumer of policy\.policy-changed\.v1; add it in"):
        Service(
            name=topics.NOTIFY,
            settings=SETTINGS,
            migrations=tmp_path,
            consumers=(Consumer(topics.POLICY_CHANGED, _hear),),
        )
