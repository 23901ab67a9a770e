"""Policy terms, green card and declarations of a pet."""

from __future__ import annotations

from http import HTTPStatus

import pytest
from portal_world import Portal

NUMBER = "123456-531-04"
ONE = "/customers/{relation_number}/policies/{policy_number}"
PATH = f"/nl/insurances/{NUMBER}"


def insured(portal: Portal, kind: str) -> None:
    portal.policy.answers("GET", ONE, {**portal.policy.example("GET", ONE), "kind": kind})


async def test_terms_are_read_clause_by_clause_and_as_pdf(portal: Portal) -> None:
    browser = await portal.logged_in()
    page = await browser.get(f"{PATH}/terms")
    assert 'id="c2.4"' in page.text
    file = await browser.get(f"{PATH}/terms/file")
    assert file.headers["content-type"] == "application/pdf"
    assert "voorwaarden-home-2021.1.pdf" in file.headers["content-disposition"]
    assert portal.policy.asked[-1].url.params["language"] == "nl"


async def test_terms_that_are_on_paper_only_are_told_so(portal: Portal) -> None:
    portal.policy.refuses("GET", "/products/{version}/clauses", "not-found", status=404)
    page = await (await portal.logged_in()).get(f"{PATH}/terms")
    assert page.status_code == HTTPStatus.OK
    assert "alleen op papier" in page.text


async def test_a_car_has_a_green_card(portal: Portal) -> None:
    insured(portal, "car")
    browser = await portal.logged_in()
    assert f"{PATH}/green-card/file" in (await browser.get(f"{PATH}/green-card")).text
    file = await browser.get(f"{PATH}/green-card/file")
    assert file.headers["content-type"] == "application/pdf"
    assert f"{PATH}/green-card" in (await browser.get(PATH)).text


@pytest.mark.parametrize("path", ["green-card", "declarations"])
async def test_a_home_has_neither(portal: Portal, path: str) -> None:
    browser = await portal.logged_in()
    assert (await browser.get(f"{PATH}/{path}")).status_code == HTTPStatus.NOT_FOUND
    assert f"{PATH}/{path}" not in (await browser.get(PATH)).text


@pytest.mark.parametrize(
    ("problem", "status", "says"),
    [
        ("no-green-card", 409, "088 123 45 67"),
        ("no-postal-address", 409, 'href="/nl/personal"'),
        ("too-many-documents", 429, "probeer het morgen"),
        ("nothing-insured-then", 409, "vandaag niet verzekerd"),
    ],
)
async def test_without_a_green_card_it_is_told_what_to_do(portal: Portal, problem: str, status: int, says: str) -> None:
    insured(portal, "car")
    portal.policy.refuses("GET", f"{ONE}/green-card", problem, status=status)
    answer = await (await portal.logged_in()).get(f"{PATH}/green-card/file")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert says in answer.text


async def test_declarations_of_a_pet_tell_what_was_paid_and_why_not_all(portal: Portal) -> None:
    insured(portal, "pet")
    browser = await portal.logged_in()
    page = await browser.get(f"{PATH}/declarations")
    assert "€\u00a065,00 betaald van €\u00a090,00" in page.text
    one = await browser.get(f"{PATH}/declarations/D-2026-000123")
    assert "Dit deel valt onder uw eigen risico." in one.text
    assert "€\u00a065,00" in one.text


async def test_what_is_not_decided_yet_is_told_so(portal: Portal) -> None:
    insured(portal, "pet")
    path = f"{ONE}/declarations/{{declaration_number}}"
    example = portal.policy.example("GET", path)
    items = [{**example["items"][0], "paid_cents": None, "not_paid_because": None, "not_paid_in_words": None}]
    undecided = {"decided_on": None, "paid_on": None, "paid_cents": None, "items": items}
    portal.policy.answers("GET", path, {**example, **undecided})
    assert "nog niet bekend" in (await (await portal.logged_in()).get(f"{PATH}/declarations/D-2026-000123")).text
