"""Tracing harms nobody: neither when the collector is dead nor when tracing is off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from whole_platform import Claimant, WholePlatform

from contracts.coverage import Outcome
from contracts.loss_reports import LossFacts
from contracts.notify import Settlement
from contracts.vocabulary import Channel, Fact, Truth
from devstack.process.ports import free_port

pytestmark = pytest.mark.asyncio(loop_scope="session")

SERVICES = ("claims-svc", "notify-svc")
OPEN_WINDOW = LossFacts(
    precipitation_left_its_course=Fact(value=Truth.TRUE), came_through_open_window_or_door=Fact(value=Truth.TRUE)
)
"""Decided without asking for rain: no other service adds to the trace."""
ONE_EVENING = datetime(2021, 7, 14, 20, 30, tzinfo=UTC)
LONGEST_RESTART_SECONDS = 40
UPSTREAM = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest_asyncio.fixture(loop_scope="session")
async def restarted(whole: WholePlatform) -> AsyncIterator[Callable[..., Awaitable[None]]]:
    """Restart services with other variables; afterwards they have their collector again."""

    async def restart(*services: str, **environment: str) -> None:
        await asyncio.gather(*(whole.platform.restart(service, **environment) for service in services))

    yield restart
    await restart(*SERVICES)


async def test_a_dead_collector_harms_nobody_and_without_tracing_the_upstreams_trace_passes_untouched(
    whole: WholePlatform, claimant: Claimant, restarted: Callable[..., Awaitable[None]]
) -> None:
    await restarted(*SERVICES, OTEL_EXPORTER_OTLP_ENDPOINT=f"http://127.0.0.1:{free_port()}")
    report = await claimant.report(
        policy_number="100210-531-01", loss_at=ONE_EVENING, facts=OPEN_WINDOW, traceparent=None
    )
    decision = await claimant.decision(report)
    messages = await claimant.messages(decision.event.claim_id)
    assert decision.event.outcome is Outcome.DENIED
    assert {message.settlement for message in messages.values()} == {Settlement.SENT}

    began = time.monotonic()
    await restarted("claims-svc", OTEL_SDK_DISABLED="true")  # fails unless it ends well, its last spans unsent
    assert time.monotonic() - began < LONGEST_RESTART_SECONDS

    report = await claimant.report(
        policy_number="100219-531-01", loss_at=ONE_EVENING, facts=OPEN_WINDOW, traceparent=UPSTREAM
    )
    decision = await claimant.decision(report)
    assert decision.traceparent == UPSTREAM
    assert set(await claimant.messages(decision.event.claim_id)) == {Channel.EMAIL, Channel.SMS}
    await restarted("claims-svc")  # a stop exports what is left
    assert whole.spans_of(UPSTREAM[3:35]) == []
    assert all(whole.log_entries(service) for service in SERVICES)  # JSON, what failing exporters log too
