"""What is told of messages that wait: gauges at all times, and in a storm the log."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from decisions import EMAIL, NAME, contact, paid
from mail_server import MailServer
from notify_desk import Desk
from pause import DEADLINE_SECONDS
from prometheus_client import REGISTRY

from chassis.telemetry.logs import configure_logs
from contracts.vocabulary import Channel
from notify_svc.domain.pace import Provider, Rate
from notify_svc.progress import run_progress

PROVIDERS = {Channel.EMAIL: Provider("smtp", Rate(40)), Channel.SMS: Provider("smpp", None)}


@asynccontextmanager
async def looking(desk: Desk, *, storm: int) -> AsyncIterator[None]:
    desk.runtime.stopping.clear()
    task = asyncio.ensure_future(run_progress(desk.runtime, providers=PROVIDERS, every_seconds=0.02, storm=storm))
    try:
        yield
    finally:
        desk.runtime.stopping.set()
        await asyncio.wait_for(task, DEADLINE_SECONDS)


async def until_told(name: str, value: float, *, channel: Channel = Channel.EMAIL) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while REGISTRY.get_sample_value(name, {"channel": channel.value, "lane": "decision"}) != value:
            await asyncio.sleep(0.01)


async def test_gauges_say_how_many_wait_and_since_when(desk: Desk, mail: MailServer) -> None:
    await desk.know(contact())
    await desk.decide(paid(), paid())
    desk.later(seconds=90)

    async with looking(desk, storm=1_000):
        await until_told("notify_messages_waiting", 2)
        await until_told("notify_oldest_waiting_seconds", 90)
        async with desk.sending(Channel.EMAIL):
            await desk.until(Channel.EMAIL, "sent", "sent")
            await until_told("notify_messages_waiting", 0)
            await until_told("notify_oldest_waiting_seconds", 0)
            await until_told("notify_messages_waiting", 2, channel=Channel.SMS)

    assert len(mail.mails) == 2


async def test_in_a_storm_the_log_says_how_many_wait_the_rate_and_the_end_and_nobodys_name(
    desk: Desk, mail: MailServer, capfd: pytest.CaptureFixture[str]
) -> None:
    configure_logs(service="notify-svc", level="info")
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    await desk.know(contact())
    await desk.decide(*(paid() for _ in range(30)))
    async with looking(desk, storm=25):
        await until_told("notify_messages_waiting", 30)
        async with desk.sending(Channel.EMAIL):
            await desk.until(Channel.EMAIL, *["sent"] * 30)  # what is being sent does not wait any more
            await until_told("notify_messages_waiting", 0)

    logged = "".join(capfd.readouterr())
    lines = [json.loads(line) for line in logged.splitlines() if '"storm.progress"' in line]
    of_mail = [line for line in lines if line["channel"] == "email"]
    assert (of_mail[0]["waiting"], of_mail[-1]["waiting"]) == (30, 0)
    assert {line["allowed_per_second"] for line in of_mail} == {40.0}
    assert of_mail[-1]["leaving_per_second"] > 0
    assert of_mail[-1]["expected_end_at"] is not None
    assert NAME not in logged
    assert EMAIL not in logged
    assert len(mail.mails) == 30


async def test_few_that_wait_are_no_storm(desk: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    await desk.know(contact())
    await desk.decide(paid())

    async with looking(desk, storm=2):
        await until_told("notify_messages_waiting", 1)

    assert "storm.progress" not in "".join(capfd.readouterr())
