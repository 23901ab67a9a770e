"""`water dead-letters`: listed and shown in a way that is safe to look at, and settled by the service that has them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from described_platform import DescribedPlatform, example

LETTERS = "/operations/dead-letters"
ID = "0198c5f3-1a1b-7c1d-8e1f-202122232425"
NOT_FOUND = {"detail": "Check the path."}


def only(platform: DescribedPlatform, owner: str, path: str) -> None:
    """Let `owner` alone know of what `path` names."""
    for service in ("auth-svc", "claims-svc", "notify-svc", "policy-svc", "weather-svc"):
        if service != owner:
            platform.answer(service, path, NOT_FOUND, status=404)


def whole(**changed: object) -> dict[str, Any]:
    return {**example("claims-svc", f"{LETTERS}/{{dead_letter_id}}"), **changed}


def test_a_list_tells_of_each_what_an_operator_looks_for(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = example("claims-svc", LETTERS)
    platform.answer("weather-svc", LETTERS, {**listed, "next_cursor": None})

    assert platform.run("dead-letters", "list") == 0

    page = capsys.readouterr().out
    (letter,) = listed["items"]
    for name in ("id", "code", "key", "ce_id", "ce_source", "trace_id", "reason", "consumer"):
        assert letter[name] in page
    asked = [request.url.params["closed"] for request in platform.asked]
    assert asked == ["false"] * 5


def test_a_list_for_programs_names_the_service_of_each(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.answer("weather-svc", LETTERS, {**example("weather-svc", LETTERS), "next_cursor": None})

    assert platform.run("dead-letters", "list", "--all", "--about", ID, "--json") == 0

    told = json.loads(capsys.readouterr().out)
    assert [letter["service"] for letter in told["dead_letters"]] == ["weather-svc"]
    assert {tuple(request.url.params[name] for name in ("closed", "about")) for request in platform.asked} == {
        ("true", ID)
    }


def test_a_list_that_lacks_a_service_says_so_and_fails(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.away = {"policy-svc"}

    assert platform.run("dead-letters", "list") == 2

    printed = capsys.readouterr()
    assert "no dead letters" in printed.out
    assert "policy-svc cannot be reached" in printed.err


def test_a_list_that_is_longer_than_is_read_says_so(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = example("weather-svc", LETTERS)
    platform.answer("weather-svc", LETTERS, {**listed, "next_cursor": "more"})

    assert platform.run("dead-letters", "list", "--json") == 0

    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert (len(told["dead_letters"]), told["more"]) == (50, True)
    assert "weather-svc has more than these" in printed.err
    platform.answer("weather-svc", LETTERS, {**listed, "next_cursor": None})
    assert platform.run("dead-letters", "list", "--json") == 0
    printed = capsys.readouterr()
    assert (json.loads(printed.out)["more"], printed.err) == (False, "")


def test_one_is_shown_with_its_value_decoded_by_whoever_has_it(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    only(platform, "notify-svc", f"{LETTERS}/{ID}")
    value = {"text": '{"name":"Jan","n":[1]}', "base64": None}
    platform.answer("notify-svc", f"{LETTERS}/{ID}", whole(value=value))

    assert platform.run("dead-letters", "show", ID) == 0

    page = capsys.readouterr().out
    assert '"name": "Jan"' in page
    assert "It may hold personal data" in page
    assert platform.run("dead-letters", "show", ID, "--json") == 0
    assert json.loads(capsys.readouterr().out)["decoded"] == {"name": "Jan", "n": [1]}


def test_a_record_cannot_command_the_terminal_that_shows_it(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    evil = "\x1b]0;owned\x07\x1b[2J[red]\u202e\x9b31m"
    only(platform, "claims-svc", f"{LETTERS}/{ID}")
    headers = [{"name": evil, "value": {"text": evil, "base64": None}}]
    shown = whole(value={"text": evil, "base64": None}, headers=headers, stack=evil)
    platform.answer("claims-svc", f"{LETTERS}/{ID}", shown)

    for words in (("show", ID), ("show", ID, "--json")):
        assert platform.run("dead-letters", *words) == 0
        page = capsys.readouterr().out
        assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(page)
        assert "[red]" in page, "what looks like markup is only text"


def test_some_are_replayed_and_others_discarded_for_a_reason(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    for how in ("replay", "discard"):
        only(platform, "weather-svc", f"{LETTERS}/{ID}/{how}")

    assert platform.run("dead-letters", "replay", ID) == 0
    assert platform.run("dead-letters", "discard", ID, "--because", "sent again") == 0

    assert "by weather-svc" in capsys.readouterr().out
    (discarded,) = [request for request in platform.asked if request.url.port == 8092 and request.content]
    assert (discarded.url.path, json.loads(discarded.content)) == (f"{LETTERS}/{ID}/discard", {"reason": "sent again"})


def test_nothing_is_discarded_without_a_reason(platform: DescribedPlatform) -> None:
    with pytest.raises(SystemExit, match="2"):
        platform.run("dead-letters", "discard", ID)

    assert platform.asked == []


@pytest.mark.parametrize(
    ("owner", "status", "detail", "code"),
    [
        ("claims-svc", 409, "ZeroDivisionError in the handler", 1),
        ("nobody", 404, "no service has a dead letter", 1),
        ("claims-svc", 503, "wait", 2),
        ("claims-svc", 401, "has expired. Get a new token for an operator", 2),
    ],
)
def test_what_was_not_done_is_said_with_why(
    platform: DescribedPlatform,
    capsys: pytest.CaptureFixture[str],
    owner: str,
    status: int,
    detail: str,
    code: int,
) -> None:
    path = f"{LETTERS}/{ID}/replay"
    only(platform, owner, path)
    told = detail.partition(". Get")[0]
    platform.answer("claims-svc", path, {"detail": f"{told}."}, status=status)

    assert platform.run("dead-letters", "replay", ID) == code

    assert detail in capsys.readouterr().err


def test_one_service_alone_is_asked_where_it_is_named(platform: DescribedPlatform) -> None:
    assert platform.run("dead-letters", "replay", ID, "--service", "policy-svc") == 0

    assert [request.url.port for request in platform.asked] == [8093]


def test_the_next_service_is_asked_where_the_first_is_away(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    platform.away = {"claims-svc"}
    for service in ("weather-svc", "policy-svc", "notify-svc", "auth-svc"):
        platform.answers[service, f"{LETTERS}/{ID}"] = lambda _: httpx.Response(404, json=NOT_FOUND)

    assert platform.run("dead-letters", "show", ID) == 2

    assert "claims-svc cannot be reached" in capsys.readouterr().err
