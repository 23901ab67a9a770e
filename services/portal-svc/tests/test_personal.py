"""Personal data: shown before and after, and changed when it is confirmed."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import pytest
from portal_world import SUBJECT, Portal

from contracts.access import Role

PREVIEWS = "/customers/{relation_number}/personal-data-previews"
CONFIRMATION = f"{PREVIEWS}/{{preview_id}}/confirmation"


def shows(portal: Portal, **changed: Any) -> None:  # noqa: ANN401 - JSON
    example = portal.policy.example("POST", PREVIEWS)
    portal.policy.answers("POST", PREVIEWS, {**example, "after": {**example["after"], **changed}})


async def test_a_change_is_shown_before_and_after_and_then_made(portal: Portal) -> None:
    shows(portal, email="new@example.org", postal_address=None, unwanted_channels=["email", "sms"])
    browser = await portal.logged_in()
    form = await browser.get("/nl/personal")
    values = {"email": "new@example.org", "postcode": "", "house_number": "", "unwanted_channels": ["sms", "email"]}
    page = await browser.to_the_end(await browser.submit(form, values, action="/personal"))
    for told in ("j.voorbeeld@example.org", "new@example.org", "6011RA", "geen", "e-mail, sms"):
        assert told in page.text
    assert 'scope="row">Naam' not in page.text  # which stays
    done = await browser.to_the_end(await browser.submit(page, action="/preview"))
    assert "Uw gegevens zijn veranderd" in done.text
    assert portal.policy.bodies("POST", PREVIEWS) == [
        {
            "name": "J. Voorbeeld",
            "email": "new@example.org",
            "mobile_phone": "+31612345678",
            "postal_address": None,
            "language": "nl",
            "unwanted_channels": ["email", "sms"],
        }
    ]
    assert (await browser.get("/nl/personal/preview")).headers["location"] == "/nl/personal"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("06 12345678", "+31612345678"), ("0032 470 12 34 56", "+32470123456"), ("+31 6-12345678", "+31612345678")],
)
async def test_a_number_may_be_typed_as_people_write_it(portal: Portal, typed: str, sent: str) -> None:
    browser = await portal.logged_in()
    await browser.submit(await browser.get("/nl/personal"), {"mobile_phone": typed}, action="/personal")
    assert portal.policy.bodies("POST", PREVIEWS)[0]["mobile_phone"] == sent


@pytest.mark.parametrize(
    ("problem", "status", "says"),
    [
        ("nothing-changes", 422, "Zo staat het er al"),
        ("unreachable", 422, "kunnen we u niet schrijven"),
        ("address-impossible", 422, "Not this."),
        ("invalid", 422, "Vul uw naam in"),
    ],
)
async def test_what_is_not_taken_is_told_and_stays_in_the_form(
    portal: Portal, problem: str, status: int, says: str
) -> None:
    portal.policy.refuses("POST", PREVIEWS, problem, status=status)
    browser = await portal.logged_in()
    answer = await browser.submit(await browser.get("/nl/personal"), {"name": "Ander"}, action="/personal")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert says in answer.text
    assert 'value="Ander"' in answer.text


async def test_a_field_that_is_wrong_is_named(portal: Portal) -> None:
    errors = [{"in": "body", "field": "/mobile_phone", "message": "no"}]
    portal.policy.refuses("POST", PREVIEWS, "invalid", status=422, errors=errors)
    browser = await portal.logged_in()
    answer = await browser.submit(await browser.get("/nl/personal"), action="/personal")
    assert 'href="#mobile_phone"' in answer.text


async def test_half_an_address_is_told_without_asking(portal: Portal) -> None:
    browser = await portal.logged_in()
    answer = await browser.submit(await browser.get("/nl/personal"), {"house_number": ""}, action="/personal")
    assert "allebei" in answer.text
    assert portal.policy.bodies("POST", PREVIEWS) == []


async def test_what_was_shown_to_one_customer_is_not_shown_to_another(portal: Portal) -> None:
    mine = await portal.logged_in()
    await mine.submit(await mine.get("/nl/personal"), action="/personal")
    assert (await mine.get("/nl/personal/preview")).status_code == HTTPStatus.OK
    other = SUBJECT.replace("7", "8")
    theirs = await portal.logged_in(Role.CUSTOMER, subject=other, relation_number="654321")
    assert (await theirs.get("/nl/personal/preview")).headers["location"] == "/nl/personal"


async def test_what_is_not_as_it_was_shown_is_looked_at_anew(portal: Portal) -> None:
    portal.policy.refuses("POST", CONFIRMATION, "preview-stale", status=409)
    browser = await portal.logged_in()
    page = await browser.to_the_end(await browser.submit(await browser.get("/nl/personal"), action="/personal"))
    assert "Er is niets veranderd" in (await browser.submit(page, action="/preview")).text
    assert (await browser.get("/nl/personal/preview")).headers["location"] == "/nl/personal"
