"""A service's life: it opens its database, starts its parts, watches them, and stops within its deadline."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Collection, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

import structlog
from aiokafka.errors import GroupAuthorizationFailedError

from chassis.consuming.subscription import Subscription, new_broker, start
from chassis.database import Pool, open_pool
from chassis.database_state import DatabaseState
from chassis.errors import CannotStartError, PartEndedError, describe, is_order_to_end
from chassis.http.public_port import PublicPort
from chassis.http.server import HttpServer
from chassis.kafka_security import not_granted
from chassis.migrations.runner import find_migrations, pending_migrations
from chassis.operations.live import Lag
from chassis.publishing.handoff import Handoff
from chassis.publishing.relay import Relay
from chassis.required_topics import RequiredTopics
from chassis.retention import clean_up
from chassis.service import Runtime, Service
from chassis.table_figures import EVERY_SECONDS, MOST_OF_THE_TIME, TableFigures
from chassis.telemetry import metrics
from chassis.telemetry.build import tell_build
from chassis.telemetry.from_zero import begin_at_zero
from chassis.telemetry.health import Problems, health_app
from chassis.telemetry.logs import log_unhandled
from chassis.telemetry.tracing import Tracing
from chassis.telemetry.trouble import Trouble
from chassis.telemetry.watch import Watch
from chassis.timers.clock_guard import ClockGuard
from chassis.timers.loop import TimerLoop
from chassis.unit_of_work import WorkFactory
from chassis.workarounds.quick_span_encoding import quick_exporter

log = structlog.get_logger(__name__)

LONGEST_CANCELLATION_SECONDS = 1.0
_POOL_CLOSE_SECONDS = 2.0


@asynccontextmanager
async def open_runtime(service: Service) -> AsyncIterator[Runtime]:
    """Wait for the database and open what workers and commands need.

    Raises:
        CannotStartError: the database stays away, or refuses this service.
    """
    settings = service.settings
    exporter = quick_exporter() if settings.tracing_enabled else None
    tracing = Tracing(service_name=service.name, exporter=exporter)
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
                handoff=Handoff(),
                timers_changed=asyncio.Event(),
            ),
        )
    finally:
        try:
            async with asyncio.timeout(_POOL_CLOSE_SECONDS):
                await pool.close()
        except TimeoutError:
            pool.terminate()
        await tracing.close()


async def check_schema(service: Service, pool: Pool) -> None:
    """Raise `CannotStartError` when the database lacks migrations, or has had some that this version does not know."""
    async with pool.acquire() as connection:
        if missing := await pending_migrations(connection, known=find_migrations(service.migrations)):
            first = missing[0].path.name
            raise CannotStartError(
                f"the database lacks {len(missing)} migrations, first {first}; run: {service.name} migrate"
            )


async def run(service: Service) -> None:
    """Work until SIGTERM or SIGINT, then finish the batches under way and return.

    Raises `CannotStartError` when the service cannot start, and whatever made it unable to go on.
    """
    try:
        async with open_runtime(service) as runtime:
            running = RunningService(service, runtime)
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(log_unhandled)
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, running.ending.set)
            await running.run()
    finally:
        await _end_with_everything_else()


async def _end_with_everything_else() -> None:
    """End all other tasks; the process ends at once when one ignores that, because its loop would wait for ever."""
    if stubborn := await _cancel(asyncio.all_tasks() - {asyncio.current_task()}):
        log.error("service.end_forced", tasks=sorted(task.get_name() for task in stubborn))
        os._exit(1)


async def _cancel(tasks: Collection[asyncio.Task[Any]]) -> Collection[asyncio.Task[Any]]:
    """Cancel `tasks` and give them a moment to end; return those that did not."""
    for task in tasks:
        task.cancel()
    return (await asyncio.wait(tasks, timeout=LONGEST_CANCELLATION_SECONDS))[1] if tasks else ()


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
            handoff=runtime.work.handoff,
            stopping=runtime.stopping,
            events_may_wait_seconds=service.events_may_wait_seconds,
        )
        self._clock_guard = ClockGuard.by_host(limit=timedelta(seconds=service.settings.clock_jump_limit_seconds))
        self._timers = TimerLoop(
            service.timers,
            work=runtime.work,
            guard=self._clock_guard,
            changed=runtime.work.timers_changed,
            stopping=runtime.stopping,
        )
        self._database_state = DatabaseState(
            service.settings,
            service=service.name,
            migrations=find_migrations(service.migrations),
            clock=runtime.clock,
            report_failure=self._fail,
        )
        self._required_topics = RequiredTopics(service.settings, topics=service.topics())
        every_seconds = service.settings.tolerated_failure_seconds / 2
        self._watches = [
            Watch("database", self._database_state.measure, every_seconds=every_seconds),
            Watch("kafka", self._required_topics.differences, every_seconds=every_seconds),
        ]
        self._watching: list[asyncio.Task[None]] = []
        self._clean_up_trouble = Trouble("clean-up")
        self._lag = Watch("lag", self._measure_lag, every_seconds=every_seconds)
        self._tables = Watch(
            "tables",
            figures_of(service, runtime).measure,
            every_seconds=EVERY_SECONDS,
            most_of_the_time=MOST_OF_THE_TIME,
            leaves_absence_to_others=True,
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
        self._public_port = (
            PublicPort(service.door, service=service.name, settings=service.settings, work=runtime.work)
            if service.door
            else None
        )
        self._keys = self._public_port and self._public_port.keys
        service.live.problems = lambda: {**self._live(), **self._ready()}
        service.live.lags = self._lags
        begin_at_zero(
            consumers=[subscription.group for subscription in self._subscriptions],
            topics=[topic.name for topic in service.catalogue.produced_by(service.name)],
            timers=[handler.kind for handler in service.timers],
        )

    async def run(self) -> None:
        """Serve HTTP, start, work until `ending` is set, stop; raise what made the service unable to go on."""
        async with AsyncExitStack() as stack:
            stack.callback(self._database_state.close)
            stack.push_async_callback(self._required_topics.close)
            tell_build(self._service.name, commit=self._settings.build_commit)
            health = HttpServer(
                health_app(live=self._live, ready=self._ready, measure=self._measure),
                host=self._settings.http_host,
                port=self._settings.http_port,
                setting="HTTP",
            )
            port = await health.start()
            stack.push_async_callback(health.stop)
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
        await self._required_topics.wait()
        self.spawn("relay", self._relay.run())
        self.spawn("timers", self._timers.run())
        self.spawn(
            "clean-up",
            clean_up(
                service.consumers,
                dead_letter_retention=timedelta(days=self._settings.dead_letter_retention_days),
                work=runtime.work,
                guard=self._clock_guard,
                stopping=runtime.stopping,
                trouble=self._clean_up_trouble,
            ),
        )
        self._watching = [self.spawn(f"watch of {watch.name}", watch.run()) for watch in self._all_watches()]
        for worker in service.workers:
            self.spawn(worker.name, _as_coroutine(worker.run(runtime)))
        try:
            await start(self._broker, self._subscriptions)
        except GroupAuthorizationFailedError as error:
            raise not_granted(self._settings, what=f"consumer group {error.args[0]}") from error
        api = {"api_port": await self._public_port.start()} if self._public_port else {}
        if self._keys:
            self._watching.append(self.spawn("keys", self._keys.keep_fresh()))
        self._started = True
        consumers = [subscription.group for subscription in self._subscriptions]
        log.info("service.started", port=port, consumers=consumers, **api)

    def spawn(self, name: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run one part beside the others; its end before the service's end is a failure of the service."""

        async def guarded() -> None:
            try:
                await work
            except asyncio.CancelledError:
                if not self._runtime.stopping.is_set():
                    self._fail(PartEndedError(f"{name} was cancelled from within"))
                raise
            except BaseException as error:  # a panic of Rust code is no Exception, and ends this part all the same
                self._fail(error)
                raise
            if not self._runtime.stopping.is_set():
                self._fail(PartEndedError(f"{name} ended by itself"))

        task = asyncio.create_task(guarded(), name=name)
        self._tasks.append(task)
        return task

    def _fail(self, error: BaseException) -> None:
        """End the whole service, so that an orchestrator restarts it."""
        if self._failure is None:
            self._failure = error
            reason = {"reason": str(error)} if isinstance(error, PartEndedError) else {}
            log.error("service.failed", error=describe(error), **reason)
        self.ending.set()

    async def _stop(self) -> None:
        """Answer the requests and finish the batches under way, then send the outbox, all within the deadline.

        What is not finished then is rolled back: a caller asks again, a batch is delivered again. Nobody sends requests
        to what is not ready, so that comes first.
        """
        log.info("service.stop_started")
        self._started = False
        try:
            async with asyncio.timeout(self._settings.stop_timeout_seconds):
                if self._public_port is not None:
                    await self._public_port.stop()
                await self._stop_consuming()
                self._runtime.stopping.set()
                self._runtime.work.handoff.changed.set()
                self._runtime.work.timers_changed.set()
                await _cancel(self._watching)
                if self._tasks:
                    await asyncio.wait(self._tasks)
        except TimeoutError:
            log.warning("service.stop_timed_out")
        self._runtime.stopping.set()
        await _cancel(self._tasks)
        log.info("service.stopped")

    async def _stop_consuming(self) -> None:
        """Finish the batches under way; whatever keeps a consumer from it keeps no other part from its orderly end."""
        try:
            await self._broker.stop()
        except BaseException as error:
            if is_order_to_end(error):
                raise
            self._fail(error)

    def _live(self) -> dict[str, str]:
        if self._runtime.stopping.is_set():
            return {}  # its parts end one by one, within the deadline; who kills it sooner leaves events in the outbox
        if self._failure is not None:
            return {"service": f"cannot go on: {type(self._failure).__name__}"}
        return {task.get_name(): "has ended" for task in self._tasks if task.done()}

    def _ready(self) -> Problems:
        if not self._started:
            return {"service": "is starting or stopping"}
        tolerated_seconds = self._settings.tolerated_failure_seconds
        parts = {
            **{subscription.group: subscription.problem for subscription in self._subscriptions},
            "relay": self._relay.problem,
            "timers": self._timers.trouble.problem,
            **({"keys": self._keys.problem} if self._keys else {}),
            **{trouble.part: trouble.problem for trouble in self._runtime.troubles},
        }
        problems = {name: problem(tolerated_seconds=tolerated_seconds) for name, problem in parts.items()}
        found = {name: problem for name, problem in problems.items() if problem}
        if problem := self._clock_guard.problem():
            found["clock"] = problem
        for watch in self._watches:
            found.update(watch.problems())
        return found

    def _measure(self) -> None:
        """Set the gauges that change by themselves, from what is known without asking anyone."""
        watches = self._all_watches()
        troubles = [
            *(trouble for subscription in self._subscriptions for trouble in subscription.troubles()),
            self._relay.trouble,
            self._timers.trouble,
            self._clean_up_trouble,
            *(watch.trouble for watch in watches),
            *([self._keys.trouble] if self._keys else []),
            *self._runtime.troubles,
        ]
        for trouble in troubles:
            metrics.FAILING_SECONDS.labels(trouble.part).set(trouble.seconds)
        for watch in watches:
            metrics.MEASUREMENT_AGE_SECONDS.labels(watch.name).set(watch.age_seconds)

    async def _lags(self) -> Sequence[Lag]:
        """Ask for all at once: where Kafka is away, the caller waits for it once."""
        records = await asyncio.gather(*(subscription.lag_of_all_instances() for subscription in self._subscriptions))
        return [
            Lag(consumer=subscription.group, topic=subscription.topic, records=behind)
            for subscription, behind in zip(self._subscriptions, records, strict=True)
        ]

    def _all_watches(self) -> Sequence[Watch]:
        return (*self._watches, self._lag, self._tables)

    async def _measure_lag(self) -> Problems:
        await asyncio.gather(*(subscription.measure_lag() for subscription in self._subscriptions))
        return {}


def figures_of(service: Service, runtime: Runtime) -> TableFigures:
    """Return what counts in the tables of a service."""
    return TableFigures(
        service.measures,
        work=runtime.work,
        consumers=[consumer.group(service.name) for consumer in service.consumers],
        timer_kinds=[handler.kind for handler in service.timers],
    )


async def _as_coroutine(awaitable: Awaitable[None]) -> None:
    await awaitable
