"""Pages of the portal in a real Chromium: pictures for people, axe for what machines can find, width, requests."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]  # comes without types
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from portal_world import Portal

from contracts.access import Role
from portal_svc.web import cookies

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PICTURES = Path(__file__).parents[3] / "build" / "portal"
SIZES = {"phone": (360, 780), "desk": (1280, 900)}
MOST_PAGE_BYTES = 60_000
_RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


@dataclass
class Chromium:
    """A browser, in which somebody may be logged in."""

    browser: Browser
    portal: Portal

    async def context(
        self, role: Role | None, *, size: str = "desk", is_dark: bool = False, scripts: bool = True
    ) -> BrowserContext:
        """Open a window of its own, logged in as `role`."""
        width, height = SIZES[size]
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if is_dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        if role is not None:
            secret = await self.portal.begin_session(role)
            await context.add_cookies(
                [
                    {
                        "name": cookies.SESSION,
                        "value": secret,
                        "url": self.portal.origin.replace("http:", "https:"),
                        "secure": True,
                        "httpOnly": True,
                        "sameSite": "Lax",
                    }
                ]
            )
        return context

    async def look_at(
        self, path: str, *, role: Role | None, name: str, languages: Sequence[str] = ("nl", "en")
    ) -> None:
        """Look at a page in both languages, on a phone, a desk and in the dark: pictures stay in `build/portal/`.

        It fails on anything axe finds, on a page wider than the screen, on a request to anybody else, on what the
        policy of the page has blocked, and on a page above 60 KB.
        """
        for language in languages:
            for size, is_dark in (("phone", False), ("desk", False), ("desk", True)):
                context = await self.context(role, size=size, is_dark=is_dark)
                page = await context.new_page()
                complaints = complaints_of(page, self.portal.origin)
                answer = await page.goto(f"{self.portal.origin}/{language}{path}")
                assert answer is not None
                assert answer.ok, f"{path}: {answer.status}"
                assert len(await answer.body()) <= MOST_PAGE_BYTES
                await examine(page, name=f"{name}-{language}-{size}{'-dark' if is_dark else ''}")
                assert complaints == [], complaints
                await context.close()


def complaints_of(page: Page, origin: str) -> list[str]:
    """Return a list to which is added what the page asks of others, and what its policy blocks."""
    found: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(origin) else found.append(request.url))
    page.on("console", lambda told: found.append(told.text) if told.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


async def examine(page: Page, *, name: str) -> None:
    """Take a picture of the page as it is now; fail on what axe finds, and on what is wider than the screen."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    await page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"{name} is {wide} pixels wider than the screen"
    results = await Axe().run(page, options=_RULES)
    wrong = [
        f"{one['id']}: {one['help']} {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in results.response["violations"]
    ]
    assert wrong == [], f"{name}: {wrong}"


@asynccontextmanager
async def chromium(portal: Portal) -> AsyncIterator[Chromium]:
    """Start the system's Chromium, which finds nobody but this machine."""
    assert CHROMIUM is not None
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        try:
            yield Chromium(browser, portal)
        finally:
            await browser.close()
