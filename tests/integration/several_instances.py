"""Reports that flow while processes come and go: what was reported when, and when it was decided and told."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path
from statistics import median
from uuid import UUID, uuid4

import httpx
from aiokafka import AIOKafkaProducer
from prometheus_client.parser import text_string_to_metric_families
from whole_platform import Claimant, WholePlatform

from contracts.envelope import encode
from contracts.loss_reports import LossFacts
from contracts.repairs import REPAIR_CONTACT_RELEASED, RepairContactReleased
from contracts.vocabulary import Channel, Fact, Truth
from demo.input_files import POLICIES
from demo.platform import SERVICES

TEMPLATE = "100207-531-01"
FIRST_RELATION = 640_001
PAUSE_SECONDS = 0.25
"""Between two reports."""
AFTER_THE_RAIN = datetime(2021, 7, 15, 1, 30, tzinfo=UTC)
WATER_RAN_IN = LossFacts(
    precipitation_left_its_course=Fact(value=Truth.TRUE), came_through_open_window_or_door=Fact(value=Truth.FALSE)
)
CONSUMED, SENT = "messaging_client_consumed_messages_total", "messaging_client_sent_messages_total"


def policy_number(number: int) -> str:
    return f"{FIRST_RELATION + number}-531-01"


def policy_lines(numbers: Iterable[int]) -> Iterator[str]:
    """Yield policies like one of the demo, each of somebody else who lives at another address."""
    lines = POLICIES.read_text(encoding="utf-8").splitlines()
    template = next(line for line in lines if TEMPLATE in line)
    for number in numbers:
        policy = json.loads(template)
        policy["policy_number"] = policy_number(number)
        policy["policyholder"] |= {"email": f"klant{number}@example.org", "mobile_phone": f"+3161{number:07d}"}
        policy["terms"][0]["home"]["house_number"] = str(number + 1)
        yield json.dumps(policy) + "\n"


@dataclass
class Storm:
    """One report after another, and the moments at which each was sent, decided and told; by `time.monotonic`."""

    whole: WholePlatform
    sent: dict[UUID, float] = field(default_factory=dict)
    decided: dict[UUID, float] = field(default_factory=dict)
    told: dict[UUID, float] = field(default_factory=dict)
    """When both messages about its decision were settled."""
    _paused: bool = False

    @classmethod
    @asynccontextmanager
    async def raging(cls, whole: WholePlatform) -> AsyncIterator[Storm]:
        """Report until the end, and watch."""
        storm = cls(whole)
        async with Claimant.at(whole) as claimant:
            tasks = [asyncio.create_task(storm._report(claimant)), asyncio.create_task(storm._watch())]
            try:
                yield storm
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def end(self) -> None:
        """Report nothing more."""
        self._paused = True

    async def until(self, condition: Callable[[], bool], *, what: Callable[[], str], seconds: float) -> None:
        """Wait until `condition`; fail with `what` is missing."""
        deadline = time.monotonic() + seconds
        while not condition():
            self.whole.platform.check_alive()
            assert time.monotonic() < deadline, f"not within {seconds:.0f} s: {what()}"
            await asyncio.sleep(0.05)

    async def goes_on(self, reports: int, *, seconds: float = 90) -> None:
        """Wait until so many reports more have been sent, decided and told, all of them sent from now on."""
        since = time.monotonic()
        await self.until(
            lambda: len(self.sent_since(since) & self.told.keys()) >= reports,
            what=lambda: f"{reports} reports more, {len(self.sent_since(since) & self.told.keys())} were told",
            seconds=seconds,
        )

    def sent_since(self, moment: float, *, before: float = float("inf")) -> set[UUID]:
        return {report for report, at in self.sent.items() if moment <= at < before}

    def latencies(self, reports: Iterable[UUID], ends: Mapping[UUID, float]) -> list[float]:
        """Return how many seconds each report took, the longest last."""
        return sorted(ends[report] - self.sent[report] for report in reports)

    def summary(self, name: str, reports: Iterable[UUID]) -> str:
        """Return what to print about these reports, all of which have ended."""
        reports = list(reports)
        of = {"decided": self.latencies(reports, self.decided), "told": self.latencies(reports, self.told)}
        figures = "; ".join(
            f"{what} median {median(took):.2f} s, longest {took[-1]:.2f} s" for what, took in of.items()
        )
        return f"{name}: {len(reports)} reports, {figures}"

    async def _report(self, claimant: Claimant) -> None:
        number = 0
        while not self._paused:
            at = time.monotonic()
            report = await claimant.report(
                policy_number=policy_number(number), loss_at=AFTER_THE_RAIN, facts=WATER_RAN_IN, traceparent=None
            )
            self.sent[report.report_id] = at
            number += 1
            await _release_contact(claimant.producer)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _watch(self) -> None:
        observed = self.whole.observed
        while True:
            now = time.monotonic()
            for report in self.sent.keys() - self.decided.keys():
                if report in observed.decisions:
                    self.decided[report] = now
            for report in self.decided.keys() - self.told.keys():
                claim = observed.decisions[report][0].event.claim_id
                settled = {message.channel for message in observed.settled.get(claim, ())}
                if settled >= {Channel.EMAIL, Channel.SMS}:
                    self.told[report] = now
            await asyncio.sleep(0.02)


async def _release_contact(producer: AIOKafkaProducer) -> None:
    """Publish what policy-svc consumes, which no report leads to."""
    event = RepairContactReleased(
        job_id=uuid4(),
        policy_number=policy_number(0),
        insured_on=AFTER_THE_RAIN.date(),
        partner_id="partner-droog",
        released=True,
        changed_at=datetime.now(UTC),
    )
    message = encode(REPAIR_CONTACT_RELEASED, event, event_id=str(uuid4()), source="/claims-svc", time=event.changed_at)
    await producer.send(message.topic, message.value, key=message.key, headers=list(message.headers))


@dataclass(frozen=True)
class Instances:
    """What the processes of the platform say about themselves."""

    whole: WholePlatform

    def names(self, service: str) -> list[str]:
        """Return the processes of a service that run."""
        return [name for name in self.whole.platform.children if name.startswith(service)]

    async def add_one_of_each(self) -> None:
        """Start one more process of every service, one after another: none is to be late for the others' sake."""
        for service in SERVICES:
            await self.whole.platform.start_another(service)

    async def figures(self, metric: str, **labels: str) -> dict[str, float]:
        """Return by process the sum of what it counts under these labels."""
        names = [name for service in SERVICES for name in self.names(service)]
        async with httpx.AsyncClient(timeout=20) as client:
            pages = await asyncio.gather(*(self._page(client, name) for name in names))
        return {name: _sum(page, metric, labels) for name, page in zip(names, pages, strict=True)}

    async def _page(self, client: httpx.AsyncClient, name: str) -> str:
        answer = await client.get(f"http://127.0.0.1:{self.whole.platform.ports[name]}/metrics")
        return answer.raise_for_status().text


def _sum(page: str, metric: str, labels: Mapping[str, str]) -> float:
    return sum(
        sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        if sample.name == metric and labels.items() <= sample.labels.items()
    )


def mails_received(directory: Path) -> Counter[str]:
    """Return how often the mail server was handed each mail, by its `Message-ID`."""
    files = (directory / "mailbox").glob("*.eml")
    return Counter(str(message_from_bytes(file.read_bytes())["Message-ID"]) for file in files)


def sms_received(directory: Path) -> Counter[tuple[str, str, int]]:
    """Return how often the SMS centre was handed each part of a text, by number, text and part."""
    lines = map(json.loads, (directory / "sms.jsonl").read_text(encoding="utf-8").splitlines())
    return Counter((line["destination"], line["text"], line["part"]) for line in lines)
