"""Notifications make a poll due; without them polling goes on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from amqtt.broker import Broker
from knmi_broker import broker, certificate_of_this_machine, free_port
from knmi_server import KEY
from pydantic import SecretStr
from rain_samples import NOW

from chassis.testing import Harness
from weather_svc.domain.publication import EDR_HOURLY, EDR_TEN_MINUTE
from weather_svc.repository import polls
from weather_svc.settings import Settings
from weather_svc.sources.notifications import Listener
from weather_svc.sources.plans import CONTROL, HOURLY, TEN_MINUTE

TOPIC = "dataplatform/file/v1/{}/1.0/{}"
LATER = NOW + timedelta(minutes=50)


def message(data_set: str, event: str) -> bytes:
    """A message as KNMI writes it."""
    return json.dumps(
        {
            "specversion": "1.0.0",
            "type": f"nl.knmi.dataplatform.file.{event}.v1",
            "source": "https://dataplatform.knmi.nl",
            "id": "5a1f3c6e",
            "time": "2021-07-20T09:00:00Z",
            "datacontenttype": "application/json",
            "data": {
                "datasetName": data_set,
                "datasetVersion": "1.0",
                "filename": "hourly-observations-20210720-08.nc",
            },
        }
    ).encode()


def settings_at(settings: Settings, port: int, *, scheme: str = "ws", key: str = KEY) -> Settings:
    return settings.model_copy(
        update={"knmi_notification_url": f"{scheme}://127.0.0.1:{port}", "knmi_notification_key": SecretStr(key)}
    )


@asynccontextmanager
async def listening(service: Harness, settings: Settings) -> AsyncIterator[Listener]:
    """Listen, with the polls not due before LATER."""
    async with service.runtime.transaction() as work:
        await polls.add(work.connection, due=dict.fromkeys((HOURLY, CONTROL, TEN_MINUTE), LATER))
    listener = Listener(settings, asyncio.Event())
    working = asyncio.create_task(listener.run(service.runtime))
    try:
        yield listener
    finally:
        service.runtime.stopping.set()
        async with asyncio.timeout(5):
            await working


async def until_somebody_listens(running: Broker) -> None:
    while len(running._subscriptions) < 3:  # noqa: SLF001 - topics; the broker tells nobody otherwise
        await asyncio.sleep(0.01)


async def due(service: Harness) -> set[str]:
    """The polls that are due sooner than they were."""
    async with service.pool.acquire() as connection:
        return {row["name"] for row in await connection.fetch("SELECT name FROM poll WHERE due_at < $1", LATER)}


@pytest.mark.parametrize("by_websocket", [True, False])
@pytest.mark.parametrize(
    ("data_set", "event", "poll"),
    [
        (EDR_HOURLY.name, "created", HOURLY),
        (EDR_HOURLY.name, "updated", CONTROL),
        (EDR_TEN_MINUTE.name, "created", TEN_MINUTE),
    ],
)
async def test_a_new_file_makes_its_poll_due_at_once(
    service: Harness, settings: Settings, data_set: str, event: str, poll: str, *, by_websocket: bool
) -> None:
    port = free_port()
    scheme = "ws" if by_websocket else "mqtt"
    async with (
        broker(port, by_websocket=by_websocket) as running,
        listening(service, settings_at(settings, port, scheme=scheme)) as listener,
    ):
        await until_somebody_listens(running)
        await running.internal_message_broadcast(TOPIC.format(data_set, event), message(data_set, event))
        await listener.wake.wait()
        assert await due(service) == {poll}


async def test_a_message_is_no_figure_and_may_hold_anything(service: Harness, settings: Settings) -> None:
    port = free_port()
    async with broker(port) as running, listening(service, settings_at(settings, port)) as listener:
        await until_somebody_listens(running)
        for topic in (TOPIC.format("another", "created"), TOPIC.format(EDR_HOURLY.name, "deleted")):
            await running.internal_message_broadcast(topic, b"{")
        await running.internal_message_broadcast(TOPIC.format(EDR_HOURLY.name, "created"), b"\xff" * 10_000)
        await listener.wake.wait()
        assert await due(service) == {HOURLY}


async def test_a_hundred_messages_make_one_poll_due_and_not_before_its_time(
    service: Harness, settings: Settings
) -> None:
    port = free_port()
    async with broker(port) as running, listening(service, settings_at(settings, port)) as listener:
        async with service.pool.acquire() as connection:
            await connection.execute("UPDATE poll SET asked_at = $1", NOW - timedelta(minutes=1))
        await until_somebody_listens(running)
        for _ in range(100):
            await running.internal_message_broadcast(TOPIC.format(EDR_HOURLY.name, "created"), b"")
        await listener.wake.wait()
        async with service.pool.acquire() as connection:
            assert await connection.fetchval("SELECT due_at FROM poll WHERE name = 'hourly'") == NOW + timedelta(
                minutes=4
            )


async def test_who_is_cut_off_connects_again_and_says_so(
    service: Harness, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("weather_svc.sources.notifications._FIRST_WAIT_SECONDS", 0.05)
    port = free_port()
    async with listening(service, settings_at(settings, port)) as listener:
        while not (troubles := service.runtime.troubles):
            await asyncio.sleep(0.01)
        while troubles[0].problem(tolerated_seconds=0) is None:
            await asyncio.sleep(0.01)
        for _ in range(2):
            async with broker(port) as running:
                await until_somebody_listens(running)
                listener.wake.clear()
                await running.internal_message_broadcast(TOPIC.format(EDR_HOURLY.name, "created"), b"")
                await listener.wake.wait()
                assert troubles[0].problem(tolerated_seconds=0) is None


async def test_a_wrong_key_is_trouble_and_is_not_told(
    service: Harness, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    async with broker(port), listening(service, settings_at(settings, port, key="secret-but-wrong")):
        while not (troubles := service.runtime.troubles) or troubles[0].problem(tolerated_seconds=0) is None:
            await asyncio.sleep(0.01)
        problem = troubles[0].problem(tolerated_seconds=0)
    output = capfd.readouterr()
    assert "secret-but-wrong" not in f"{problem}{output.out}{output.err}"


# paho leaves the socket of a failed handshake to the garbage collector.
@pytest.mark.filterwarnings("ignore:.*ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
async def test_the_key_is_given_to_nobody_who_cannot_prove_its_name(
    service: Harness, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_of_this_machine(tmp_path)
    port = free_port()
    secure = settings_at(settings, port, scheme="wss")
    async with broker(port, certificate=certificate) as running, listening(service, secure):
        while not (troubles := service.runtime.troubles) or troubles[0].problem(tolerated_seconds=0) is None:
            await asyncio.sleep(0.01)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        await until_somebody_listens(running)
