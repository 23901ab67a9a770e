"""The stages of a run: what is imported before the reports, what comes late, and when everything has its outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from demo.input_files import HOURS, LATE_HOURS, LATE_POLICIES, POLICIES
from demo.observer import Observed
from demo.outcome import has_outcome
from demo.platform import ServiceFailedError
from demo.stories import STORIES
from demo.story import Wait

OUTCOME_SECONDS = 60
WAITING_SECONDS = 20


class Services(Protocol):
    """The running services, wherever they run."""

    async def run(self, service: str, *arguments: str) -> None:
        """Run a command of a service to its end."""

    async def export_proofs(self, directory: Path) -> None:
        """Let claims-svc write its proofs into `directory`."""

    def check_alive(self) -> None:
        """Raise when a service has ended."""


async def import_hours_and_policies(services: Services) -> None:
    """Import the hours and the policies that are there before any report."""
    await asyncio.gather(
        services.run("weather-svc", "import-hours", str(HOURS)),
        services.run("policy-svc", "import-policies", str(POLICIES)),
    )


async def wait_for_a_claim_without_its_hours(services: Services, observed: Observed) -> None:
    """Return once weather-svc has answered that the last hours of a claim are missing; raise if it was decided."""
    deadline = time.monotonic() + WAITING_SECONDS
    while all(answer.final for answers in observed.assessed.values() for answer in answers):
        if time.monotonic() > deadline:
            raise ServiceFailedError(f"no claim was seen waiting for hours within {WAITING_SECONDS} s")
        await _wait_for_an_event(services, observed)
    if any(has_outcome(story, observed) for story in STORIES if story.wait is Wait.LATE_HOURS):
        raise ServiceFailedError("a claim was decided before its last hours were measured")


async def import_late_hours_and_policy(services: Services) -> None:
    """Import the hours and the policy that claims wait for."""
    await asyncio.gather(
        services.run("weather-svc", "import-hours", str(LATE_HOURS)),
        services.run("policy-svc", "import-policies", str(LATE_POLICIES)),
    )


async def wait_for_all_outcomes(services: Services, observed: Observed, *, progress: Callable[[int], None]) -> None:
    """Return when every report has its outcome, or when the time for that is over; `progress` gets their number."""
    deadline = time.monotonic() + OUTCOME_SECONDS
    while time.monotonic() < deadline:
        done = sum(has_outcome(story, observed) for story in STORIES)
        progress(done)
        if done == len(STORIES) and observed.dead_letters:
            return
        await _wait_for_an_event(services, observed)


async def _wait_for_an_event(services: Services, observed: Observed) -> None:
    services.check_alive()
    observed.changed.clear()
    try:
        async with asyncio.timeout(1):
            await observed.changed.wait()
    except TimeoutError:
        return
