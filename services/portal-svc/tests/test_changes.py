"""Changes of an insurance: each is shown before it is made."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import httpx
import pytest
from my_pages import NUMBER, ONE, PREVIEW_ID, PREVIEWS, insured, shows
from portal_world import Browser, Portal

CHANGE = f"/nl/insurances/{NUMBER}/change"


async def asked(portal: Portal, change: str, values: dict[str, Any], *, kind: str = "buildings") -> tuple[Browser, Any]:
    insured(portal, kind)
    browser = await portal.logged_in()
    page = await browser.get(f"{CHANGE}/{change}")
    return browser, await browser.submit(page, values, action=f"/{change}")


@pytest.mark.parametrize(
    ("kind", "offered"),
    [
        ("buildings", {"cover", "deductible", "move", "cancel"}),
        ("car", {"cover", "deductible", "plate", "cancel"}),
        ("travel", {"cover", "deductible", "cancel"}),
    ],
)
async def test_what_can_be_changed_belongs_to_the_kind_of_insurance(
    portal: Portal, kind: str, offered: set[str]
) -> None:
    insured(portal, kind)
    text = (await (await portal.logged_in()).get(CHANGE)).text
    assert {one for one in ("cover", "deductible", "move", "plate", "cancel") if f"/change/{one}" in text} == offered


async def test_what_cannot_be_changed_here_is_told(portal: Portal) -> None:
    insured(portal, can_be_changed=False, why_not="Deze verzekering is gestopt.")
    browser = await portal.logged_in()
    for path in (CHANGE, f"{CHANGE}/cover"):
        answer = await browser.get(path)
        assert "Deze verzekering is gestopt." in answer.text
        assert "/change/cover" not in answer.text.replace(f'href="/en/insurances/{NUMBER}/change/cover"', "")


async def test_a_change_that_there_is_not_is_not_found(portal: Portal) -> None:
    assert (await (await portal.logged_in()).get(f"{CHANGE}/everything")).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("change", "kind", "values", "body"),
    [
        ("cover", "buildings", {"covers": ["buildings", "contents"]}, {"covers": ["buildings", "contents"]}),
        (
            "deductible",
            "buildings",
            {"deductible": "50000", "effective_on": "2026-12-01"},
            {"deductible_cents": 50_000, "effective_on": "2026-12-01"},
        ),
        (
            "move",
            "contents",
            {
                "postcode": "6011 ra",
                "house_number": "12a",
                "home_type": "corner",
                "features": "thatched_roof",
                "floor_area_m2": "120",
                "built_in": "1978",
            },
            {
                "home": {
                    "postcode": "6011 RA",
                    "house_number": "12A",
                    "home_type": "corner",
                    "features": ["thatched_roof"],
                    "building": {"floor_area_m2": 120, "built_in": 1978},
                }
            },
        ),
        (
            "plate",
            "car",
            {"licence_plate": "g-001-bb", "which": "other", "make": "Volvo", "model": "V60", "list_price": "45.000"},
            {"licence_plate": "G-001-BB", "make": "Volvo", "model": "V60", "list_price_cents": 4_500_000},
        ),
        ("plate", "car", {"licence_plate": "G-001-BB", "which": "same"}, {"licence_plate": "G-001-BB"}),
        ("cancel", "travel", {"effective_on": "2027-01-01"}, {"effective_on": "2027-01-01"}),
    ],
)
async def test_each_change_is_computed_and_shown_first(
    portal: Portal, change: str, kind: str, values: dict[str, Any], body: dict[str, Any]
) -> None:
    _, answer = await asked(portal, change, values, kind=kind)
    assert answer.headers["location"] == f"{CHANGE}/{change}/{PREVIEW_ID}"
    kinds = {"plate": "licence_plate", "cancel": "cancellation"}
    assert portal.policy.bodies("POST", PREVIEWS) == [{"kind": kinds.get(change, change), **body}]


async def test_a_form_that_is_sent_twice_is_one_request(portal: Portal) -> None:
    insured(portal)
    browser = await portal.logged_in()
    page = await browser.get(f"{CHANGE}/cancel")
    for _ in range(2):
        await browser.submit(page, action="/cancel")
    keys = [one.headers["idempotency-key"] for one in portal.policy.asked if one.method == "POST"]
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.mark.parametrize(
    ("change", "kind", "values", "says"),
    [
        ("move", "buildings", {}, "Vul dit in."),
        ("move", "buildings", {"home_type": "castle", "postcode": "6011RA", "house_number": "1"}, "Vul dit in."),
        ("move", "buildings", {"floor_area_m2": "5"}, "van 10 tot 2000"),
        ("move", "buildings", {"built_in": "1e3"}, "van 1000 tot 2200"),
        ("plate", "car", {"which": "other", "licence_plate": "G-001-BB"}, "Vul dit in."),
        ("plate", "car", {"make": "Volvo", "list_price": "veel"}, "hele euro"),
        ("deductible", "buildings", {"deductible": ""}, "Kies een van de bedragen"),
        ("cover", "buildings", {"covers": []}, "ten minste één dekking"),
        ("cancel", "travel", {"effective_on": "gauw"}, "Kies een dag uit de kalender"),
    ],
)
async def test_what_is_missing_is_told_and_nothing_is_asked(
    portal: Portal, change: str, kind: str, values: dict[str, Any], says: str
) -> None:
    _, answer = await asked(portal, change, values, kind=kind)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert says in answer.text
    assert portal.policy.bodies("POST", PREVIEWS) == []


@pytest.mark.parametrize(
    ("problem", "status", "says"),
    [
        ("nothing-changes", 422, "Zo is het al"),
        ("day-too-early", 422, "Kies morgen of later"),
        ("ends-already", 409, "stopt al"),
        ("premium-not-computed", 409, "088 123 45 67"),
    ],
)
async def test_a_refusal_is_told_with_what_to_do(portal: Portal, problem: str, status: int, says: str) -> None:
    portal.policy.refuses("POST", PREVIEWS, problem, status=status)
    _, answer = await asked(portal, "deductible", {"deductible": "50000"})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert says in answer.text
    assert 'value="50000" checked' in answer.text


async def test_a_home_that_is_not_insured_is_told_by_each_rule(portal: Portal) -> None:
    rules = [{"code": "canal_house", "rule": "Geen grachtenpanden.", "advice": "Vraag een makelaar."}]
    portal.policy.refuses("POST", PREVIEWS, "home-not-accepted", status=422, refusals=rules)
    values = {"postcode": "1015CJ", "house_number": "1", "home_type": "canal_house"}
    _, answer = await asked(portal, "move", values)
    assert "Geen grachtenpanden. Vraag een makelaar." in answer.text
    assert 'value="1015CJ"' in answer.text


async def test_a_plate_that_there_cannot_be_is_told_in_the_words_of_the_service(portal: Portal) -> None:
    portal.policy.refuses("POST", PREVIEWS, "licence-plate-impossible", status=422, detail="SS komt niet voor.")
    _, answer = await asked(portal, "plate", {"licence_plate": "SS-01-BB", "which": "same"}, kind="car")
    assert "SS komt niet voor." in answer.text


async def test_a_preview_tells_everything_and_money_in_words(portal: Portal) -> None:
    insured(portal)
    shows(portal)
    page = await (await portal.logged_in()).get(f"{CHANGE}/deductible/{PREVIEW_ID}")
    for told in (
        "27 november 2026",
        "Eigen risico",
        "Vanaf 1 december 2026 niet meer verzekerd: Inboedel.",
        "€\u00a012,50 per jaar minder",
        "/nl/insurances/123456-532-05/change/move",
    ):
        assert told in page.text
    shows(portal, premium_difference_cents=0)
    assert "evenveel als nu" in (await (await portal.logged_in()).get(f"{CHANGE}/deductible/{PREVIEW_ID}")).text


async def test_the_end_of_an_insurance_says_why_it_is_that_day(portal: Portal) -> None:
    insured(portal)
    ending = {"reason": "withdrawn", "text": "U kunt nog herroepen.", "whole_premium_comes_back": True}
    shows(portal, ending=ending, after=None, premium_difference_cents=None, changes=[], lost=[])
    page = await (await portal.logged_in()).get(f"{CHANGE}/cancel/{PREVIEW_ID}")
    assert "U kunt nog herroepen. U krijgt de hele premie terug." in page.text
    assert "Ja, zeg de verzekering op" in page.text


async def test_what_was_shown_is_made_when_it_is_confirmed(portal: Portal) -> None:
    example = portal.policy.example("GET", ONE)
    insured(portal, upcoming=[{**example["terms"], "effective_on": "2026-11-27"}])
    shows(portal)
    browser = await portal.logged_in()
    page = await browser.get(f"{CHANGE}/deductible/{PREVIEW_ID}")
    done = await browser.to_the_end(await browser.submit(page, action=PREVIEW_ID))
    assert "Het is geregeld" in done.text
    assert [one.url.path for one in portal.policy.asked if one.method == "POST"] == [
        f"/customers/123456/policies/{NUMBER}/change-previews/{PREVIEW_ID}/confirmation"
    ]


async def test_nothing_is_said_to_be_done_that_is_not(portal: Portal) -> None:
    insured(portal, upcoming=[])
    shows(portal)
    answer = await (await portal.logged_in()).get(f"{CHANGE}/deductible/{PREVIEW_ID}/done")
    assert answer.headers["location"] == f"{CHANGE}/deductible/{PREVIEW_ID}"


@pytest.mark.parametrize(("problem", "status"), [("preview-stale", 409), ("preview-expired", 410)])
async def test_what_is_not_as_it_was_shown_is_looked_at_anew(portal: Portal, problem: str, status: int) -> None:
    insured(portal)
    shows(portal)
    portal.policy.refuses("POST", f"{PREVIEWS}/{{preview_id}}/confirmation", problem, status=status)
    browser = await portal.logged_in()
    page = await browser.get(f"{CHANGE}/move/{PREVIEW_ID}")
    answer: httpx.Response = await browser.submit(page, action=PREVIEW_ID)
    assert "Er is niets veranderd" in answer.text
    assert f"{CHANGE}/move" in answer.text
