"""Staff at the portal: it runs in this process, beside the services, and knows nothing but their addresses."""

from __future__ import annotations

import base64
import json
import re
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pyotp
from at_a_browser import at_home
from portal_world import Browser, forms_on
from whole_platform import WholePlatform

from chassis.testing import harness
from contracts.access import Role
from demo.staff import StaffAccount
from demo.tokens import cookies_of
from devstack.process.ports import LOOPBACK, free_port
from portal_svc.app import build
from portal_svc.clients.services import ServiceName
from portal_svc.settings import Settings

CLIENT = "portal-of-staff"
SCOPES = (
    *("desk:read", "desk:write", "desk:decide", "claims:read", "claims:search", "files:read", "customers:read"),
    *("operations:read", "dead-letters:show", "dead-letters:settle"),
)
"""What staff may do at the portal; auth-svc gives each role what the access matrix grants it of these."""
_STEP_SECONDS = 30


@dataclass
class StaffPortal:
    """The portal, and the services behind it."""

    whole: WholePlatform
    client: httpx.AsyncClient
    accounts: httpx.AsyncClient
    origin: str

    async def invited(self, role: Role, email: str) -> Browser:
        """Invite somebody, who makes an account on the portal's pages and logs in; return their browser."""
        printed = await self.whole.platform.printed_by(
            *("auth-svc", "staff", "invite", "--role", role, "--email", email)
        )
        link = re.search(r"/staff#[\w-]+", printed)
        assert link is not None, printed
        browser, password = Browser(self.client, self.origin), secrets.token_urlsafe(12)
        page = await browser.follow("/staff")
        page = await browser.submit(page, {"link": link[0], "password": password})
        app = pyotp.parse_uri(forms_on(page)[-1].values["uri"][0])
        assert isinstance(app, pyotp.TOTP)
        ready = await browser.submit(page, {"code": app.at(time.time() - _STEP_SECONDS)}, action="/staff/app")
        assert "/staff/ready" in ready.headers["location"], ready.text
        assert browser.cookies["__Host-device"]
        await self._log_in(browser, StaffAccount(email=email, password=password, app=app))
        return browser

    async def _log_in(self, browser: Browser, account: StaffAccount) -> None:
        """Log in at auth-svc; the portal's own page for that has a story of its own."""
        begun = await self.accounts.post("/logins", json={"email": account.email, "password": account.password})
        assert begun.status_code == httpx.codes.OK, begun.text
        completed = await self.accounts.post(
            "/logins/completion", json={"login": begun.json()["login"], "code": await account.code()}
        )
        assert completed.status_code == httpx.codes.OK, completed.text
        browser.cookies.update(cookies_of(completed))


@asynccontextmanager
async def portal_of_staff(whole: WholePlatform) -> AsyncIterator[StaffPortal]:
    """Let the portal answer for staff."""
    platform, port = whole.platform, free_port()
    origin = f"http://{LOOPBACK}:{port}"
    printed = await platform.printed_by(
        *("auth-svc", "clients", "add", CLIENT, "--name", "The portal", "--redirect-uri", f"{origin}/callback"),
        *(word for scope in SCOPES for word in ("--scope", scope)),
    )
    line = next(line for line in printed.splitlines() if "client_secret" in line)
    settings = Settings.model_validate(
        {
            "kafka_bootstrap_servers": whole.stack.kafka_bootstrap_servers,
            "database_url": platform.databases["portal-svc"],
            "api_port": port,
            "api_issuer": platform.auth_url,
            "api_jwks_url": f"{platform.auth_url}/.well-known/jwks.json",
            "portal_url": origin,
            "portal_keys": base64.b64encode(secrets.token_bytes(32)).decode(),
            "client_id": CLIENT,
            "client_secret": json.loads(line)["client_secret"],
            "insurer_phone": "088 000 00 00",
            **{f"{name}_url": f"http://{LOOPBACK}:{platform.api_ports[f'{name}-svc']}" for name in ServiceName},
        }
    )
    async with (
        harness(build(settings)) as running,
        running.answering() as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=30) as client,
        at_home(platform.auth_url, address="127.10.16.1") as accounts,
    ):
        yield StaffPortal(whole, client, accounts, origin)
