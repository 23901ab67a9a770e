"""Promises g and j: every subscriber of every service loses nothing by its settings, and obeys the contracts."""

from __future__ import annotations

from pathlib import Path

import pytest
from specimen.app import NAME, Settings, build, catalogue
from wiring import assert_loses_nothing, subscriptions_of

from chassis.consuming.batch import Batch
from chassis.errors import CannotStartError
from chassis.service import Consumer, Service
from chassis.unit_of_work import Work
from contracts.catalogue import Catalogue
from contracts.policy import POLICY_CHANGED, PolicyChanged

SETTINGS = Settings(kafka_bootstrap_servers="127.0.0.1:9092", database_url="postgresql://nobody@127.0.0.1/none")


async def test_every_subscriber_acknowledges_by_hand_from_the_earliest_offset_in_its_own_group() -> None:
    subscriptions = subscriptions_of(build(SETTINGS))

    assert subscriptions
    assert_loses_nothing(subscriptions)


async def _hear(batch: Batch[PolicyChanged], work: Work) -> None:
    """Never called: the service is refused before it hears anything."""


def test_hearing_a_topic_the_contracts_do_not_grant_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match=r"not declared as a consumer of policy\.policy-changed\.v1; add it"):
        Service(
            name=NAME,
            settings=SETTINGS,
            catalogue=Catalogue([*catalogue("specimen").topics, POLICY_CHANGED]),
            migrations=tmp_path,
            consumers=(Consumer(POLICY_CHANGED, _hear),),
        )
