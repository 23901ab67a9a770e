"""KNMI's notification service: a message by MQTT when a file was created or updated. It makes a poll due sooner.

Nothing depends on it: without a connection, or with one that says nothing, KNMI is asked at the usual times. What a
message says besides its topic is not read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from ssl import create_default_context
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

import aiomqtt
import structlog

from chassis.backoff import pause
from chassis.errors import is_transient
from chassis.service import Runtime
from weather_svc.domain.publication import EDR_HOURLY, EDR_TEN_MINUTE
from weather_svc.repository import polls
from weather_svc.settings import Settings
from weather_svc.sources.plans import CONTROL, HOURLY, NOT_BEFORE, TEN_MINUTE

log = structlog.get_logger(__name__)

_PORTS: Final = {"mqtt": 1_883, "mqtts": 8_883, "ws": 80, "wss": 443}
_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 1.0, 300.0
_MOST_QUEUED = 100
_TOPICS: Final[Mapping[str, str]] = {
    f"dataplatform/file/v1/{data_set.name}/{data_set.version}/{event}": poll
    for data_set, event, poll in (
        (EDR_HOURLY, "created", HOURLY),
        (EDR_HOURLY, "updated", CONTROL),
        (EDR_TEN_MINUTE, "created", TEN_MINUTE),
    )
}
"""Which poll is due at which topic. An updated file may be of any hour that KNMI still corrects."""


@dataclass(frozen=True)
class Listener:
    """The worker. `wake` tells the poller of this process that something is due."""

    settings: Settings
    wake: asyncio.Event

    async def run(self, runtime: Runtime) -> None:
        """Listen until the service is to stop; connect again after a while, longer after every failure."""
        trouble = runtime.trouble("KNMI's notifications")
        wait_seconds = _FIRST_WAIT_SECONDS
        while not runtime.stopping.is_set():
            try:
                async with self._client() as client:
                    for topic in _TOPICS:
                        await client.subscribe(topic, qos=1)
                    trouble.recovered()
                    log.info("notifications.connected")
                    wait_seconds = _FIRST_WAIT_SECONDS
                    await self._listen(client, runtime)
            except Exception as error:
                if not (isinstance(error, aiomqtt.MqttError) or is_transient(error)):
                    raise
                trouble.failed(error, server="KNMI")
                await pause(runtime.stopping, wait_seconds)
                wait_seconds = min(2 * wait_seconds, _LONGEST_WAIT_SECONDS)

    def _client(self) -> aiomqtt.Client:
        url = urlsplit(self.settings.knmi_notification_url or "")
        key = self.settings.knmi_notification_key
        is_secure, is_websocket = url.scheme in {"mqtts", "wss"}, url.scheme in {"ws", "wss"}
        return aiomqtt.Client(
            url.hostname or "",
            url.port or _PORTS[url.scheme],
            username="token",  # KNMI looks at the password alone, which MQTT 3 sends only with a name
            password=key.get_secret_value() if key else None,
            identifier=f"weather-svc-{uuid4()}",
            protocol=aiomqtt.ProtocolVersion.V311,
            transport="websockets" if is_websocket else "tcp",
            websocket_path=(url.path or "/mqtt") if is_websocket else None,
            tls_context=create_default_context() if is_secure else None,
            max_queued_incoming_messages=_MOST_QUEUED,
        )

    async def _listen(self, client: aiomqtt.Client, runtime: Runtime) -> None:
        """Take messages until the connection fails, which raises, or the service is to stop."""
        reading = asyncio.create_task(self._read(client, runtime), name="KNMI's messages")
        stopping = asyncio.create_task(runtime.stopping.wait(), name="stop of KNMI's messages")
        try:
            await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                await reading
        finally:
            reading.cancel()
            stopping.cancel()
            await asyncio.gather(reading, stopping, return_exceptions=True)

    async def _read(self, client: aiomqtt.Client, runtime: Runtime) -> None:
        async for message in client.messages:
            name = _TOPICS.get(message.topic.value)
            if name is None:
                continue
            async with runtime.transaction() as work:
                await polls.hasten(work.connection, name=name, now=work.now, not_before=NOT_BEFORE[name])
            self.wake.set()
