"""The demo waits for what its stories expect, and ends by its deadline whatever becomes of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.structs import replace

from contracts.weather import RAINFALL_ASSESSED
from demo import stages
from demo.input_files import CORRECTED_AT, PUBLISHED_WITH_AN_OUTAGE_AT
from demo.observer import Observed
from demo.platform import ServiceFailedError
from demo.run import FAILED, conclude
from demo.stories import REFUSALS, STORIES
from demo.story import Phase, Wait

pytestmark = pytest.mark.timeout(60)

LATE = [story for story in STORIES if story.wait is Wait.LATE_HOURS]


@dataclass
class Services:
    """Services that do nothing. `ended`: one of them is not there any more."""

    ended: bool = False
    commands: list[tuple[str, ...]] = field(default_factory=list)

    async def run(self, service: str, *arguments: str) -> None:
        self.commands.append((service, *arguments))

    async def export_proofs(self, directory: Path) -> None:
        raise AssertionError(f"no stage exports to {directory}")

    async def export_letters(self, directory: Path) -> None:
        raise AssertionError(f"no stage exports to {directory}")

    def check_alive(self) -> None:
        if self.ended:
            raise ServiceFailedError("weather-svc has ended")


def answers(*, final: int, waiting: int) -> Observed:
    """Return what is seen when so many claims had a final answer about rain, and so many one that is not."""
    (answer,) = RAINFALL_ASSESSED.examples
    observed = Observed()
    for is_final in [True] * final + [False] * waiting:
        observed.assessed[uuid4()].append(replace(answer, final=is_final))
    return observed


async def test_the_demo_goes_on_when_every_late_claim_waits_for_its_hours() -> None:
    async with asyncio.timeout(5):
        await stages.wait_for_claims_without_their_hours(Services(), answers(final=1, waiting=len(LATE)))


async def test_a_claim_that_does_not_wait_for_its_hours_ends_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "WAITING_SECONDS", 0)
    with pytest.raises(ServiceFailedError, match="2 claims were not seen waiting for hours"):
        await stages.wait_for_claims_without_their_hours(Services(), answers(final=len(LATE), waiting=len(LATE) - 1))


async def test_a_service_that_ends_while_outcomes_are_awaited_ends_the_demo() -> None:
    with pytest.raises(ServiceFailedError, match="weather-svc has ended"):
        await stages.wait_for_outcomes(Services(ended=True), Observed(), Phase.FIRST, progress=lambda _: None)


async def test_outcomes_that_never_come_are_not_waited_for_longer_than_the_deadline(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stages, "OUTCOME_SECONDS", 0.1)
    seen: list[int] = []
    await stages.wait_for_outcomes(Services(), Observed(), Phase.LATER, progress=seen.append)
    assert set(seen) == {0}


async def test_only_stories_of_the_later_phase_are_not_missed_in_the_first() -> None:
    later = [story for story in STORIES if story.phase is Phase.LATER]
    assert stages.number_with_outcome(Observed(), Phase.FIRST) == len(later) > 0
    assert stages.number_with_outcome(Observed(), Phase.LATER) == 0


async def test_hours_are_imported_with_the_moment_at_which_they_were_published() -> None:
    services = Services()
    await stages.import_hours_and_policies(services)
    await stages.import_corrected_hours(services)
    stated = [command[3] for command in services.commands if "--published-at" in command]
    assert stated == [PUBLISHED_WITH_AN_OUTAGE_AT, CORRECTED_AT]
    (service, *_) = services.commands[-1]
    assert service == "weather-svc"


def test_a_run_in_which_nothing_was_decided_fails_and_leaves_its_page(tmp_path: Path) -> None:
    (tmp_path / "proofs").mkdir()
    assert conclude(Observed(), {}, output=tmp_path) == FAILED
    assert f"0 of {len(STORIES) + len(REFUSALS)} have the outcome" in (tmp_path / "report.html").read_text()
