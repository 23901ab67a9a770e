"""The first pages in Chromium, in both languages, on a phone and a desk, in the dark."""

from __future__ import annotations

import pytest
from chromium_pages import CHROMIUM, chromium
from portal_world import Portal

from contracts.access import Role

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"), pytest.mark.timeout(300)]


async def test_the_first_pages(portal: Portal) -> None:
    async with chromium(portal) as browser:
        await browser.look_at("", role=None, name="home")
        await browser.look_at("/goodbye", role=None, name="goodbye")
        await browser.look_at("/insurances", role=Role.CUSTOMER, name="insurances")
        await browser.look_at("/insurances/123456-531-04", role=Role.CUSTOMER, name="insurance")


async def test_logging_out_works_without_scripts(portal: Portal) -> None:
    async with chromium(portal) as browser:
        context = await browser.context(Role.CUSTOMER, scripts=False)
        page = await context.new_page()
        await page.goto(f"{portal.origin}/nl/insurances")
        await page.get_by_role("button", name="Uitloggen").click()
        await page.get_by_role("heading", name="U bent uitgelogd").wait_for()
        await page.goto(f"{portal.origin}/nl")
        assert await page.get_by_role("link", name="Inloggen").is_visible()
        await context.close()
