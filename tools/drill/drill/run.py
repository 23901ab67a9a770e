"""One run: the platform is started, each fault strikes while reports come in, and the checker says what it finds."""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Protocol

import asyncpg

from devstack.errors import DevstackError
from devstack.outside.issuer import Issuer
from devstack.stack import StackKind
from drill.checker import databases, journal, look, topics
from drill.checker.found import Found
from drill.checker.invariants import Violation, violations
from drill.checker.topics import Reader
from drill.generator import policies, rain, records
from drill.generator.journal import Journal
from drill.generator.policies import Insured
from drill.generator.publisher import Publisher
from drill.generator.records import Record
from drill.platform.services import Services
from drill.platform.world import World
from drill.report import Entry, Report

_WATCH_SECONDS = 0.5
_DRY_PUBLISHED_AT = "2021-10-01T00:00:00Z"


class Fault(Protocol):
    """Something that goes wrong while reports come in."""

    @property
    def number(self) -> str:
        """Its number in the list of faults."""

    @property
    def name(self) -> str:
        """What goes wrong, in a few words."""

    async def strike(self, drill: Drill, entry: Entry) -> None:
        """Let it happen and be over, and tell `entry` what was done."""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much of everything: the short set is for a test, the long one for people who wait."""

    reports: int = 40
    insured_at_once: int = 0
    """How many policies an import has at least: one process for each wave is more than a test can pay for."""
    per_second: float = 8.0
    away_seconds: float = 10.0
    longest_seconds: float = 120.0

    @property
    def lasts_seconds(self) -> float:
        """How long the reports of a wave come in."""
        return self.reports / self.per_second


@dataclass
class Drill:
    """The platform, who sends it reports, and who checks it."""

    world: World
    services: Services
    publisher: Publisher
    reader: Reader
    report: Report
    scale: Scale
    directory: Path
    chance: Random = field(default_factory=lambda: Random(20_261_129))  # noqa: S311 - the same run twice
    known: set[Violation] = field(default_factory=set)
    """What was wrong before: each verdict is about what is new."""
    _next_number: int = 0
    _insured: list[Insured] = field(default_factory=list)
    """Customers whose policies are imported and who have not reported anything."""
    _left_behind: frozenset[str] = frozenset()
    """Claims that are wrong already, and wait for ever."""

    async def prepare(self) -> None:
        """Migrate, import the hours of all stations but the late one, and start every service."""
        await self.services.create_databases()
        await self.import_hours(weather for weather in rain.PLACES if weather != rain.LATE)
        await self.services.start_all()

    async def import_hours(self, weathers: Iterable[str]) -> None:
        """Let weather-svc read what these stations measured."""
        path = self.directory / "hours.txt"
        path.write_text("".join(rain.file_lines(weathers)), encoding="utf-8")
        await self.services.command(
            "weather-svc", "import-hours", "--published-at", _DRY_PUBLISHED_AT, "--force", str(path)
        )

    def customers(self, count: int, *, at: str = "") -> Sequence[Insured]:
        """Return so many new ones, whose policies nobody knows yet."""
        first, self._next_number = self._next_number, self._next_number + count
        return [Insured(number=number, at=at) for number in range(first, first + count)]

    async def insured(self, count: int) -> Sequence[Insured]:
        """Return so many new ones whose policies are imported."""
        if len(self._insured) < count:
            more = self.customers(max(count, self.scale.insured_at_once))
            await self.insure(more)
            self._insured += more
        given, self._insured = self._insured[:count], self._insured[count:]
        return given

    async def insure(self, insured: Sequence[Insured]) -> None:
        """Let policy-svc import their policies, which it publishes."""
        path = self.directory / "policies.jsonl"
        path.write_text("".join(policies.file_lines(insured)), encoding="utf-8")
        await self.services.command("policy-svc", "import", str(path))

    def reports_of(self, insured: Sequence[Insured]) -> Sequence[Record]:
        return list(records.reports_of(insured, chance=self.chance))

    async def go(self, fault: Fault) -> Entry:
        """Let a fault strike while a wave of reports comes in, wait until nothing moves, and check."""
        entry = Entry(number=fault.number, name=fault.name)
        insured = await self.insured(self.scale.reports)
        async with self.sending(self.reports_of(insured), entry):
            await self._strike(fault, entry)
        await self.settle(entry)
        await self.services.stop_what_has_bugs()
        self.report.add(entry)
        return entry

    async def _strike(self, fault: Fault, entry: Entry) -> None:
        try:
            await fault.strike(self, entry)
        except (DevstackError, OSError, TimeoutError, asyncpg.PostgresError) as error:
            entry.failure = f"{type(error).__name__}: {error}"

    @asynccontextmanager
    async def sending(self, wave: Sequence[Record], entry: Entry) -> AsyncIterator[None]:
        """Send a wave meanwhile, and wait for its last record; note how old the oldest event becomes."""
        entry.reports += len(wave)
        sending = asyncio.create_task(self.publisher.publish(wave, wave=entry.name, per_second=self.scale.per_second))
        watching = asyncio.create_task(self._watch(entry))
        try:
            yield
            await sending
        finally:
            sending.cancel()
            watching.cancel()

    async def settle(self, entry: Entry) -> None:
        """Wait until nothing moves, and note what is wrong that was not wrong before."""
        entry.recovered_seconds = await look.until_nothing_moves(
            urls=self.services.databases,
            reader=self.reader,
            longest_seconds=self.scale.longest_seconds,
            left_behind=self._left_behind,
        )
        found = await self.look()
        self._left_behind = found.undecided
        new = [one for one in violations(journal.read(self.publisher.journal.path), found) if one not in self.known]
        self.known.update(new)
        entry.violations = [*entry.violations, *new]

    async def look(self) -> Found:
        """Read databases, topics and sinks."""
        return await look.look(
            urls=self.services.databases,
            reader=self.reader,
            sink_directory=self.directory,
        )

    async def _watch(self, entry: Entry) -> None:
        while True:
            with suppress(OSError, asyncpg.PostgresError):
                age = await databases.oldest_event_seconds(self.services.databases)
                entry.oldest_event_seconds = max(entry.oldest_event_seconds, age)
            await asyncio.sleep(_WATCH_SECONDS)


@asynccontextmanager
async def drilling(kind: StackKind, *, directory: Path, scale: Scale) -> AsyncIterator[Drill]:
    """Start everything, and end it."""
    kafka = "real Apache Kafka" if kind is StackKind.JVM else "the embedded broker, because Java is missing"
    print(f"Starting {kafka}, PostgreSQL, mail server, SMS centre and services", flush=True)
    running = _emptied(directory / "run")
    world = World(kind, running)
    began = time.monotonic()
    with Issuer() as issuer:
        await world.start()
        services = Services(world, running / "logs", issuer)
        publisher = Publisher(world.stack.kafka_bootstrap_servers, Journal(running / "journal.jsonl"))
        report = Report(directory / "report.md", kafka)
        try:
            async with topics.reading(world.stack.kafka_bootstrap_servers) as reader:
                drill = Drill(world, services, publisher, reader, report, scale, running)
                await drill.prepare()
                print(f"ready after {time.monotonic() - began:.0f} s", flush=True)
                yield drill
        finally:
            await publisher.close()
            await services.close()
            await world.stop()


def _emptied(directory: Path) -> Path:
    """Let nothing of an earlier run be taken for one of this run."""
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory
