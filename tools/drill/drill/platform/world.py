"""The servers: Kafka, PostgreSQL, mail server and SMS centre, each behind a proxy, on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit, urlunsplit

from contracts.topics import TOPICS
from devstack.errors import DevstackError
from devstack.kafka.java import find_java
from devstack.kafka.jvm import JvmKafka
from devstack.process.ports import LOOPBACK, free_port
from devstack.stack import Stack, StackKind
from drill.platform.proxy import Proxy

KAFKA, POSTGRES, MAIL, SMS = "kafka", "postgres", "mail", "sms"


def available_stack() -> StackKind:
    """Return the stack with real Kafka where Java is found, else the embedded one."""
    try:
        find_java()
    except DevstackError:
        return StackKind.EMBEDDED
    return StackKind.JVM


@dataclass
class World:
    """The servers of one run. What the sinks receive lies in `directory`."""

    kind: StackKind
    directory: Path
    stack: Stack = field(init=False)
    proxies: Mapping[str, Proxy] = field(init=False)

    def __post_init__(self) -> None:
        self.stack = Stack(kind=self.kind, topics=TOPICS, outside_world=True, output_dir=self.directory)
        self._kafka_behind = free_port()
        self._kafka_before = free_port()
        if self.has_real_kafka:
            self.stack.kafka = self._kafka()

    @property
    def has_real_kafka(self) -> bool:
        return self.kind is StackKind.JVM

    async def start(self) -> None:
        """Start the servers, then a proxy before each of them."""
        await asyncio.to_thread(self.stack.start)
        proxies = {
            POSTGRES: Proxy(POSTGRES, urlsplit(self.stack.database_url).port or 0),
            MAIL: Proxy(MAIL, self.stack.smtp_port),
            SMS: Proxy(SMS, self.stack.smsc_port),
        }
        if self.has_real_kafka:
            proxies[KAFKA] = Proxy(KAFKA, self._kafka_behind, port=self._kafka_before)
        self.proxies = MappingProxyType(proxies)
        for proxy in proxies.values():
            await proxy.start()

    async def stop(self) -> None:
        for proxy in self.proxies.values():
            await proxy.stop()
        await asyncio.to_thread(self.stack.stop)

    def environment(self) -> dict[str, str]:
        """Return the addresses for a service: those of the proxies. The embedded broker has none."""
        proxied = {
            "SMTP_PORT": str(self.proxies[MAIL].port),
            "SMPP_PORT": str(self.proxies[SMS].port),
        }
        if self.has_real_kafka:
            proxied["KAFKA_BOOTSTRAP_SERVERS"] = f"{LOOPBACK}:{self.proxies[KAFKA].port}"
        return self.stack.environment() | proxied | {"OTEL_SDK_DISABLED": "true"}

    def proxied(self, database_url: str) -> str:
        """Return the URL of a database through the proxy."""
        parts = urlsplit(database_url)
        login = parts.netloc.rpartition("@")[0]
        return urlunsplit(parts._replace(netloc=f"{login}@{LOOPBACK}:{self.proxies[POSTGRES].port}"))

    def _kafka(self) -> JvmKafka:
        """A broker with a second listener, which tells its clients that they reach it at the proxy."""
        kafka = JvmKafka(supervisor=self.stack.supervisor)
        direct, controller = kafka.bootstrap_servers, f"{LOOPBACK}:{free_port()}"
        listeners = {"PLAINTEXT": direct, "PROXIED": f"{LOOPBACK}:{self._kafka_behind}"}
        advertised = listeners | {"PROXIED": f"{LOOPBACK}:{self._kafka_before}"}
        kafka.add_settings(
            {
                "controller.quorum.voters": f"1@{controller}",
                "listeners": _joined(listeners | {"CONTROLLER": controller}),
                "advertised.listeners": _joined(advertised),
                "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,PROXIED:PLAINTEXT",
            }
        )
        return kafka


def _joined(listeners: Mapping[str, str]) -> str:
    return ",".join(f"{name}://{address}" for name, address in listeners.items())
