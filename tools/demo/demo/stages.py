"""The stages of a run: what is imported before the reports, what comes late, and when everything has its outcome."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from demo.input_files import (
    CORRECTED_AT,
    CORRECTED_HOURS,
    HOURS,
    HOURS_WITH_AN_OUTAGE,
    LATE_HOURS,
    LATE_POLICIES,
    POLICIES,
    PUBLISHED_WITH_AN_OUTAGE_AT,
)
from demo.observer import Observed
from demo.outcome import has_outcome, is_dead_lettered
from demo.platform import ServiceFailedError
from demo.stories import REFUSALS, STORIES
from demo.story import Phase, Wait

OUTCOME_SECONDS = 45
"""For each phase."""
WAITING_SECONDS = 20


class Services(Protocol):
    """The running services, wherever they run."""

    async def run(self, service: str, *arguments: str) -> None:
        """Run a command of a service to its end."""

    async def export_proofs(self, directory: Path) -> None:
        """Let claims-svc write its proofs into `directory`."""

    async def export_letters(self, directory: Path) -> None:
        """Let notify-svc write the letters that are to be posted into `directory`."""

    def check_alive(self) -> None:
        """Raise when a service has ended."""


async def import_hours_and_policies(services: Services) -> None:
    """Import the hours and the policies that are there before any report."""
    await asyncio.gather(
        services.run("weather-svc", "import-hours", *map(str, HOURS)),
        _import_published(services, HOURS_WITH_AN_OUTAGE, at=PUBLISHED_WITH_AN_OUTAGE_AT),
        services.run("policy-svc", "import", str(POLICIES)),
    )


async def wait_for_claims_without_their_hours(services: Services, observed: Observed) -> None:
    """Return once weather-svc has answered that the last hours of the late claims are missing; raise if one is decided.

    Which claims they are is not known before their decisions: enough of them have answers that are not final.
    """
    late = [story for story in STORIES if story.wait is Wait.LATE_HOURS]
    deadline = time.monotonic() + WAITING_SECONDS
    while sum(not answers[-1].final for answers in observed.assessed.values()) < len(late):
        if time.monotonic() > deadline:
            raise ServiceFailedError(f"{len(late)} claims were not seen waiting for hours within {WAITING_SECONDS} s")
        await _wait_for_an_event(services, observed)
    if any(has_outcome(story, observed, phase=Phase.FIRST) for story in late):
        raise ServiceFailedError("a claim was decided before its last hours were measured")


async def import_late_hours_and_policy(services: Services) -> None:
    """Import the hours and the policy that claims wait for."""
    await asyncio.gather(
        services.run("weather-svc", "import-hours", str(LATE_HOURS)),
        services.run("policy-svc", "import", str(LATE_POLICIES)),
    )


async def import_corrected_hours(services: Services) -> None:
    """Import what KNMI says of an hour a week later."""
    await _import_published(services, CORRECTED_HOURS, at=CORRECTED_AT)


async def _import_published(services: Services, hours: Path, *, at: str) -> None:
    await services.run("weather-svc", "import-hours", "--published-at", at, str(hours))


def number_with_outcome(observed: Observed, phase: Phase) -> int:
    """Return how many stories and refusals have the outcome they should have once `phase` was published."""
    return sum(has_outcome(story, observed, phase=phase) for story in STORIES) + sum(
        is_dead_lettered(refusal, observed) for refusal in REFUSALS
    )


async def wait_for_outcomes(
    services: Services, observed: Observed, phase: Phase, *, progress: Callable[[int], None]
) -> None:
    """Return when everything published up to `phase` has its outcome, or when the time for that is over.

    `progress` gets the number that has. What is late is named when outcomes are compared.
    """
    deadline = time.monotonic() + OUTCOME_SECONDS
    while time.monotonic() < deadline:
        done = number_with_outcome(observed, phase)
        progress(done)
        if done == len(STORIES) + len(REFUSALS):
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
