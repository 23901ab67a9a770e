"""My insurances, and one of them with its schedule and documents."""

from __future__ import annotations

from http import HTTPStatus

from portal_world import Portal

LIST = "/customers/{relation_number}/policies"
ONE = f"{LIST}/{{policy_number}}"


async def test_all_insurances_are_listed_those_in_force_first(portal: Portal) -> None:
    page = portal.policy.example("GET", LIST)
    (example,) = page["items"]
    items = [
        {**example, "status": status, "policy_number": f"123456-531-0{n}"}
        for n, status in enumerate(("ended", "in_force"))
    ]
    portal.policy.answers("GET", LIST, {**page, "items": items})

    text = (await (await portal.logged_in()).get("/nl/insurances")).text

    assert text.index("123456-531-01") < text.index("123456-531-00")
    assert portal.policy.asked[-1].url.path == "/customers/123456/policies"


async def test_a_list_of_many_pages_is_shown_whole(portal: Portal) -> None:
    page = portal.policy.example("GET", LIST)
    portal.policy.answers(
        "GET", LIST, {**page, "next_cursor": "more"}, only_if=lambda asked: "cursor" not in asked.url.params
    )
    portal.policy.answers(
        "GET", LIST, {**page, "next_cursor": None}, only_if=lambda asked: "cursor" in asked.url.params
    )
    text = (await (await portal.logged_in()).get("/nl/insurances")).text
    assert text.count('class="row"') == 2


async def test_one_insurance_tells_cover_premium_and_documents_in_the_language_of_the_page(portal: Portal) -> None:
    browser = await portal.logged_in()
    dutch, english = (
        (await browser.get("/nl/insurances/123456-531-04")).text.replace("\u00a0", " "),
        (await browser.get("/en/insurances/123456-531-04")).text.replace("\u00a0", " "),
    )
    assert "€ 20,01 per maand" in dutch
    assert "€ 20.01 a month" in english
    assert "1 april 2019" in dutch
    assert "1 April 2019" in english
    assert {one.headers["accept-language"] for one in portal.policy.asked} == {"nl", "en"}


async def test_the_schedule_of_a_day_is_a_pdf_to_download(portal: Portal) -> None:
    answer = await (await portal.logged_in()).get("/nl/insurances/123456-531-04/schedule?on=2026-05-01")
    assert answer.headers["content-type"] == "application/pdf"
    assert (
        answer.headers["content-disposition"] == "attachment; filename*=UTF-8''polisblad-123456-531-04-2026-05-01.pdf"
    )
    assert portal.policy.asked[-1].url.params["on"] == "2026-05-01"
    assert portal.policy.asked[-1].url.params["language"] == "nl"


async def test_a_day_that_is_none_is_told_beside_the_field_and_nothing_is_asked(portal: Portal) -> None:
    answer = await (await portal.logged_in()).get("/nl/insurances/123456-531-04/schedule?on=gisteren")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Kies een dag uit de kalender" in answer.text
    assert 'value="gisteren"' in answer.text
    assert not [one for one in portal.policy.asked if one.url.path.endswith("/schedule")]


async def test_a_day_without_insurance_is_told(portal: Portal) -> None:
    portal.policy.refuses("GET", f"{ONE}/schedule", "not-insured-on-that-day", status=409)
    answer = await (await portal.logged_in()).get("/nl/insurances/123456-531-04/schedule?on=1999-05-01")
    assert "was u met deze polis niet verzekerd" in answer.text


async def test_an_insurance_of_somebody_else_is_not_there(portal: Portal) -> None:
    portal.policy.refuses("GET", ONE, "not-found", status=404)
    answer = await (await portal.logged_in()).get("/nl/insurances/999999-531-04")
    assert answer.status_code == HTTPStatus.NOT_FOUND


async def test_what_somebody_types_into_the_address_stays_one_part_of_a_path(portal: Portal) -> None:
    answer = await (await portal.logged_in()).get("/nl/insurances/..%2F..%2F654321")
    assert answer.status_code == HTTPStatus.NOT_FOUND
    assert all(one.url.path.startswith("/customers/123456") for one in portal.policy.asked)
