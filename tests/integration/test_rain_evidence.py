"""What a decision about rain rests on can be followed by anybody, to its proof and on to the files of KNMI."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from whole_platform import WholePlatform

from contracts.claims import DecisionMade
from contracts.coverage import Outcome
from contracts.weather import UndeterminedReason
from demo.input_files import CORRECTED_AT, CORRECTED_HOURS, HOURS, HOURS_WITH_AN_OUTAGE
from demo.outcome import decisions_on
from demo.rain_checks import check_rain
from demo.stories import STORIES

pytestmark = pytest.mark.asyncio(loop_scope="session")

OTHER_STORMS = HOURS[1]
(CORRECTED,) = [story for story in STORIES if story.corrected_hour is not None]
(LOST,) = [story for story in STORIES if story.expected.undetermined is UndeterminedReason.LOST_HOURS]


async def proofs_of(whole: WholePlatform, decisions: Sequence[DecisionMade], directory: Path) -> list[dict[str, Any]]:
    """Return the proof of each decision, found by the hash that the decision names."""
    await whole.platform.export_proofs(directory)
    by_hash = _by_hash(directory)
    return [json.loads(by_hash[decision.proof_sha256]) for decision in decisions]


def _by_hash(directory: Path) -> dict[str, bytes]:
    return {sha256(content).hexdigest(): content for content in map(Path.read_bytes, directory.glob("*.json"))}


def hash_of(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


async def test_a_corrected_hour_reopens_a_denial_and_both_figures_and_files_stand_in_its_proof(
    after_stories: WholePlatform, tmp_path: Path
) -> None:
    decisions = decisions_on(CORRECTED, after_stories.observed)
    assert [decision.outcome for decision in decisions] == [Outcome.DENIED, Outcome.COVERED]

    before, after = await proofs_of(after_stories, decisions, tmp_path)

    assert before["sources"]["hour_files_sha256"] == [hash_of(OTHER_STORMS)]
    assert after["sources"]["hour_files_sha256"] == sorted(map(hash_of, (OTHER_STORMS, CORRECTED_HOURS)))
    (hour,) = after["basis"]["rain"]["corrected"]
    assert (hour["station"]["name"], hour["hour_ends_at"]) == ("Hoek van Holland", "2021-08-22T17:00:00Z")
    assert (hour["was_tenths_mm"], hour["is_tenths_mm"]) == (13, 14)
    assert (before["basis"]["rain"]["assessment_version"], after["basis"]["rain"]["assessment_version"]) == (1, 2)


async def test_hours_that_knmi_lost_go_to_a_handler_at_once_with_the_next_nearest_stations(
    after_stories: WholePlatform, tmp_path: Path
) -> None:
    (decision,) = decisions_on(LOST, after_stories.observed)
    assert decision.outcome is Outcome.REFERRED

    (proof,) = await proofs_of(after_stories, [decision], tmp_path)

    rain = proof["basis"]["rain"]
    assert (rain["assessment_version"], rain["final"]) == (1, True)
    (doubt,) = rain["stations"][0]["hours"]["in_doubt"]
    assert (doubt["kind"], doubt["first_hour_ends_at"], doubt["last_hour_ends_at"]) == (
        *("lost", "2021-12-11T01:00:00Z"),
        "2021-12-13T13:00:00Z",
    )
    assert rain["passed_over"][0]["station"]["name"] == "Hupsel"
    assert proof["sources"]["hour_files_sha256"] == [hash_of(HOURS_WITH_AN_OUTAGE)]


async def test_where_the_files_that_a_proof_names_come_from_is_told_to_anybody(
    after_stories: WholePlatform, tmp_path: Path
) -> None:
    (proof,) = await proofs_of(after_stories, decisions_on(CORRECTED, after_stories.observed)[-1:], tmp_path)
    named = proof["sources"]["hour_files_sha256"]

    async with httpx.AsyncClient(base_url=after_stories.platform.weather_url, timeout=20) as anybody:
        answers = [await anybody.get(f"/sources/{each}") for each in named]

    told = {source["name"]: source for answer in answers for source in answer.json()["publications"]}
    assert set(told) == {OTHER_STORMS.name, CORRECTED_HOURS.name}
    assert told[CORRECTED_HOURS.name]["published_at"] == CORRECTED_AT
    assert {source["attribution"] for source in told.values()} == {"KNMI"}


async def test_anybody_may_check_the_rain_without_logging_in(after_stories: WholePlatform, tmp_path: Path) -> None:
    steps = await check_rain(after_stories.platform, output=tmp_path)
    assert [step.problem for step in steps] == [None, None, None]
    assert (tmp_path / "rain-check.nl.svg").read_bytes().startswith(b"<svg")
