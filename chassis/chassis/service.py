"""What a service declares: the topics it consumes, its timers, its workers, its commands and its API."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from chassis.clock import Clock, DatabaseClock
from chassis.consuming.consumer import Consumer
from chassis.database import Pool
from chassis.errors import CannotStartError
from chassis.http.api import Api
from chassis.operations.live import Live
from chassis.operations.routes import with_operations
from chassis.settings import ServiceSettings
from chassis.table_figures import Measure
from chassis.telemetry.tracing import Tracing
from chassis.telemetry.trouble import Trouble
from chassis.timers.loop import TimerHandler
from chassis.unit_of_work import Work, WorkFactory
from contracts.catalogue import Catalogue
from contracts.topic import Topic

__all__ = ["Command", "Consumer", "OfflineCommand", "Runtime", "Service", "TimerHandler", "Worker"]


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """What workers and commands work with. `stopping` is set when the service is to stop."""

    pool: Pool
    clock: Clock
    tracing: Tracing
    work: WorkFactory
    stopping: asyncio.Event
    troubles: list[Trouble] = field(default_factory=list)

    def trouble(self, part: str) -> Trouble:
        """Follow whether a worker's part works: `/ready`, the gauge and the log tell what it reports."""
        trouble = Trouble(part)
        self.troubles.append(trouble)
        return trouble

    async def now(self) -> datetime:
        """The present moment by the service's clock, for what has no transaction."""
        async with self.work.connection() as connection:
            return await self.clock.now(connection)

    def transaction(self) -> AbstractAsyncContextManager[Work]:
        """Open a unit of work: what it publishes and schedules commits with what it changes."""
        return self.work.transaction()


@dataclass(frozen=True)
class Worker:
    """What a service does besides consuming events, until `Runtime.stopping` is set.

    When `run` raises, or returns before, the whole service stops.
    """

    name: str
    run: Callable[[Runtime], Awaitable[None]]


@dataclass(frozen=True)
class Command:
    """A command of a service's console script; `run` returns its exit code.

    A command is given the database. `needs` names fields of the settings that it cannot do without besides.
    """

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Runtime], Awaitable[int]]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class OfflineCommand:
    """A command that works from its arguments alone: without settings, database and Kafka, on any machine.

    `words` call it, such as `("proofs", "verify")`; `run` returns its exit code.
    """

    words: tuple[str, ...]
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]


@dataclass(frozen=True, kw_only=True)
class Service:
    """Everything a service consumes and does. `catalogue` holds all topics of the platform.

    What it publishes leaves at once. Where nobody waits for it, events may wait for `events_may_wait_seconds`
    for others to leave with them, because a Kafka transaction costs as much as hundreds of events.
    Without an `api` it has no public port. `live` is filled by who runs it. Each of `measures` sets gauges from the
    tables, every half minute at most.

    Raises:
        CannotStartError: it consumes a topic that the contracts do not grant it, or one topic twice, or it has no
            topic for its dead letters, or a route of its API is not permitted as the contracts demand.
    """

    name: str
    settings: ServiceSettings
    catalogue: Catalogue
    migrations: Path
    consumers: tuple[Consumer[Any], ...] = ()
    timers: tuple[TimerHandler, ...] = ()
    workers: tuple[Worker, ...] = ()
    commands: tuple[Command, ...] = ()
    measures: tuple[Measure, ...] = ()
    clock: Clock = field(default_factory=DatabaseClock)
    events_may_wait_seconds: float = 0.0
    api: Api | None = None
    live: Live = field(default_factory=Live)

    @cached_property
    def door(self) -> Api | None:
        """The API with the routes besides its own that every service has."""
        if self.api is None:
            return None
        return with_operations(self.api, service=self.name, consumers=self.consumers, live=self.live)

    def __post_init__(self) -> None:
        for consumer in self.consumers:
            if self.name not in consumer.topic.consumers:
                raise CannotStartError(
                    f"{self.name} is not declared as a consumer of {consumer.topic.name}; add it there in contracts"
                )
        if len({consumer.topic.name for consumer in self.consumers}) < len(self.consumers):
            raise CannotStartError(f"{self.name} consumes a topic twice; one topic has one consumer in a service")
        if self.catalogue.dead_letters_of(self.name) is None:
            raise CannotStartError(f"{self.name} has no topic for its dead letters; declare one in contracts")
        if self.door is not None:
            self.door.check(service=self.name)

    def topics(self) -> Sequence[Topic[Any]]:
        """The topics this service consumes or publishes to."""
        consumed = [consumer.topic for consumer in self.consumers]
        return [*consumed, *self.catalogue.produced_by(self.name)]
