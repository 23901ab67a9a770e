"""The rooms of staff in Chromium: pictures, axe, and work by the keyboard alone, with and without scripts."""

from __future__ import annotations

from typing import Any

import pytest
from chromium_pages import CHROMIUM, chromium, examine
from portal_world import Portal
from test_desk import CLAIM, OTHER, OVERVIEW, QUEUE, REFERENCE, SEARCH

from contracts.access import Role

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"), pytest.mark.timeout(600)]
LINK = "wA9sZ0y3l5k7QpN1c2dM8bX4vT6rUeHjGfYiKoLxS_E"
FOCUSED = "document.activeElement.textContent"


def full_desk(portal: Portal) -> None:
    """Let there be much to see."""
    example: dict[str, Any] = portal.claims.example("GET", CLAIM)
    (proposal,), (evidence,) = example["proposals"], example["evidence_against"]
    (first,) = example["reports"]
    second = {**first, "report_id": "0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d12", "channel": "phone"}
    (one,) = example["can_be_decided"]
    portal.claims.answers(
        "GET",
        CLAIM,
        {
            **example,
            "waiting": {**example["waiting"], "taken_by": None},
            "reports": [first, second],
            "can_be_decided": [one, {**one, "route": None, "item": 0, "because": "damage_not_attributed"}],
            "proposals": [proposal, {**proposal, "state": "declined", "reason": "Not enough"}],
            "evidence_against": [{**evidence, "closed_at": None}],
        },
    )
    overview = portal.claims.example("GET", OVERVIEW)
    portal.claims.answers("GET", OVERVIEW, {**overview, "possible_duplicate_of": overview["claim_id"]})
    (found,) = portal.claims.example("GET", SEARCH)["items"]
    portal.claims.answers("GET", SEARCH, {"items": [{**found, "reference": OTHER}], "next_cursor": None})
    (waiting,) = portal.claims.example("GET", QUEUE)["items"]
    items = [waiting, {**waiting, "reference": OTHER, "taken_by": None, "due_at": "2999-01-01T00:00:00Z"}]
    portal.claims.answers("GET", QUEUE, {"items": items, "next_cursor": "more"})


async def test_the_desk_is_seen_in_both_languages_and_sizes(portal: Portal) -> None:
    full_desk(portal)
    async with chromium(portal) as browser:
        await browser.look_at("/desk", role=Role.CLAIMS_HANDLER, name="desk")
        await browser.look_at(f"/desk/claims/{REFERENCE}", role=Role.SENIOR_HANDLER, name="desk-claim")


async def test_operations_are_seen_in_both_languages_and_sizes(portal: Portal) -> None:
    async with chromium(portal) as browser:
        for path, name in (
            *(("", "services"), ("/timers", "timers"), ("/queues", "queues"), ("/rain", "rain")),
            *((f"/claims?q={REFERENCE}", "story"), ("/dead-letters?closed=true", "letters")),
            ("/dead-letters/claims/0198c5f3-1a1b-7c1d-8e1f-202122232425", "letter"),
        ):
            await browser.look_at(f"/operations{path}", role=Role.OPERATOR, name=f"operations-{name}")


async def test_an_invitation_is_accepted_without_typing_its_code(portal: Portal) -> None:
    async with chromium(portal) as browser:
        await browser.look_at("/staff", role=None, name="staff")
        await browser.look_at("/staff/ready", role=None, name="staff-ready")
        context = await browser.context(None, size="phone")
        page = await context.new_page()
        await page.goto(f"{portal.origin}/staff#{LINK}")
        assert await page.input_value("#link") == LINK
        assert "#" not in page.url
        await page.fill("#password", "vier woorden zonder verband")
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".qr svg")
        await examine(page, name="staff-app-nl-phone")
        await context.close()


async def test_a_handler_goes_from_claim_to_claim_by_keys(portal: Portal) -> None:
    full_desk(portal)
    async with chromium(portal) as browser:
        context = await browser.context(Role.CLAIMS_HANDLER)
        page = await context.new_page()
        await page.goto(f"{portal.origin}/nl/desk")
        await page.keyboard.press("j")
        assert REFERENCE in await page.evaluate(FOCUSED)
        await page.keyboard.press("j")
        assert OTHER in await page.evaluate(FOCUSED)
        await page.keyboard.press("k")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/desk/claims/{REFERENCE}")
        await page.keyboard.press("j")
        assert await page.evaluate("document.activeElement.id") == "decide"

        # Typing is typing, and who dictates switches the keys off.
        await page.focus("#reason-0")
        await page.keyboard.type("jk")
        assert await page.input_value("#reason-0") == "jk"
        await page.click(".keys summary")
        await page.click("#keys")
        await page.keyboard.press("j")
        assert await page.evaluate("document.activeElement.id") == "keys"
        await context.close()


async def test_a_claim_is_decided_by_the_keyboard_where_no_script_runs(portal: Portal) -> None:
    full_desk(portal)
    async with chromium(portal) as browser:
        context = await browser.context(Role.CLAIMS_HANDLER, scripts=False)
        page = await context.new_page()
        await page.goto(f"{portal.origin}/en/desk/claims/{REFERENCE}")
        assert not await page.is_visible("#keys")
        await page.focus("#outcome-0")
        await page.keyboard.press("Space")
        await page.focus("#reason-0")
        await page.keyboard.type("The street was under water")
        await page.focus("form[action$='/decide'] button")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**?done=decided")
        (body,) = portal.claims.bodies("POST", f"{CLAIM}/rulings")
        assert body["rulings"][0]["reason"] == "The street was under water"
        await context.close()
