"""What a service is made of, and its life from start to stop."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from chassis.clock import Clock, SystemClock
from chassis.consuming.consumer import Consumer
from chassis.consuming.retention import clean_up_inbox
from chassis.consuming.subscription import Subscription, connect, new_broker
from chassis.database import Pool, open_pool
from chassis.errors import CannotStartError, describe, is_transient
from chassis.kafka_topics import wait_for_topics
from chassis.migrations import runner as migrations
from chassis.publishing import outbox
from chassis.publishing.relay import Relay
from chassis.telemetry.health import HttpServer, health_app
from chassis.telemetry.metrics import OUTBOX_OLDEST_SECONDS
from chassis.telemetry.tracing import Tracing
from chassis.timers.loop import TimerHandler, TimerLoop
from chassis.unit_of_work import Work, WorkFactory

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from chassis.settings import ServiceSettings
    from contracts.catalogue import Catalogue
    from contracts.topic import Topic

__all__ = ["Command", "Consumer", "Runtime", "Service", "TimerHandler", "Worker", "open_runtime", "run"]

log = structlog.get_logger(__name__)

LONGEST_IDLE_SECONDS = 60.0
OUTBOX_LATE_SECONDS = 60.0
_DATABASE_CHECK_SECONDS = 3.0


@dataclass(frozen=True)
class Worker:
    """Something a service does by itself besides hearing events; when it raises, the service stops."""

    name: str
    run: Callable[[Runtime], Awaitable[None]]


@dataclass(frozen=True)
class Command:
    """A command of the service's console script besides those every service has."""

    name: str
    help: str
    add_arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Runtime], Awaitable[int]]


@dataclass(frozen=True, kw_only=True)
class Service:
    """Everything a service consumes and does. `catalogue` holds all topics of the platform."""

    name: str
    settings: ServiceSettings
    catalogue: Catalogue
    migrations: Path
    consumers: tuple[Consumer[Any], ...] = ()
    timers: tuple[TimerHandler, ...] = ()
    workers: tuple[Worker, ...] = ()
    commands: tuple[Command, ...] = ()
    clock: Clock = field(default_factory=SystemClock)

    def __post_init__(self) -> None:
        """Refuse what the contracts do not allow; a service built from them cannot be wired wrongly."""
        heard = [consumer.topic.name for consumer in self.consumers]
        for consumer in self.consumers:
            if self.name not in consumer.topic.consumers:
                topic = consumer.topic.name
                message = f"{self.name} is not declared as a consumer of {topic}; add it there in contracts"
                raise CannotStartError(message)
        if self.catalogue.dead_letters_of(self.name) is None:
            message = f"{self.name} has no topic for its dead letters; declare one in contracts"
            raise CannotStartError(message)
        if len(set(heard)) < len(heard):
            message = f"{self.name} hears a topic twice; one topic has one consumer in a service"
            raise CannotStartError(message)

    def topics(self) -> Sequence[Topic[Any]]:
        """Return the topics this service reads or writes."""
        heard = {consumer.topic.name: consumer.topic for consumer in self.consumers}
        return [*heard.values(), *self.catalogue.produced_by(self.name)]


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """What handlers' workers and commands work with."""

    pool: Pool
    clock: Clock
    tracing: Tracing
    work: WorkFactory
    stopping: asyncio.Event

    def transaction(self) -> AbstractAsyncContextManager[Work]:
        """Open a unit of work: what it announces and schedules commits with what it changes."""
        return self.work.transaction()


@asynccontextmanager
async def open_runtime(service: Service) -> AsyncIterator[Runtime]:
    """Wait for the database and open what workers and commands need; raise `CannotStartError` when it is not ready."""
    settings = service.settings
    tracing = Tracing.from_environment(service_name=service.name, enabled=settings.tracing_enabled)
    pool = await open_pool(settings, application_name=service.name)
    try:
        yield Runtime(
            pool=pool,
            clock=service.clock,
            tracing=tracing,
            stopping=asyncio.Event(),
            work=WorkFactory(
                pool=pool,
                clock=service.clock,
                service=service.name,
                catalogue=service.catalogue,
                tracing=tracing,
                timer_kinds=frozenset(handler.kind for handler in service.timers),
                outbox_filled=asyncio.Event(),
                timers_changed=asyncio.Event(),
            ),
        )
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(pool.close(), 5)
        await tracing.close()


async def check_schema(service: Service, pool: Pool) -> None:
    """Raise `CannotStartError` when the database lacks migrations."""
    async with pool.acquire() as connection:
        if missing := await migrations.pending(connection, directory=service.migrations):
            first = missing[0].path.name
            message = f"the database lacks {len(missing)} migrations, first {first}; run: {service.name} migrate"
            raise CannotStartError(message)


async def run(service: Service) -> None:
    """Live until SIGTERM or SIGINT, then finish what was taken and return.

    Raises `CannotStartError` when the service cannot start, and whatever made it unable to go on.
    """
    async with open_runtime(service) as runtime:
        life = _Life(service, runtime)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, life.end.set)
        await life.live()


