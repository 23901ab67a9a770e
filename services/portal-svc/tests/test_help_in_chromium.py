"""Help in Chromium, in both languages, on a phone and a desk, in the dark."""

from __future__ import annotations

import pytest
from chromium_pages import CHROMIUM, chromium
from portal_world import Portal

from contracts.access import Role

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"), pytest.mark.timeout(600)]
QUESTION_ID = "0198c5f2-9a10-7c43-9a51-6f2f3b1c7d12"


async def test_pages_of_help(portal: Portal) -> None:
    async with chromium(portal) as browser:
        await browser.look_at("/help", role=None, name="help")
        await browser.look_at("/help?q=kelder", role=Role.CUSTOMER, name="help-found")
        await browser.look_at("/help/ask", role=Role.CUSTOMER, name="help-ask")
        await browser.look_at("/help/mine?sent=1", role=Role.CUSTOMER, name="help-mine")
        await browser.look_at("/questions", role=Role.CLAIMS_HANDLER, name="questions")
        await browser.look_at(f"/questions/{QUESTION_ID}", role=Role.CLAIMS_HANDLER, name="question")


async def test_a_link_to_a_question_opens_its_answer_without_scripts(portal: Portal) -> None:
    async with chromium(portal) as browser:
        context = await browser.context(None, size="phone", scripts=False)
        page = await context.new_page()
        await page.goto(f"{portal.origin}/nl/help#heavy-rain")
        assert await page.get_by_text("40 mm binnen 24 uur").is_visible()
        assert not await page.get_by_text("Sinds 31 mei 2015").is_visible()
        await context.close()
