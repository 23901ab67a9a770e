"""The logs of a whole session tell what became of every claim, and of nobody who they are."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from whole_platform import WholePlatform

from demo.input_files import DATA
from demo.platform import SERVICES

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHORTEST_TELLING_NAME = 4
BETWEEN_DIGITS = r"[\s().-]*"
NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?(?!\.?\d)")
MICRODEGREES_PER_DEGREE = 1_000_000


def policies() -> Iterator[dict[str, Any]]:
    for path in (DATA / "policies").glob("*.jsonl"):
        yield from map(json.loads, path.read_text().splitlines())


def homes() -> Iterator[dict[str, Any]]:
    for policy in policies():
        for terms in policy["terms"]:
            yield terms["home"]


def personal_patterns() -> Iterator[str]:
    """Everything in the policy files that would tell who somebody is or in which street, in whatever spelling."""
    for policy in policies():
        yield from patterns_of_person(policy["policyholder"])
    for home in homes():
        yield rf"\b{home['postcode'][:4]}\s?{home['postcode'][4:]}\b"


def patterns_of_person(person: dict[str, str | None]) -> Iterator[str]:
    for part in str(person["name"]).split():
        if len(part) >= SHORTEST_TELLING_NAME:
            yield rf"\b{re.escape(part)}\b"
    if person["email"]:
        yield re.escape(person["email"].partition("@")[0])
    if person["mobile_phone"]:
        yield BETWEEN_DIGITS.join(person["mobile_phone"].removeprefix("+31"))


PERSONAL = re.compile("|".join(sorted(set(personal_patterns()))), re.IGNORECASE)
LOCATIONS = {
    (home["location"]["latitude_microdegrees"], home["location"]["longitude_microdegrees"]) for home in homes()
}


def personal_in(text: str) -> list[str]:
    """Return what tells somebody's name, address or number in `text`, and every line that tells where a home is."""
    return PERSONAL.findall(text) + [line for line in text.splitlines() if locates_a_home(line)]


def locates_a_home(line: str) -> bool:
    """Whether `line` holds both coordinates of a home, each a whole number by itself, in degrees or millionths.

    One coordinate locates nobody, and its digits also turn up in durations and fractions of a second.
    """
    numbers = [Decimal(number) for number in NUMBER.findall(line)]
    microdegrees = {*numbers, *(number * MICRODEGREES_PER_DEGREE for number in numbers)}
    return any(microdegrees.issuperset(location) for location in LOCATIONS)


def objects_in(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from objects_in(inner)


async def test_the_search_finds_the_people_where_they_may_be(after_stories: WholePlatform) -> None:
    sent = (after_stories.stack.output_dir / "sms.jsonl").read_text()
    mails = "".join(path.read_text() for path in (after_stories.stack.output_dir / "mailbox").glob("*.eml"))
    assert {"Quinta", "Zeewater"} <= set(personal_in(mails))
    assert "612340016" in personal_in(sent)


@pytest.mark.parametrize(
    "line",
    [
        "06-12 34 00 16",
        "+31(0)612340016",
        "4382 NA",
        "DROOMHUIS",
        "j.voorbeeld",
        '{"latitude_microdegrees": 51218400, "longitude_microdegrees": 5796900}',
        "at 51.2184,5.7969.",
        "POINT(5.796900 51.218400)",
    ],
)
async def test_the_search_finds_people_and_homes_in_any_spelling(line: str) -> None:
    assert personal_in(f"nothing\n{line}\nnothing") != []


@pytest.mark.parametrize(
    "line",
    [
        '{"timestamp": "2021-07-16T08:00:04.579690Z", "port": 51218}',
        '{"timestamp": "2021-07-16T08:00:51.218400Z", "seconds": 0.57969}',
        '{"offset": 51218400, "seconds": 15.7969}',
        '{"trace_id": "512184005796900", "event_id": "0198c5f0-5121-7840-8057-969000000000"}',
    ],
)
async def test_the_search_takes_no_moment_duration_or_id_for_a_home(line: str) -> None:
    assert personal_in(line) == []


async def test_no_log_holds_a_name_an_address_or_a_number_of_anybody(after_stories: WholePlatform) -> None:
    logs = {path.name: path.read_text() for path in after_stories.log_directory.glob("*.log")}
    assert {f"{service}.log" for service in SERVICES} <= logs.keys()
    assert {name: found for name, text in logs.items() if (found := personal_in(text))} == {}


@pytest.mark.parametrize("service", SERVICES)
async def test_every_line_of_a_service_is_json_with_service_level_and_moment(
    after_stories: WholePlatform, service: str
) -> None:
    entries = after_stories.log_entries(service) + after_stories.log_entries(f"{service}-migrate")
    assert entries
    for entry in entries:
        assert entry["service"] == service
        assert entry["level"] in {"debug", "info", "warning", "error"}
        assert str(entry["timestamp"]).endswith("Z")


async def test_what_is_logged_about_a_claim_carries_its_trace(after_stories: WholePlatform) -> None:
    logged = [one for service in SERVICES for entry in after_stories.log_entries(service) for one in objects_in(entry)]
    about_claims = [one for one in logged if "claim_id" in one]
    assert [one for one in about_claims if not one.get("trace_id")] == []
    for decisions in after_stories.observed.decisions.values():
        for decision in decisions:
            assert decision.traceparent is not None
            traces = {one["trace_id"] for one in about_claims if one["claim_id"] == str(decision.event.claim_id)}
            assert traces == {decision.traceparent[3:35]}
