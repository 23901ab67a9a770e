"""Prometheus scrapes the platform while losses are reported: every query of a dashboard finds something."""

from __future__ import annotations

import asyncio
import re
import shutil
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from msgspec.structs import replace
from whole_platform import WholePlatform

from contracts.envelope import encode
from contracts.loss_reports import LOSS_REPORTED
from demo.stories import STORIES
from demo.story import Phase
from devstack.process.ports import LOOPBACK, free_port
from devstack.process.programs import Program, Programs, answers_ok
from observability.asking import Series, Span, ask, now_at, put_in_place
from observability.dashboards import DASHBOARDS
from observability.generated import DIRECTORY
from observability.scraping import scrape_configuration_of
from observability.services import SERVICES

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("prometheus") is None, reason="prometheus is not there (Debian: apt install prometheus)"
    ),
]

RUNBOOKS = Path(__file__).resolve().parents[2] / "docs" / "runbooks"
SHORT = "20s"
"""The window of rates here, where Prometheus scrapes every second."""
STORM_REPORTS, PAUSE_SECONDS = 40, 0.25
PATIENCE_SECONDS = 90.0
"""What is counted in tables is counted every half minute."""


@pytest_asyncio.fixture(loop_scope="session")
async def prometheus(after_stories: WholePlatform, tmp_path: Path) -> AsyncIterator[str]:
    """The URL of a Prometheus that scrapes the services every second, with alerts that do not wait."""
    port, platform = free_port(), after_stories.platform
    addresses = {service: [f"{LOOPBACK}:{platform.ports[service]}"] for service in SERVICES}
    configuration = scrape_configuration_of(addresses, made_by="a test")
    (tmp_path / "prometheus.yml").write_text(
        configuration.replace("_interval: 15s", "_interval: 1s").replace("localhost:9090", f"{LOOPBACK}:{port}")
    )
    (tmp_path / "rules").mkdir()
    for file in (DIRECTORY / "prometheus" / "rules").glob("*.yml"):
        at_once = re.sub(r"^        for: .*$|^    interval: .*$", "", file.read_text(), flags=re.MULTILINE)
        (tmp_path / "rules" / file.name).write_text(at_once)
    programs = Programs(platform.stack.supervisor, tmp_path)
    arguments = ["prometheus", f"--config.file={tmp_path}/prometheus.yml", f"--storage.tsdb.path={tmp_path}/data"]
    programs.start(
        Program(
            name="prometheus",
            arguments=[*arguments, f"--web.listen-address={LOOPBACK}:{port}"],
            environment={},
            is_ready=lambda _: answers_ok(port, "/-/ready"),
        )
    )
    await programs.wait_ready("prometheus")
    yield f"http://{LOOPBACK}:{port}"
    await programs.stop()


@pytest.mark.timeout(600)
async def test_every_query_is_understood_and_finds_what_a_storm_leaves(
    after_stories: WholePlatform, prometheus: str
) -> None:
    began = now_at(prometheus)
    await asyncio.sleep(2)  # a rate needs a figure of before
    await report_losses(after_stories)
    queries = set(of_dashboards())

    async def unanswered() -> set[str]:
        return {query for query in queries if not answers(prometheus, query, since=began)}

    await becomes(unanswered, set())


@pytest.mark.timeout(600)
async def test_every_query_of_a_runbook_and_every_rare_one_is_understood(prometheus: str) -> None:
    began = now_at(prometheus) - 60

    for query in [*of_runbooks(), *of_dashboards(rare=True)]:
        answers(prometheus, query, since=began)  # raises when it is not


@pytest.mark.timeout(600)
async def test_an_alert_fires_for_a_service_that_hangs_and_ends_when_it_goes_on(
    after_stories: WholePlatform, prometheus: str
) -> None:
    firing = 'ALERTS{alertname="ServiceDown", alertstate="firing"}'
    child = after_stories.platform.children["policy-svc"]

    async def jobs_down() -> set[str]:
        now = now_at(prometheus)
        found = ask(prometheus, firing, span=Span(start=now - 1, end=now, step_seconds=1))
        return {series.labels["job"] for series in found if series.points[-1][0] >= now - 1}

    await becomes(jobs_down, set())
    child.send(signal.SIGSTOP)
    try:
        await becomes(jobs_down, {"policy-svc"})
    finally:
        child.send(signal.SIGCONT)
    await becomes(jobs_down, set())


async def report_losses(whole: WholePlatform) -> None:
    """Publish the stories' reports again as reports of others, a few each second."""
    reports = [report for story in STORIES for report in story.reports(Phase.FIRST)]
    async with AIOKafkaProducer(bootstrap_servers=whole.stack.kafka_bootstrap_servers) as producer:
        for number in range(STORM_REPORTS):
            report = replace(reports[number % len(reports)], report_id=uuid4())
            message = encode(
                LOSS_REPORTED, report, event_id=str(report.report_id), source="/app", time=datetime.now(UTC)
            )
            await producer.send(message.topic, message.value, key=message.key, headers=list(message.headers))
            await asyncio.sleep(PAUSE_SECONDS)


def of_dashboards(*, rare: bool = False) -> Iterator[str]:
    for board in DASHBOARDS:
        for panel in board.panels():
            yield from (each.expr for each in panel.queries if each.rare is rare)


def of_runbooks() -> Iterator[str]:
    for page in RUNBOOKS.glob("*.md"):
        for block in re.findall(r"^```promql\n(.*?)^```", page.read_text(), flags=re.MULTILINE | re.DOTALL):
            yield from (line for line in block.splitlines() if line)


def answers(prometheus: str, query: str, *, since: float) -> list[Series]:
    """Return what was answered for claims-svc, at any moment since then."""
    span = Span(start=since, end=now_at(prometheus), step_seconds=5)
    return ask(prometheus, put_in_place(query, service="claims-svc", interval=SHORT), span=span)


async def becomes(found: Callable[[], Awaitable[set[str]]], wanted: set[str]) -> None:
    """Wait until `found` is as `wanted`."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (now := await found()) != wanted:
        assert time.monotonic() < deadline, "\n".join(sorted(now))
        await asyncio.sleep(1)
