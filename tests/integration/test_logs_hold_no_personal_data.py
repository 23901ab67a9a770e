"""The logs of a whole session tell what became of every claim, and of nobody who they are."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from demo.platform import SERVICES
from demo.telling import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from whole_platform import WholePlatform

pytestmark = pytest.mark.asyncio(loop_scope="session")

SHORTEST_TELLING_NAME = 4
BETWEEN_DIGITS = r"[\s().-]*"


def personal_patterns() -> Iterator[str]:
    """Everything in the policy files that would tell who or where somebody is, in whatever spelling."""
    for path in (DATA / "policies").glob("*.jsonl"):
        for line in path.read_text().splitlines():
            policy = json.loads(line)
            yield from patterns_of_person(policy["policyholder"])
            for terms in policy["terms"]:
                yield from patterns_of_home(terms["home"])


def patterns_of_person(person: dict[str, str | None]) -> Iterator[str]:
    for part in str(person["name"]).split():
        if len(part) >= SHORTEST_TELLING_NAME:
            yield rf"\b{re.escape(part)}\b"
    if person["email"]:
        yield re.escape(person["email"].partition("@")[0])
    if person["mobile_phone"]:
        yield BETWEEN_DIGITS.join(person["mobile_phone"].removeprefix("+31"))


def patterns_of_home(home: dict[str, str | dict[str, int]]) -> Iterator[str]:
    postcode = str(home["postcode"])
    yield rf"\b{postcode[:4]}\s?{postcode[4:]}\b"
    assert isinstance(home["location"], dict)
    for name in ("latitude_microdegrees", "longitude_microdegrees"):
        digits = f"{home['location'][name]}"
        yield rf"\b{digits[:-6]}\.?{digits[-6:].rstrip('0')}"


PERSONAL = re.compile("|".join(sorted(set(personal_patterns()))), re.IGNORECASE)


def objects_in(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from objects_in(inner)


async def test_the_search_finds_the_people_where_they_may_be(told: WholePlatform) -> None:
    sent = (told.stack.output_dir / "sms.jsonl").read_text()
    mails = "".join(path.read_text() for path in (told.stack.output_dir / "mailbox").glob("*.eml"))
    assert {"Quinta", "Zeewater"} <= set(PERSONAL.findall(mails))
    assert "612340016" in PERSONAL.findall(sent)
    for spelling in ("06-12 34 00 16", "+31(0)612340016", "4382 NA", "51.2184", "DROOMHUIS", "j.voorbeeld"):
        assert PERSONAL.search(spelling), spelling


async def test_no_log_holds_a_name_an_address_or_a_number_of_anybody(told: WholePlatform) -> None:
    logs = {path.name: path.read_text() for path in told.log_directory.glob("*.log")}
    assert {f"{service}.log" for service in SERVICES} <= logs.keys()
    assert {name: PERSONAL.findall(text) for name, text in logs.items() if PERSONAL.search(text)} == {}


@pytest.mark.parametrize("service", SERVICES)
async def test_every_line_of_a_service_is_json_with_service_level_and_moment(told: WholePlatform, service: str) -> None:
    entries = told.log_entries(service) + told.log_entries(f"{service}-migrate")
    assert entries
    for entry in entries:
        assert entry["service"] == service
        assert entry["level"] in {"debug", "info", "warning", "error"}
        assert str(entry["timestamp"]).endswith("Z")


async def test_what_is_said_about_a_claim_carries_its_trace(told: WholePlatform) -> None:
    said = [one for service in SERVICES for entry in told.log_entries(service) for one in objects_in(entry)]
    about_claims = [one for one in said if "claim_id" in one]
    assert [one for one in about_claims if not one.get("trace_id")] == []
    for decisions in told.seen.decisions.values():
        for decision in decisions:
            assert decision.traceparent is not None
            traces = {one["trace_id"] for one in about_claims if one["claim_id"] == str(decision.event.claim_id)}
            assert traces == {decision.traceparent[3:35]}
