"""Tells the stories on a running platform: what is imported before, what comes late, and when each has ended."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from demo.ending import has_ended
from demo.platform import ServiceFailedError
from demo.stories import STORIES
from demo.story import Wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from demo.observer import Seen

DATA = Path(__file__).parent / "data"
END_SECONDS = 60
WAITING_SECONDS = 20


class Services(Protocol):
    """The running services, wherever they run."""

    async def run(self, service: str, *arguments: str) -> None:
        """Run a command of a service to its end."""

    async def export_proofs(self, directory: Path) -> None:
        """Let claims-svc write its proofs into `directory`."""

    def check_alive(self) -> None:
        """Raise when a service has ended."""


async def import_what_is_known(platform: Services) -> None:
    """Import the hours and the policies that are there before any report."""
    await asyncio.gather(
        platform.run("weather-svc", "import-hours", str(DATA / "knmi" / "hours_2021-07-10_2021-07-17.txt")),
        platform.run("policy-svc", "import-policies", str(DATA / "policies" / "policies.jsonl")),
    )


async def until_hours_are_waited_for(platform: Services, seen: Seen) -> None:
    """Return once a claim was told that its last hours are not measured yet, and was not decided on that."""
    deadline = time.monotonic() + WAITING_SECONDS
    while all(answer.final for answers in seen.assessed.values() for answer in answers):
        if time.monotonic() > deadline:
            message = f"no claim was seen waiting for hours within {WAITING_SECONDS} s"
            raise ServiceFailedError(message)
        await _until_something_happens(platform, seen)
    if any(has_ended(story, seen) for story in STORIES if story.wait is Wait.LATE_HOURS):
        message = "a claim was decided before its last hours were measured"
        raise ServiceFailedError(message)


async def import_what_was_late(platform: Services) -> None:
    """Import the hours and the policy that claims wait for."""
    await asyncio.gather(
        platform.run("weather-svc", "import-hours", str(DATA / "knmi" / "hours_2021-07-late.txt")),
        platform.run("policy-svc", "import-policies", str(DATA / "policies" / "policies_late.jsonl")),
    )


async def until_all_have_ended(platform: Services, seen: Seen, *, progress: Callable[[int], None]) -> None:
    """Return when every report has reached its end, or when the time for that is over."""
    deadline = time.monotonic() + END_SECONDS
    while time.monotonic() < deadline:
        ended = sum(has_ended(story, seen) for story in STORIES)
        progress(ended)
        if ended == len(STORIES) and seen.dead_letters:
            return
        await _until_something_happens(platform, seen)


async def _until_something_happens(platform: Services, seen: Seen) -> None:
    platform.check_alive()
    seen.changed.clear()
    try:
        async with asyncio.timeout(1):
            await seen.changed.wait()
    except TimeoutError:
        return
