"""Who may see which page: every page is asked for as everybody there is. What is declared for nobody is for nobody."""

from __future__ import annotations

import re
from http import HTTPStatus

import httpx
import pytest
from portal_world import Browser, Portal, forms_on

from contracts.access import Role
from portal_svc.domain.audience import admits
from portal_svc.rooms import all_rooms
from portal_svc.web.room import Page

PAGES = [page for room in all_rooms() for page in room.pages]
OUTSIDE = (Role.PARTNER, Role.SERVICE)
"""They have tokens, and no page is for them."""


def path_of(page: Page) -> str:
    return re.sub(r"\{\w+\}", "example", page.template.replace("{language}", "nl"))


async def asked(browser: Browser, page: Page) -> httpx.Response:
    if page.method == "GET":
        return await browser.get(path_of(page))
    (token,) = {
        form.values["csrf"][0] for form in forms_on(await browser.get("/nl/goodbye")) if "csrf" in form.values
    } or {""}
    return await browser.post(path_of(page), {"csrf": token})


def is_refusal(answer: httpx.Response) -> bool:
    if answer.status_code == HTTPStatus.FORBIDDEN:
        return True
    return answer.status_code == HTTPStatus.SEE_OTHER and "/enter?return=" in answer.headers["location"]


@pytest.mark.parametrize("role", [None, *Role], ids=str)
async def test_each_page_is_seen_by_whom_it_is_for_alone(portal: Portal, role: Role | None) -> None:
    for service in portal.services.values():
        service.is_away = True  # what is let in meets that, and is no refusal
    browser = portal.browser() if role is None else await portal.logged_in(role)
    for page in PAGES:
        if page.method == "POST" and (role is None or page.path == "/logout"):
            continue  # the former have no form to send, the latter would end what the next ones need
        answer = await asked(browser, page)
        assert is_refusal(answer) != admits(page.audience, role), (role, page, answer.status_code)


def test_no_page_is_for_programs() -> None:
    assert [page for page in PAGES if page.audience and page.audience & set(OUTSIDE)] == []


def test_only_a_form_may_be_sent_after_the_end_of_a_session() -> None:
    assert [page for page in PAGES if page.also_ended and page.method != "POST"] == []


async def test_a_form_without_a_session_is_not_taken(portal: Portal) -> None:
    browser = portal.browser()
    for page in PAGES:
        if page.method == "POST" and page.audience is not None:
            answer = await browser.post(path_of(page), {"x": "1"})
            assert answer.status_code == HTTPStatus.FORBIDDEN, page
