"""A service's life: it opens its database, starts its parts, watches them, and stops within its deadline."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from typing import Any

import structlog
from aiokafka.errors import GroupAuthorizationFailedError

from chassis.consuming import gaps
from chassis.consuming.retention import clean_up
from chassis.consuming.subscription import Subscription, new_broker, start
from chassis.database import Pool, open_pool
from chassis.errors import CannotStartError, describe, is_transient
from chassis.kafka_security import not_granted
from chassis.migrations.runner import pending_migrations
from chassis.publishing import outbox
from chassis.publishing.relay import Relay
from chassis.required_topics import wait_for_topics
from chassis.service import Runtime, Service
from chassis.telemetry.health import HttpServer, health_app
from chassis.telemetry.metrics import OUTBOX_OLDEST_AGE_SECONDS
from chassis.telemetry.tracing import Tracing
from chassis.timers.clock_guard import ClockGuard
from chassis.timers.loop import TimerLoop
from chassis.unit_of_work import WorkFactory

log = structlog.get_logger(__name__)

LONGEST_IDLE_SECONDS = 60.0
OUTBOX_LATE_SECONDS = 60.0
_DATABASE_CHECK_SECONDS = 3.0
_POOL_CLOSE_SECONDS = 5.0


@asynccontextmanager
async def open_runtime(service: Service) -> AsyncIterator[Runtime]:
    """Wait for the database and open what workers and commands need.

    Raises:
        CannotStartError: the database stays away, or refuses this service.
    """
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
            await asyncio.wait_for(pool.close(), _POOL_CLOSE_SECONDS)
        await tracing.close()


async def check_schema(service: Service, pool: Pool) -> None:
    """Raise `CannotStartError` when the database lacks migrations."""
    async with pool.acquire() as connection:
        if missing := await pending_migrations(connection, directory=service.migrations):
            first = missing[0].path.name
            raise CannotStartError(
                f"the database lacks {len(missing)} migrations, first {first}; run: {service.name} migrate"
            )


async def run(service: Service) -> None:
    """Work until SIGTERM or SIGINT, then finish the batches under way and return.

    Raises `CannotStartError` when the service cannot start, and whatever made it unable to go on.
    """
    async with open_runtime(service) as runtime:
        running = RunningService(service, runtime)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, running.ending.set)
        await running.run()


class RunningService:
    """The running parts of one service.

    The first part that fails ends them all, because a service that lacks a part would still look alive.
    """

    def __init__(self, service: Service, runtime: Runtime) -> None:
        self._service = service
        self._settings = service.settings
        self._runtime = runtime
        self._broker = new_broker(service.settings, service=service.name)
        self._failure: BaseException | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._started = False
        self.ending = asyncio.Event()
        self._relay = Relay(
            settings=service.settings,
            service=service.name,
            tracing=runtime.tracing,
            filled=runtime.work.outbox_filled,
            stopping=runtime.stopping,
        )
        self._clock_guard = ClockGuard.by_host(limit=timedelta(seconds=service.settings.clock_jump_limit_seconds))
        self._timers = TimerLoop(
            service.timers,
            work=runtime.work,
            guard=self._clock_guard,
            changed=runtime.work.timers_changed,
            stopping=runtime.stopping,
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

    async def run(self) -> None:
        """Serve HTTP, start, work until `ending` is set, stop; raise what made the service unable to go on."""
        async with AsyncExitStack() as stack:
            http = HttpServer(health_app(live=self._live, ready=self._ready, measure=self._measure), self._settings)
            port = await http.start()
            stack.push_async_callback(http.stop)
            starting = asyncio.create_task(self._start(port), name="start")
            stack.push_async_callback(self._stop)
            ending = asyncio.create_task(self.ending.wait(), name="end")
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
        service, runtime = self._service, self._runtime
        await check_schema(service, runtime.pool)
        await wait_for_topics(self._settings, topics=service.topics())
        self.spawn("relay", self._relay.run())
        self.spawn("timers", self._timers.run())
        self.spawn(
            "clean-up",
            clean_up(
                service.consumers,
                dead_letter_retention=timedelta(days=self._settings.dead_letter_retention_days),
                work=runtime.work,
                stopping=runtime.stopping,
            ),
        )
        for worker in service.workers:
            self.spawn(worker.name, _as_coroutine(worker.run(runtime)))
        try:
            await start(self._broker, self._subscriptions)
        except GroupAuthorizationFailedError as error:
            raise not_granted(self._settings, what=f"consumer group {error.args[0]}") from error
        self._started = True
        log.info("service.started", port=port, consumers=[subscription.group for subscription in self._subscriptions])

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run one part beside the others; its end before the service's end is a failure of the service."""

        async def guarded() -> None:
            try:
                await work
            except asyncio.CancelledError:
                if not self._runtime.stopping.is_set():
                    self._fail(RuntimeError(f"{name} was cancelled from within"))
                raise
            except BaseException as error:  # a panic of Rust code is no Exception, and ends this part all the same
                self._fail(error)
                raise
            if not self._runtime.stopping.is_set():
                self._fail(RuntimeError(f"{name} ended by itself"))

        task = asyncio.create_task(guarded(), name=name)
        self._tasks.append(task)
        return task

    def _fail(self, error: BaseException) -> None:
        """End the whole service, so that an orchestrator restarts it."""
        if self._failure is None:
            self._failure = error
            log.error("service.failed", error=describe(error))
        self.ending.set()

    async def _stop(self) -> None:
        """Finish the batches under way and send the outbox, within the deadline; the rest is delivered again."""
        log.info("service.stop_started")
        self._started = False
        try:
            async with asyncio.timeout(self._settings.stop_timeout_seconds):
                await self._broker.stop()
                self._runtime.stopping.set()
                self._runtime.work.outbox_filled.set()
                self._runtime.work.timers_changed.set()
                await asyncio.gather(*self._tasks, return_exceptions=True)
        except TimeoutError:
            log.warning("service.stop_timed_out")
        self._runtime.stopping.set()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        log.info("service.stopped")

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
        if problem := self._clock_guard.problem():
            problems["clock"] = problem
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
            open_gaps = await gaps.list_gaps(connection)
            now = await self._runtime.clock.now(connection)
        age = 0.0 if oldest is None else (now - oldest).total_seconds()
        OUTBOX_OLDEST_AGE_SECONDS.set(age)
        if age > OUTBOX_LATE_SECONDS:
            problems["outbox"] = f"has waited for {age:.0f} s"
        if open_gaps:
            remedy = f"run: {self._service.name} gaps list"
            problems["gaps"] = f"records were deleted before they were read, {len(open_gaps)} times; {remedy}"

    def _measure(self) -> None:
        for subscription in self._subscriptions:
            subscription.measure_lag()


async def _as_coroutine(awaitable: Awaitable[None]) -> None:
    await awaitable
