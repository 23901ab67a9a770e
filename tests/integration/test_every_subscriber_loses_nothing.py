"""How every service that is deployed listens, one subscriber after another."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from subscriptions import assert_loses_nothing, subscriptions_of

import claims_svc.app
import claims_svc.settings
import notify_svc.app
import notify_svc.settings
import weather_svc.app
import weather_svc.settings
from chassis.service import Service

BROKER, DATABASE = "127.0.0.1:9092", "postgresql://nobody@127.0.0.1/none"


def claims() -> Service:
    settings = claims_svc.settings.Settings(kafka_bootstrap_servers=BROKER, database_url=DATABASE)
    return claims_svc.app.build(settings)


def weather() -> Service:
    settings = weather_svc.settings.Settings(kafka_bootstrap_servers=BROKER, database_url=DATABASE)
    return weather_svc.app.build(settings)


def notify() -> Service:
    settings = notify_svc.settings.Settings.model_validate(
        {
            "kafka_bootstrap_servers": BROKER,
            "database_url": DATABASE,
            "smtp_host": "127.0.0.1",
            "mail_from": "schade@insurer.example",
            "smpp_host": "127.0.0.1",
            "smpp_system_id": "notify",
            "smpp_password": "secret",
        }
    )
    return notify_svc.app.build(settings)


@pytest.mark.parametrize("build", [claims, weather, notify])
async def test_every_subscriber_of_a_service_acknowledges_by_hand_in_its_own_group(
    build: Callable[[], Service],
) -> None:
    service = build()
    subscriptions = subscriptions_of(service)

    assert len(subscriptions) == len(service.consumers) > 0
    assert_loses_nothing(subscriptions)
