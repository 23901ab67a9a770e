"""Without login: was there enough rain, and is this proof right."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from claim_pages import PROOF
from portal_world import Portal

from portal_svc.web import cookies


async def test_a_click_on_the_map_asks_about_that_place_and_moment(portal: Portal) -> None:
    browser = portal.browser()
    page = await browser.get("/nl/rain")

    answer = await browser.submit(
        page, {"day": "2021-07-15", "time": "08:30", "map.x": "220", "map.y": "348"}, action="/rain"
    )

    assert "40.2 mm fell" in answer.text  # as the example has it
    assert "<svg" in answer.text
    (asked,) = portal.weather.bodies("POST", "/rain-checks")
    assert asked["from_at"] == asked["until_at"] == "2021-07-15T08:30:00+02:00"
    assert (asked["latitude"], asked["longitude"]) == (pytest.approx(51.182, abs=0.01), pytest.approx(5.7625, abs=0.01))


async def test_a_station_and_a_day_ask_about_the_whole_dutch_day(portal: Portal) -> None:
    browser = portal.browser()
    await browser.submit(await browser.get("/en/rain"), {"day": "2021-07-15", "station": "aws-377"}, action="/rain")
    (asked,) = portal.weather.bodies("POST", "/rain-checks")
    assert (asked["from_at"], asked["until_at"]) == ("2021-07-15T00:00:00+02:00", "2021-07-15T23:59:59+02:00")
    assert asked["latitude"] == 51.196646


async def test_what_is_asked_about_rain_is_kept_nowhere(portal: Portal) -> None:
    browser = portal.browser()
    answer = await browser.submit(
        await browser.get("/nl/rain"), {"day": "2021-07-15", "station": "aws-377"}, action="/rain"
    )
    assert "2021-07-15" not in str(answer.url)
    assert await portal.running.pool.fetchval("SELECT count(*) FROM draft") == 0
    assert await portal.running.pool.fetchval("SELECT count(*) FROM session") == 0
    assert set(browser.cookies) == {cookies.VISIT}


@pytest.mark.parametrize(
    "entered",
    [
        {"day": "", "station": "aws-377"},
        {"day": "2021-07-15", "station": ""},
        {"day": "2021-07-15", "map.x": "x", "map.y": "1"},
    ],
    ids=str,
)
async def test_without_place_or_moment_nothing_is_asked(portal: Portal, entered: dict[str, str]) -> None:
    browser = portal.browser()
    answer = await browser.submit(await browser.get("/nl/rain"), entered, action="/rain")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert portal.weather.bodies("POST", "/rain-checks") == []


async def test_a_place_abroad_is_told(portal: Portal) -> None:
    portal.weather.refuses("POST", "/rain-checks", "place-outside-the-netherlands", status=422)
    browser = portal.browser()
    answer = await browser.submit(
        await browser.get("/nl/rain"), {"day": "2021-07-15", "map.x": "1", "map.y": "1"}, action="/rain"
    )
    assert "ligt niet in Nederland" in answer.text


async def test_the_map_shows_the_stations(portal: Portal) -> None:
    answer = await portal.browser().get("/nl/rain/map.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert "Ell" in answer.text


async def checked(portal: Portal, contents: bytes, **found: object) -> str:
    example = portal.claims.example("POST", "/proof-checks")
    portal.claims.answers("POST", "/proof-checks", {**example, **found})
    browser = portal.browser()
    page = await browser.get("/nl/proof")
    files = [("proof", ("W7XK2M9QD4T-v1.json", contents, "application/json"))]
    return (await browser.submit(page, action="/proof", files=files)).text


async def test_a_proof_is_right_only_when_it_fits_and_is_on_record(portal: Portal) -> None:
    assert "klopt en is van ons" in await checked(portal, PROOF, differences=[], is_on_record=True)
    assert "is niet van ons" in await checked(portal, PROOF, differences=[], is_on_record=False)
    text = await checked(portal, PROOF, differences=["<the> verdict is another"], is_on_record=False)
    assert "Dit bewijs klopt niet" in text
    assert "&lt;the&gt; verdict is another" in text


@pytest.mark.parametrize("contents", [b"", b"\xff\xfe", b"x" * 50_001])
async def test_what_can_be_no_proof_is_told_and_not_asked(portal: Portal, contents: bytes) -> None:
    assert "Kies het bestand van het bewijs" in await checked(portal, contents)
    assert portal.claims.bodies("POST", "/proof-checks") == []
