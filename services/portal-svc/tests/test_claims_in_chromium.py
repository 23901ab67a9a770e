"""The pages about claims, rain and proofs in Chromium."""

from __future__ import annotations

import pytest
from chromium_pages import CHROMIUM, chromium, examine
from claim_pages import REFERENCE, has_claim
from portal_world import Portal

from contracts.access import Role

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"), pytest.mark.timeout(600)]


async def test_following_a_claim(portal: Portal) -> None:
    has_claim(portal, questions=True)
    async with chromium(portal) as browser:
        await browser.look_at("/claims", role=Role.CUSTOMER, name="claims")
        for part in ("", "/proof", "/review", "/news", "/questions", "/photos", "/next"):
            name = f"claim{part.replace('/', '-')}"
            await browser.look_at(f"/claims/{REFERENCE}{part}", role=Role.CUSTOMER, name=name)


async def test_reporting_from_the_first_page_to_the_first_question_without_scripts(portal: Portal) -> None:
    async with chromium(portal) as browser:
        context = await browser.context(Role.CUSTOMER, size="phone", scripts=False)
        page = await context.new_page()
        await page.goto(f"{portal.origin}/nl")
        await page.get_by_role("link", name="Schade melden").click()
        await page.get_by_role("radio").first.check()
        await page.get_by_role("button", name="Verder").click()
        await page.get_by_label("Dag").fill("2021-07-15")
        await page.get_by_role("button", name="Verder").click()
        await page.get_by_role("button", name="Melding versturen").click()
        await page.get_by_role("heading", name="Kwam het water door een raam").wait_for()
        assert page.url == f"{portal.origin}/nl/claims/{REFERENCE}/questions"
        await context.close()


async def test_rain_by_a_click_on_the_map_and_a_proof(portal: Portal) -> None:
    async with chromium(portal) as browser:
        await browser.look_at("/rain", role=None, name="rain")
        await browser.look_at("/proof", role=None, name="proof")
        context = await browser.context(None, size="phone")
        page = await context.new_page()
        await page.goto(f"{portal.origin}/nl/rain")
        await page.get_by_label("Dag").fill("2021-07-15")
        await page.locator("input[type=image]").click(position={"x": 200, "y": 330})
        await page.get_by_text("40.2 mm fell").wait_for()
        await examine(page, name="rain-answer-nl-phone")
        await context.close()
