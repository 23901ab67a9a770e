"""A customer at the portal: activates, logs in, reports damage, answers what is asked, reads decision and letter."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Final, Protocol

import httpx

from contracts.access import ACCESS, Role
from demo.portal.browsers import Browser, HttpBrowser, forms_of
from demo.portal.chromium import chromium, chromium_browser
from demo.portal.film import FILM, make_film
from demo.portal.received import Received, serving
from demo.progress_output import console
from demo.steps import Step, StepError, take

RELATION_NUMBER, EMAIL, MOBILE_PHONE = "100242", "noor.regenboog@example.org", "31612340042"
"""Of a customer who does nothing else in the demo."""
PASSWORD: Final = secrets.token_urlsafe(12)
PICTURES: Final = "portal"
_CLIENT: Final = "portal"
_ROLES: Final = (Role.CUSTOMER, Role.CLAIMS_HANDLER, Role.SENIOR_HANDLER, Role.OPERATOR)
_DAY, _TIME = "2021-07-15", "21:30"
_AMOUNT: Final = "900"
_TRUE: Final = ("left_its_course",)
"""What is true of this loss; all else that is asked is not."""
_WAITING_SECONDS: Final = 30
_LOOK_EVERY_SECONDS: Final = 0.3
_MOST_QUESTIONS: Final = 12
_CODE: Final = re.compile(r"\b(\d{6})\b")
_LINK: Final = re.compile(r"/activate#([\w.-]+)")
_REFERENCE: Final = re.compile(r"/claims/([A-Z0-9]+)/questions")
_SECRET: Final = re.compile(r'"client_secret": "([^"]+)"')


class Services(Protocol):
    """The running services."""

    @property
    def portal_url(self) -> str:
        """Where the portal is."""

    async def printed_by(self, service: str, *arguments: str) -> str:
        """Return what a command of a service prints."""

    async def restart(self, service: str, **environment: str) -> None:
        """Stop a service, and start it again with these variables."""


async def let_in(services: Services) -> None:
    """Make the portal known to auth-svc, which makes up its secret, and let the portal know that."""
    scopes = sorted({one.scope for one in ACCESS if one.scope and set(one.grants) & set(_ROLES)})
    printed = await services.printed_by(
        *("auth-svc", "clients", "add", _CLIENT, "--name", "The portal"),
        *(word for scope in scopes for word in ("--scope", scope)),
        *("--redirect-uri", f"{services.portal_url}/callback"),
    )
    found = _SECRET.search(printed)
    if found is None:
        raise StepError("auth-svc printed no secret for the portal")
    await services.restart("portal-svc", CLIENT_ID=_CLIENT, CLIENT_SECRET=json.loads(f'"{found[1]}"'))


@dataclass
class PortalVisit:
    """The customer's way so far."""

    browser: Browser
    received: Received
    received_url: str
    reference: str = ""
    pictures: int = 0

    def steps(self) -> Sequence[tuple[str, Callable[[], Awaitable[None]]]]:
        """Return what the customer does, in order."""
        return (
            ("activates an account in three steps", self.activate),
            ("logs in by password and the code of a text message", self.log_in),
            ("looks up what heavy rain is", self.look_up),
            ("reports damage", self.report),
            ("answers what is asked, one question at a time", self.answer),
            ("reads the decision, with rain and money", self.read_decision),
            ("reads the letter", self.read_letter),
        )

    async def activate(self) -> None:
        """Relation number and address; the mail; a password."""
        await self._go("/nl", "home")
        await self._go("/nl/activate", "activate")
        await self.browser.send("/activate", {"relation_number": RELATION_NUMBER, "email": EMAIL})
        link = await self._until("the mail with a link", self._link)
        await self.browser.go("/nl/activate/link")
        await self.browser.send("/activate/link", {"link": link, "password": PASSWORD})
        await self._expect_at("/activate/done", "activated")

    async def log_in(self) -> None:
        """Password, the number that is known, the code."""
        await self._go("/nl/enter?return=/insurances", "login")
        await self.browser.send("/login", {"email": EMAIL, "password": PASSWORD})
        await self.browser.send("/login/phone", {"which": "known"})
        code = await self._until("the text message with a code", self._code)
        await self._picture("code")
        await self.browser.send("/login/code", {"code": code})
        await self._expect_at("/insurances", "insurances")

    async def look_up(self) -> None:
        """Help, by a search."""
        await self._go("/nl/help?q=hoeveel+mm+regen", "help")
        if "40 mm" not in self.browser.html:
            raise StepError("the search does not find what heavy rain is")

    async def report(self) -> None:
        """Which insurance, when, and off it goes."""
        await self._go("/nl/report", "report")
        await self.browser.send("/report", {})
        await self.browser.send("/report/when", {"day": _DAY, "time": _TIME})
        await self._picture("report-check")
        await self.browser.send("/report/check", {})
        found = _REFERENCE.search(self.browser.path)
        if found is None:
            raise StepError(f"the report led to {self.browser.path}")
        self.reference = found[1]

    async def answer(self) -> None:
        """Answer until nothing is asked any more."""
        for number in range(_MOST_QUESTIONS):
            if not self.browser.path.endswith("/questions"):
                break
            await self._picture(f"question-{number + 1}")
            await self.browser.send("/questions", self._answer())
        await self._expect_at(f"/claims/{self.reference}/photos", "photos")

    async def read_decision(self) -> None:
        """The claim is followed until it is decided."""
        path = f"/nl/claims/{self.reference}"

        async def decided() -> str | None:
            await self.browser.go(path)
            return "yes" if "650,00" in self.browser.html else None

        await self._until("the decision: € 650,00", decided)
        await self._picture("decision")

    async def read_letter(self) -> None:
        """The decision comes by mail."""
        name = await self._until("the mail about the decision", self._letter)
        await self.browser.go(f"{self.received_url}/mail/{name}")
        await self._picture("letter")

    def _answer(self) -> dict[str, str | list[str]]:
        held = next(one.values for one in forms_of(self.browser.html) if one.action.endswith("/questions"))
        code, kind = held["code"][0], held["answered_by"][0]
        if kind == "damage":
            return {"damage-buildings": _AMOUNT}
        if kind == "truth":
            return {"known": "true" if code.endswith(_TRUE) else "false"}
        return {"routes": ["indirect_precipitation"]}

    async def _link(self) -> str | None:
        return next((found[1] for text in self._texts_of_mails() if (found := _LINK.search(text))), None)

    async def _code(self) -> str | None:
        texts = [text for to, text in self.received.texts() if to == MOBILE_PHONE]
        return next((found[1] for text in texts if (found := _CODE.search(text))), None)

    async def _letter(self) -> str | None:
        for name, mail in self.received.mails():
            body = mail.get_body(("plain",))
            if EMAIL in str(mail["To"]) and body is not None and "650,00" in body.get_content():
                return name
        return None

    def _texts_of_mails(self) -> Sequence[str]:
        mails = [mail for _, mail in self.received.mails() if EMAIL in str(mail["To"])]
        return [unescape(str(body.get_content())) for mail in mails if (body := mail.get_body(("plain",))) is not None]

    async def _go(self, path: str, picture: str) -> None:
        await self.browser.go(path)
        await self._picture(picture)

    async def _expect_at(self, path: str, picture: str) -> None:
        if not self.browser.path.endswith(path):
            raise StepError(f"{self.browser.path} is shown instead of {path}")
        await self._picture(picture)

    async def _picture(self, name: str) -> None:
        self.pictures += 1
        await self.browser.keep_picture(f"{self.pictures:02}-{name}")

    async def _until(self, what: str, look: Callable[[], Awaitable[str | None]]) -> str:
        deadline = time.monotonic() + _WAITING_SECONDS
        while time.monotonic() < deadline:
            if (found := await look()) is not None:
                return found
            await asyncio.sleep(_LOOK_EVERY_SECONDS)
        raise StepError(f"{what} did not come within {_WAITING_SECONDS} s")


async def visit_portal(services: Services, *, output: Path, browser: str | None = None) -> Sequence[Step]:
    """Walk through the portal; pictures and a film of it stay in `output`. `browser` is Chromium, where it is found."""
    program, pictures = browser or chromium(), output / PICTURES
    if program is None:
        console.print("no Chromium here: the portal is visited over HTTP, and its pages are kept instead of pictures")
    shutil.rmtree(pictures, ignore_errors=True)  # of an earlier run
    received = Received(output, services.portal_url)
    with serving(received) as received_url:
        async with _browser(program, origin=services.portal_url, pictures=pictures) as opened:
            steps = await take(PortalVisit(opened, received, received_url).steps())
    if program is not None:
        await asyncio.to_thread(make_film, pictures, output / FILM)
    return steps


@asynccontextmanager
async def _browser(program: str | None, *, origin: str, pictures: Path) -> AsyncIterator[Browser]:
    if program is not None:
        async with chromium_browser(program, origin=origin, pictures=pictures) as browser:
            yield browser
        return
    async with httpx.AsyncClient(base_url=origin, timeout=_WAITING_SECONDS, trust_env=False) as client:
        yield HttpBrowser(client, origin, pictures)
