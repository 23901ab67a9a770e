"""`water dead-letters replay --all`: page after page, one request each, and what fails stops nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
import pytest
from described_platform import DescribedPlatform, example

LETTERS = "/operations/dead-letters"
PAGE = 100
HANDLER_FAILED, REFUSED = "handler-failed", "malformed"


class Letters:
    """The open dead letters of weather-svc, in their order. Those in `failing` fail again; at `away_from` it ends."""

    def __init__(self, platform: DescribedPlatform, count: int, **changed: object) -> None:
        self.open = {str(UUID(int=number)): self._letter(number, changed) for number in range(count)}
        self.failing: set[str] = set()
        self.away_from: str | None = None
        self.replayed: list[str] = []
        platform.answers["weather-svc", LETTERS] = self._list
        for dead_letter_id in self.open:
            platform.answers["weather-svc", f"{LETTERS}/{dead_letter_id}/replay"] = self._replay

    def _letter(self, number: int, changed: Mapping[str, object]) -> dict[str, Any]:
        (shown,) = example("weather-svc", LETTERS)["items"]
        code = HANDLER_FAILED if number % 2 else REFUSED
        return {**shown, "id": str(UUID(int=number)), "code": code, **changed}

    def _list(self, request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("cursor", "")
        page = [letter for dead_letter_id, letter in self.open.items() if dead_letter_id > after][:PAGE]
        last = page[-1]["id"] if len(page) == PAGE else None
        return httpx.Response(200, json={"items": page, "next_cursor": last})

    def _replay(self, request: httpx.Request) -> httpx.Response:
        found = re.fullmatch(rf"{LETTERS}/(.*)/replay", request.url.path)
        assert found is not None
        if found[1] == self.away_from:
            raise httpx.ConnectError("gone", request=request)
        if found[1] in self.failing:
            return httpx.Response(409, json={"detail": "ZeroDivisionError in the handler"})
        del self.open[found[1]]
        self.replayed.append(found[1])
        return httpx.Response(200, json={"id": found[1], "settled_as": "replayed"})


def test_all_are_replayed_in_their_order_also_behind_the_first_five_thousand(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    letters = Letters(platform, 5_050)

    assert platform.run("dead-letters", "replay", "--all") == 0

    assert letters.open == {}
    assert letters.replayed == sorted(letters.replayed)
    printed = capsys.readouterr()
    assert "weather-svc: 5050 replayed, 0 failed again" in printed.out
    assert "claims-svc: nothing to replay" in printed.out
    assert "weather-svc: 5000 so far" in printed.err


def test_what_fails_again_stays_open_and_does_not_stop_the_others(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    letters = Letters(platform, 250)
    letters.failing = {str(UUID(int=3)), str(UUID(int=170))}

    assert platform.run("dead-letters", "replay", "--all", "--json") == 1

    printed = capsys.readouterr()
    told = json.loads(printed.out)["weather-svc"]
    assert len(told["replayed"]) == 248
    assert {one["id"] for one in told["failed"]} == letters.failing == set(letters.open)
    assert "ZeroDivisionError" in printed.err


@pytest.mark.parametrize(
    ("words", "replayed"),
    [
        (("--code", HANDLER_FAILED), 5),
        (("--consumer", "somebody-else"), 0),
        (("--service", "claims-svc"), 0),
        (("--service", "weather-svc", "--code", REFUSED), 5),
    ],
)
def test_some_are_chosen_by_service_code_and_consumer(
    platform: DescribedPlatform, words: tuple[str, ...], replayed: int
) -> None:
    letters = Letters(platform, 10)

    assert platform.run("dead-letters", "replay", "--all", *words) == 0

    assert len(letters.replayed) == replayed


def test_what_was_replayed_before_a_service_went_away_is_told(
    platform: DescribedPlatform, capsys: pytest.CaptureFixture[str]
) -> None:
    letters = Letters(platform, 10)
    letters.away_from = str(UUID(int=4))

    assert platform.run("dead-letters", "replay", "--all", "--json") == 2

    told = json.loads(capsys.readouterr().out)["weather-svc"]
    assert (told["replayed"], "cannot be reached" in told["missing"]) == (letters.replayed, True)
    assert len(letters.replayed) == 4


@pytest.mark.parametrize("words", [(), ("--all", str(UUID(int=1))), (str(UUID(int=1)), "--code", "malformed")])
def test_either_some_are_named_or_all_are_meant(platform: DescribedPlatform, words: tuple[str, ...]) -> None:
    assert platform.run("dead-letters", "replay", *words) == 2

    assert platform.asked == []
