"""`water claim`: the whole story on one page, by whatever the claim is known, and what is missing of it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from described_platform import DescribedPlatform, example

LETTERS = "/operations/dead-letters"
REPORT = "0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d99"
NONE: dict[str, Any] = {"items": [], "next_cursor": None}


def letter(**changed: object) -> dict[str, Any]:
    (listed,) = example("claims-svc", LETTERS)["items"]
    closed = {"erased_at": None, "replayed_at": None, "discarded_at": None}
    return {**listed, **closed, **changed}


def overview(**changed: object) -> dict[str, Any]:
    return {**example("claims-svc", "/claims/{reference}/overview"), **changed}


def test_a_claim_is_told_from_its_facts_to_its_traces(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.answer("notify-svc", LETTERS, {"items": [letter(code="handler-failed")], "next_cursor": None})

    assert platform.run("claim", "W7XK2M9QD4T") == 0

    page = capsys.readouterr().out
    titles = ("Claim W7XK2M9QD4T", "Facts", "Damage", "Rain", "Decision 1", "Money", "What happened", "Messages")
    places = [page.index(title) for title in (*titles, "Dead letters", "Traces")]
    assert places == sorted(places)
    claim = overview()
    assert claim["claim_id"] in page
    assert "heavy local precipitation" in page
    assert "40.2 mm" in page
    assert "€ 1,590.00" in page
    assert claim["facts"][0]["name"] in page
    assert "waits for somebody" in page
    assert "email" in page
    assert "handler-failed" in page
    assert claim["trace_id"] in page
    assert f"water dead-letters show {letter()['id']}" in page


def test_the_same_is_told_to_programs(platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]) -> None:
    assert platform.run("claim", "W7XK2M9QD4T", "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert set(told) == {
        *("asked", "claims", "claim", "timeline", "messages", "dead_letters", "trace_ids", "missing", "cut"),
    }
    assert told["claim"] == overview()
    assert told["timeline"] == example("claims-svc", "/claims/{reference}/timeline")["items"]
    assert told["messages"] == example("notify-svc", "/operations/messages")["messages"]


@pytest.mark.parametrize(
    ("asked", "queries"),
    [
        ("w7xk2m9qd4t", [{"reference": "W7XK2M9QD4T"}]),
        ("123456-531-04", [{"policy_number": "123456-531-04"}]),
        (REPORT, [{"claim_id": REPORT}, {"report_id": REPORT}]),
    ],
)
def test_it_is_found_by_whatever_it_is_known_by(
    platform: DescribedPlatform, asked: str, queries: list[dict[str, str]]
) -> None:
    assert platform.run("claim", asked) == 0

    searches = [dict(request.url.params) for request in platform.asked if request.url.path == "/claims"]
    assert [{name: value for name, value in query.items() if name != "limit"} for query in searches] == queries


def test_a_report_that_was_rejected_is_found_by_its_id(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.answer("claims-svc", "/claims", NONE)
    rejected = letter(code="not-json", reason="line 1 column 2", value_bytes=6)

    def find(request: httpx.Request) -> httpx.Response:
        items = [rejected] if request.url.params.get("about") == REPORT else []
        return httpx.Response(200, json={"items": items, "next_cursor": None})

    platform.answers["claims-svc", LETTERS] = find

    assert platform.run("claim", REPORT.upper()) == 0

    page = capsys.readouterr().out
    assert "not-json" in page
    assert "line 1 column 2" in page
    assert f"water dead-letters show {rejected['id']}" in page
    asked = [request.url.params for request in platform.asked if request.url.path == LETTERS]
    assert {query["closed"] for query in asked} == {"true"}, "one that was discarded is found as well"


def test_what_nobody_knows_is_said_to_be_unknown(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.answer("claims-svc", "/claims", NONE)

    assert platform.run("claim", REPORT) == 1

    assert "no claim and no dead letter is known by" in capsys.readouterr().err


def test_the_claims_of_a_policy_are_listed(platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]) -> None:
    first = example("claims-svc", "/claims")["items"][0]
    second = {**first, "reference": "WAAAAAAAAAA", "state": "referred"}
    platform.answer("claims-svc", "/claims", {"items": [first, second], "next_cursor": None})

    assert platform.run("claim", "123456-531-04") == 0

    page = capsys.readouterr().out
    assert first["reference"] in page
    assert "WAAAAAAAAAA" in page
    assert "water claim REFERENCE" in page


def test_a_part_that_is_missing_is_named_and_the_rest_is_told(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.away = {"notify-svc"}

    assert platform.run("claim", "W7XK2M9QD4T") == 0

    page = capsys.readouterr().out
    assert "Claim W7XK2M9QD4T" in page
    assert "Not told" in page
    assert "notify-svc cannot be reached at http://127.0.0.1:8094" in page
    assert "WATER_NOTIFY_URL" in page


def test_where_nothing_is_known_because_a_service_is_away_that_is_said(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.away = {"claims-svc"}

    assert platform.run("claim", "W7XK2M9QD4T") == 2

    assert "claims-svc cannot be reached" in capsys.readouterr().err


def test_what_a_service_that_was_not_asked_may_know_is_not_said_to_be_unknown(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.answer("claims-svc", "/claims", NONE)
    platform.away = {"policy-svc"}

    assert platform.run("claim", REPORT) == 2

    complained = capsys.readouterr().err
    assert "policy-svc cannot be reached" in complained
    assert "is known by" not in complained


def test_what_is_none_of_these_is_refused(platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]) -> None:
    assert platform.run("claim", "jan@example.nl") == 2

    assert "is no reference" in capsys.readouterr().err
    assert platform.asked == []


def test_a_claim_that_only_waits_says_for_what(platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]) -> None:
    waits = overview(state="waiting_for_rainfall", claim_version=0, outcome=None, money=None, rain=None, findings=[])
    platform.answer("claims-svc", "/claims/W7XK2M9QD4T/overview", waits)

    assert platform.run("claim", "W7XK2M9QD4T") == 0

    page = capsys.readouterr().out
    assert "waiting for rainfall" in page
    assert "asked, and not answered yet" in page
    assert "Money" not in page


def test_a_long_timeline_is_read_to_its_end(platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]) -> None:
    (entry,) = example("claims-svc", "/claims/{reference}/timeline")["items"]

    def page(request: httpx.Request) -> httpx.Response:
        place = int(request.url.params.get("cursor", "0"))
        item = {**entry, "kind": f"step_{place}"}
        return httpx.Response(200, json={"items": [item], "next_cursor": str(place + 1) if place < 2 else None})

    platform.answers["claims-svc", "/claims/W7XK2M9QD4T/timeline"] = page

    assert platform.run("claim", "W7XK2M9QD4T", "--json") == 0

    assert [each["kind"] for each in json.loads(capsys.readouterr().out)["timeline"]] == ["step_0", "step_1", "step_2"]


def test_what_is_longer_than_is_read_is_said_to_be(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    timeline = "/claims/W7XK2M9QD4T/timeline"
    entries = example("claims-svc", "/claims/{reference}/timeline")["items"]
    platform.answer("claims-svc", timeline, {"items": entries, "next_cursor": "more"})
    platform.answer("notify-svc", LETTERS, {"items": [letter()], "next_cursor": "more"})

    assert platform.run("claim", "W7XK2M9QD4T", "--json") == 0

    printed = capsys.readouterr()
    assert json.loads(printed.out)["cut"] == ["dead letters of notify-svc", "timeline"]
    assert "there are more than these timeline" in printed.err
    platform.answer("claims-svc", timeline, {"items": entries, "next_cursor": None})
    platform.answer("notify-svc", LETTERS, NONE)
    assert platform.run("claim", "W7XK2M9QD4T", "--json") == 0
    printed = capsys.readouterr()
    assert (json.loads(printed.out)["cut"], printed.err) == ([], "")
