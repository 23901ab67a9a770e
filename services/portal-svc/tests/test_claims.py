"""Following a claim."""

from __future__ import annotations

import json
from datetime import timedelta
from http import HTTPStatus

import pytest
from claim_pages import CLAIM, PROOF, REFERENCE, has_claim
from portal_world import Portal

from portal_svc.domain.rain_chart import charts_in_proof
from portal_svc.rooms.claims import cents_in

PATH = f"/nl/claims/{REFERENCE}"


async def test_a_claim_tells_state_timeline_rain_money_and_proof(portal: Portal) -> None:
    has_claim(portal)
    text = (await (await portal.logged_in()).get(PATH)).text
    for expected in ("€ 1.590,00", "Beslist: de schade is verzekerd.", "Uw eigen risico", "<svg", "Bewijs downloaden"):
        assert expected in text.replace("\u00a0", " "), expected


async def test_before_a_decision_there_is_no_proof_and_nothing_to_review(portal: Portal) -> None:
    has_claim(portal)
    portal.claims.refuses("GET", f"{CLAIM}/proof", "not-found", status=404)
    text = (await (await portal.logged_in()).get(PATH)).text
    assert "Bewijs downloaden" not in text
    assert "/review" not in text


async def test_the_proof_is_downloaded_byte_for_byte(portal: Portal) -> None:
    has_claim(portal)
    answer = await (await portal.logged_in()).get(f"{PATH}/proof/file")
    assert answer.content == PROOF
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{REFERENCE}-v1.json"


async def test_the_proof_is_checked_on_the_page(portal: Portal) -> None:
    has_claim(portal)
    answer = await (await portal.logged_in()).get(f"{PATH}/proof")
    assert "Dit bewijs klopt en is van ons" in answer.text
    assert portal.claims.bodies("POST", "/proof-checks") == [{"proof": PROOF.decode()}]


async def test_a_review_is_asked_for_once_however_often_it_is_sent(portal: Portal) -> None:
    browser = await portal.logged_in()
    page = await browser.get(f"{PATH}/review")
    for _ in range(2):
        answer = await browser.submit(page, {"reason": "De put liep over."}, action="/review")
        assert answer.headers["location"] == f"{PATH}#review"
    keys = {one.headers["idempotency-key"] for one in portal.claims.asked if one.method == "POST"}
    assert len(keys) == 1
    assert portal.claims.bodies("POST", f"{CLAIM}/reviews") == [{"reason": "De put liep over."}] * 2


async def test_a_review_without_a_reason_is_not_sent(portal: Portal) -> None:
    browser = await portal.logged_in()
    answer = await browser.submit(await browser.get(f"{PATH}/review"), {"reason": " "}, action="/review")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert portal.claims.bodies("POST", f"{CLAIM}/reviews") == []


async def test_a_reason_that_is_sent_after_the_session_has_ended_is_there_after_logging_in(portal: Portal) -> None:
    browser = await portal.logged_in()
    page = await browser.get(f"{PATH}/review")
    portal.clock.advance(timedelta(hours=2))

    answer = await browser.submit(page, {"reason": "De put liep over."}, action="/review")

    assert answer.headers["location"] == f"{PATH}/review"
    assert (await browser.get(f"{PATH}/review")).headers["location"].startswith("/nl/enter?return=")
    assert "De put liep over." in (await (await portal.logged_in()).get(f"{PATH}/review")).text
    stranger = await portal.logged_in(subject="somebody-else")
    assert "De put liep over." not in (await stranger.get(f"{PATH}/review")).text


async def test_something_new_is_told_with_what_is_filled_in_alone(portal: Portal) -> None:
    browser = await portal.logged_in()
    page = await browser.get(f"{PATH}/news")
    answer = await browser.submit(
        page, {"from": "2021-07-15T08:30", "damage-buildings": "1.840,50", "damage-contents": ""}, action="/news"
    )
    assert answer.headers["location"] == PATH
    (told,) = portal.claims.bodies("POST", f"{CLAIM}/news")
    assert told == {
        "loss": {"from_at": "2021-07-15T08:30:00+02:00", "until_at": "2021-07-15T08:30:00+02:00"},
        "damage": [{"kind": "buildings", "amount_cents": 184_050}],
    }


@pytest.mark.parametrize(
    ("typed", "cents"),
    [("250", 25_000), ("1.250", 125_000), ("1250,5", 125_050), ("€ 1,250.50", 125_050), ("1.250,50", 125_050)]
    + [(wrong, None) for wrong in ("-5", "veel", "", "1e3", "٣", "99999999999")],
)
def test_amounts_are_read_as_people_write_them(typed: str, cents: int | None) -> None:
    assert cents_in(typed) == cents


def test_a_chart_shows_every_hour_with_rain_the_windows_and_the_loss() -> None:
    proof = json.loads(PROOF)
    station = proof["basis"]["rain"]["stations"][0]
    (chart,) = charts_in_proof(proof)
    assert chart.station == station["station"]["name"]
    assert [(one.window.within_hours, one.window.sum_tenths) for one in chart.bands] == [
        (one["within_hours"], one["best_sum_tenths_mm"]) for one in station["readings"][0]["windows"]
    ]
    assert chart.bars
    for bar in chart.bars:
        assert 40 <= bar.x <= 720
        assert 0 <= bar.y <= chart.bottom
    assert chart.loss is not None
    assert max(band.y for band in chart.bands) < chart.height
