"""Pages of the portal in the system's Chromium: each is kept as a picture."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from playwright.async_api import Error, Locator, Page, ViewportSize, async_playwright

from demo.portal.browsers import Values
from demo.steps import StepError

SIZE: Final = ViewportSize(width=390, height=844)
"""As of a phone: that is what somebody with a wet cellar has in hand."""
_PATIENCE_MS: Final = 20_000


def chromium() -> str | None:
    """Return where Chromium is; None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@dataclass
class ChromiumBrowser:
    """A page in Chromium."""

    page: Page
    origin: str
    pictures: Path
    html: str = ""

    @property
    def path(self) -> str:
        """Where it is."""
        return urlsplit(self.page.url).path

    async def go(self, url: str) -> None:
        """Go to a page."""
        try:
            answer = await self.page.goto(url if url.startswith("http") else self.origin + url)
        except Error as error:
            raise StepError(f"{url}: {error.message}") from None
        if answer is None or not answer.ok:
            raise StepError(f"{url} answered {answer.status if answer else 'nothing'}")
        self.html = await self.page.content()

    async def send(self, action: str, values: Values) -> None:
        """Fill in the form as a person does, and press its button."""
        form = self.page.locator(f'form[method="post"][action$="{action}"]').first
        try:
            for name, value in values.items():
                for one in [value] if isinstance(value, str) else value:
                    await _fill(form, name, one)
            await form.locator('button[type="submit"]').first.click()
            await self.page.wait_for_load_state("load")
        except Error as error:
            raise StepError(f"{self.path}, form to {action}: {error.message}") from None
        self.html = await self.page.content()

    async def keep_picture(self, name: str) -> None:
        """Keep what is seen of the page."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=self.pictures / f"{name}.png")


async def _fill(form: Locator, name: str, value: str) -> None:
    choice = form.locator(f'input[type="radio"][name="{name}"][value="{value}"]').or_(
        form.locator(f'input[type="checkbox"][name="{name}"][value="{value}"]')
    )
    if await choice.count():
        await choice.first.check()
    else:
        await form.locator(f'[name="{name}"]').first.fill(value)


@asynccontextmanager
async def chromium_browser(program: str, *, origin: str, pictures: Path) -> AsyncIterator[ChromiumBrowser]:
    """Start Chromium, which finds nobody but this machine."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        try:
            context = await browser.new_context(viewport=SIZE, locale="nl-NL", reduced_motion="reduce")
            context.set_default_timeout(_PATIENCE_MS)
            yield ChromiumBrowser(await context.new_page(), origin, pictures)
        finally:
            await browser.close()
