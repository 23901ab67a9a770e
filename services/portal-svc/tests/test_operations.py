"""Operators: how the services are, the story of a claim, and records that could not be processed."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import pytest
from portal_world import Browser, Portal

from contracts.access import Role
from portal_svc.clients.services import ServiceName

LETTERS, LETTER = "/operations/dead-letters", "/operations/dead-letters/{dead_letter_id}"
ID = "0198c5f3-1a1b-7c1d-8e1f-202122232425"
PAGE = f"/en/operations/dead-letters/claims/{ID}"
OPEN = {"erased_at": None, "replayed_at": None, "discarded_at": None}
STORY = "/en/operations/claims"


async def on_call(portal: Portal) -> Browser:
    return await portal.logged_in(Role.OPERATOR)


def everywhere(portal: Portal, path: str, body: Any) -> None:  # noqa: ANN401 - JSON
    for service in portal.services.values():
        service.answers("GET", path, body)


def letter(portal: Portal, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    """A dead letter that is open."""
    return {**portal.claims.example("GET", LETTERS)["items"][0], **OPEN, **values}


def whole(portal: Portal, value: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    example: dict[str, Any] = portal.claims.example("GET", LETTER)
    return {**example, "letter": letter(portal, **values), "value": {"text": value, "base64": None}}


def rows_of(text: str) -> dict[str, str]:
    """The rows of the first table by what stands first in them, without markup."""
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL):
        name, _, rest = row.partition("</th>")
        found[re.sub(r"<[^>]+>", " ", name).strip()] = " ".join(re.sub(r"<[^>]+>", " ", rest).split())
    return found


async def test_each_service_is_one_row_and_one_that_is_away_is_said_to_be(portal: Portal) -> None:
    everywhere(portal, LETTERS, {"items": [], "next_cursor": None})
    ill = {"service": "claims-svc", "healthy": False, "problems": [{"part": "kafka", "problem": "does not answer"}]}
    portal.claims.answers("GET", "/operations/health", ill)
    portal.claims.answers("GET", LETTERS, {"items": [letter(portal)], "next_cursor": "more"})
    portal.policy.answers("GET", "/operations/lag", {"consumers": [{"consumer": "a", "topic": "b", "records": None}]})
    timers = portal.notify.example("GET", "/operations/timers")
    kinds = [{**timers["kinds"][0], "overdue": 7, "failing": 2, "failure": "OSError"}]
    portal.notify.answers("GET", "/operations/timers", {**timers, "kinds": kinds})
    outbox = portal.weather.example("GET", "/operations/outbox")
    portal.weather.answers("GET", "/operations/outbox", {**outbox, "waiting": 12, "oldest_seconds": 61.4})
    portal.auth.is_away = True

    answer = await (await on_call(portal)).get("/en/operations")

    rows = rows_of(answer.text)
    assert set(rows) >= {name.value for name in ServiceName}
    assert rows["claims"].startswith("no kafka: does not answer")
    assert rows["auth"].startswith("does not answer unknown unknown unknown unknown")
    assert rows["policy"].split()[:2] == ["yes", "unknown"]
    assert "7 2 failing" in rows["notify"]
    assert "12 61 s" in rows["weather"]
    assert "All 1 stations have sent their newest hours" in answer.text


async def test_what_is_late_or_fails_stands_first(portal: Portal) -> None:
    example = portal.claims.example("GET", "/operations/timers")
    kind = {**example["kinds"][0], "oldest_due_at": "2026-11-27T02:00:00Z"}
    kinds = [{**kind, "kind": "on-time"}, {**kind, "kind": "late", "overdue": 3}, {**kind, "kind": "bad", "failing": 1}]
    portal.claims.answers("GET", "/operations/timers", {**example, "kinds": kinds})
    portal.auth.is_away = True
    text = (await (await on_call(portal)).get("/en/operations/timers")).text
    assert text.index("bad</th>") < text.index("late</th>") < text.index("on-time</th>")
    assert "Not told just now: auth" in text


async def test_queues_and_stations_are_told_with_what_is_not_known(portal: Portal) -> None:
    lag = {
        "consumers": [
            {"consumer": "quick", "topic": "t", "records": 4},
            {"consumer": "mute", "topic": "t", "records": None},
        ]
    }
    portal.claims.answers("GET", "/operations/lag", lag)
    example = portal.claims.example("GET", "/operations/outbox")
    stuck = {"event_id": "e-1", "topic": "claims.decision-made.v1", "reason": "MessageSizeTooLargeError", "held_up": 5}
    portal.claims.answers("GET", "/operations/outbox", {**example, "undeliverable": [stuck]})
    stations = portal.weather.example("GET", "/operations/stations")
    one = stations["stations"][0]
    late = {**one, "name": "De Bilt", "is_late": True}
    portal.weather.answers("GET", "/operations/stations", {**stations, "late": 1, "stations": [late, one]})
    browser = await on_call(portal)
    text = (await browser.get("/en/operations/queues")).text
    assert text.index("mute") < text.index("quick")
    assert "e-1 of claims.decision-made.v1: MessageSizeTooLargeError; 5 wait behind it" in text
    text = (await browser.get("/en/operations/rain")).text
    assert "1 of 2 stations are late" in text
    assert text.index("De Bilt") < text.index("Ell")
    portal.weather.is_away = True
    assert "Not told just now: weather" in (await browser.get("/en/operations/rain")).text


async def test_the_story_of_a_claim_is_told_from_all_services_and_what_is_missing_is_said(portal: Portal) -> None:
    everywhere(portal, LETTERS, {"items": [], "next_cursor": None})
    portal.notify.answers("GET", LETTERS, {"items": [letter(portal, code="handler-failed")], "next_cursor": None})
    portal.auth.is_away = True
    answer = await (await on_call(portal)).get(f"{STORY}?q=w7xk2m9qd4t")
    for told in (
        *("0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11", "Decided: Covered", "Ell", "40.2 mm", "Sewer water came up"),
        *("€\u00a01,590.00", "Deductible", "decision", "handler-failed", "0af7651916cd43dd8448eb211c80319c"),
        *("ground=storm", "Not told just now: auth", "broken 27 November 2026"),
    ):
        assert told in answer.text, told
    about = {one.url.params.get("about") for one in portal.policy.asked if one.url.path == LETTERS}
    assert about == {"w7xk2m9qd4t", "0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11"}


async def test_a_policy_with_several_claims_leads_to_each(portal: Portal) -> None:
    everywhere(portal, LETTERS, {"items": [], "next_cursor": None})
    (one,) = portal.claims.example("GET", "/claims")["items"]
    two = {"items": [one, {**one, "reference": "W4T8R2XJ6NB"}], "next_cursor": None}
    portal.claims.answers("GET", "/claims", two)
    browser = await on_call(portal)
    text = (await browser.get(f"{STORY}?q=123456-531-04")).text
    assert "q=W4T8R2XJ6NB" in text
    assert not [asked for asked in portal.claims.asked if asked.url.path.endswith("/overview")]
    portal.claims.answers("GET", "/claims", {"items": [], "next_cursor": None})
    assert "Nothing is known of this" in (await browser.get(f"{STORY}?q={ID}")).text
    answer = await browser.get(f"{STORY}?q=Jansen")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Fill in a reference such as" in answer.text


async def test_dead_letters_are_listed_by_service_and_by_what_they_are_about(portal: Portal) -> None:
    everywhere(portal, LETTERS, {"items": [], "next_cursor": None})
    settled = letter(portal, discarded_at="2026-11-28T00:00:00Z", discarded_because="sent again as order-8")
    portal.claims.answers("GET", LETTERS, {"items": [letter(portal), settled], "next_cursor": None})
    browser = await on_call(portal)
    text = (await browser.get("/en/operations/dead-letters?closed=true&about=order-7")).text
    assert text.count(f"dead-letters/claims/{ID}") == 2
    assert "sent again as order-8" in text
    assert {service.asked[-1].url.params["about"] for service in portal.services.values()} == {"order-7"}
    before = len(portal.policy.asked)
    await browser.get("/en/operations/dead-letters?service=claims")
    assert len(portal.policy.asked) == before
    assert portal.claims.asked[-1].url.params["closed"] == "false"


async def test_a_dead_letter_is_shown_whole_as_text(portal: Portal) -> None:
    portal.claims.answers("GET", LETTER, whole(portal, '{"note":"<script>alert(1)</script>"}'))
    text = (await (await on_call(portal)).get(PAGE)).text
    assert "That you read it is on record" in text
    assert "&lt;script&gt;" in text
    assert "<script>" not in text


@pytest.mark.parametrize("path", ["nobody/" + ID, "claims/no-id", "portal/" + ID])
async def test_what_is_no_dead_letter_of_a_service_is_not_there(portal: Portal, path: str) -> None:
    answer = await (await on_call(portal)).get(f"/en/operations/dead-letters/{path}")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert not any(service.asked for service in portal.services.values())


async def test_a_dead_letter_is_processed_again_or_discarded_with_a_reason(portal: Portal) -> None:
    portal.claims.answers("GET", LETTER, whole(portal, "{}"))
    browser = await on_call(portal)
    page = await browser.get(PAGE)

    answer = await browser.submit(page, action="/replay")
    assert answer.headers["location"] == "/en/operations/dead-letters?done=replayed"
    assert portal.claims.asked[-1].url.path == f"{LETTERS}/{ID}/replay"

    answer = await browser.submit(page, {"reason": "no"}, action="/discard")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "in 3 to 500 characters" in answer.text
    assert portal.claims.bodies("POST", f"{LETTER}/discard") == []
    answer = await browser.submit(page, {"reason": "sent again"}, action="/discard")
    assert answer.headers["location"] == "/en/operations/dead-letters?done=discarded"
    assert portal.claims.bodies("POST", f"{LETTER}/discard") == [{"reason": "sent again"}]


async def test_a_letter_that_fails_again_stays_open_and_says_why(portal: Portal) -> None:
    portal.claims.answers("GET", LETTER, whole(portal, "{}"))
    portal.claims.refuses("POST", f"{LETTER}/replay", "replay-failed", status=409)
    browser = await on_call(portal)
    answer = await browser.submit(await browser.get(PAGE), action="/replay")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert "This was not done. Not this." in answer.text
    assert "/discard" in answer.text


async def test_what_is_settled_cannot_be_settled_once_more(portal: Portal) -> None:
    portal.claims.answers("GET", LETTER, whole(portal, "{}", replayed_at="2026-11-28T00:00:00Z"))
    text = (await (await on_call(portal)).get(PAGE)).text
    assert "processed again" in text
    assert "/replay" not in text