class _Life:
    """The running parts of one service."""

    def __init__(self, service: Service, runtime: Runtime) -> None:
        self._service = service
        self._settings = service.settings
        self._runtime = runtime
        self._broker = new_broker(service.settings, service=service.name)
        self._failure: BaseException | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._started = False
        self.end = asyncio.Event()
        self._relay = Relay(
            settings=service.settings,
            service=service.name,
            tracing=runtime.tracing,
            filled=runtime.work.outbox_filled,
            stopping=runtime.stopping,
        )
        self._timers = TimerLoop(
            service.timers, work=runtime.work, changed=runtime.work.timers_changed, stopping=runtime.stopping
        )
        self._subscriptions = [
            Subscription(
                consumer,
                broker=self._broker,
                settings=service.settings,
                work=runtime.work,
                stopping=runtime.stopping,
                report_failure=self._fail,
            )
            for consumer in service.consumers
        ]

    async def live(self) -> None:
        async with AsyncExitStack() as stack:
            http = HttpServer(health_app(live=self._live, ready=self._ready, measure=self._measure), self._settings)
            port = await http.start()
            stack.push_async_callback(http.stop)
            starting = asyncio.create_task(self._start(port), name="start")
            stack.push_async_callback(self._stop)
            ending = asyncio.create_task(self.end.wait(), name="end")
            await asyncio.wait((starting, ending), return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                await starting
                await ending
            else:
                starting.cancel()
                await asyncio.gather(starting, return_exceptions=True)
        if self._failure is not None:
            raise self._failure

    async def _start(self, port: int) -> None:
        await check_schema(self._service, self._runtime.pool)
        await wait_for_topics(self._settings, topics=self._service.topics())
        service, runtime = self._service, self._runtime
        self._spawn("relay", self._relay.run())
        self._spawn("timers", self._timers.run())
        self._spawn("housekeeping", clean_up_inbox(service.consumers, work=runtime.work, stopping=runtime.stopping))
        for worker in service.workers:
            self._spawn(worker.name, _as_coroutine(worker.run(runtime)))
        await connect(self._broker)
        await self._broker.start()
        self._started = True
        log.info("started", port=port, consumers=[subscription.group for subscription in self._subscriptions])

    def _spawn(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except asyncio.CancelledError:
                if not self._runtime.stopping.is_set():
                    message = f"{name} was cancelled from within"
                    self._fail(RuntimeError(message))
                raise
            except Exception as error:
                self._fail(error)
                raise
            if not self._runtime.stopping.is_set():
                message = f"{name} ended by itself"
                self._fail(RuntimeError(message))

        self._tasks.append(asyncio.create_task(guarded(), name=name))

    def _fail(self, error: BaseException) -> None:
        """End the whole service: an orchestrator restarts it, a half-dead one would only look alive."""
        if self._failure is None:
            self._failure = error
            log.error("service cannot go on", error=describe(error))
        self.end.set()

    async def _stop(self) -> None:
        """Finish what was taken, send what was announced, and give the rest back, within the deadline."""
        log.info("stopping")
        self._started = False
        try:
            async with asyncio.timeout(self._settings.stop_timeout_seconds):
                await self._broker.stop()
                self._runtime.stopping.set()
                self._runtime.work.outbox_filled.set()
                self._runtime.work.timers_changed.set()
                await asyncio.gather(*self._tasks, return_exceptions=True)
        except TimeoutError:
            log.warning("stopped at the deadline; what was not finished is given back")
        self._runtime.stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        log.info("stopped")

    def _live(self) -> dict[str, str]:
        if self._failure is not None:
            return {"service": f"cannot go on: {type(self._failure).__name__}"}
        return {task.get_name(): "has ended" for task in self._tasks if task.done()}

    async def _ready(self) -> dict[str, str]:
        if not self._started:
            return {"service": "is starting or stopping"}
        problems = {}
        for subscription in self._subscriptions:
            if problem := subscription.problem(longest_idle_seconds=LONGEST_IDLE_SECONDS):
                problems[subscription.group] = problem
        if problem := self._relay.problem():
            problems["relay"] = problem
        try:
            async with asyncio.timeout(_DATABASE_CHECK_SECONDS):
                await self._check_outbox(problems)
        except Exception as error:
            if not is_transient(error):
                raise
            problems["database"] = f"does not answer: {describe(error)}"
        return problems

    async def _check_outbox(self, problems: dict[str, str]) -> None:
        async with self._runtime.pool.acquire() as connection:
            oldest = await outbox.oldest_waiting(connection)
        age = 0.0 if oldest is None else (self._runtime.clock.now() - oldest).total_seconds()
        OUTBOX_OLDEST_SECONDS.set(age)
        if age > OUTBOX_LATE_SECONDS:
            problems["outbox"] = f"has waited for {age:.0f} s"

    def _measure(self) -> None:
        for subscription in self._subscriptions:
            subscription.measure_lag()


async def _as_coroutine(awaitable: Awaitable[None]) -> None:
    await awaitable
