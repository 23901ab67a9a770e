"""Somebody on call at a demo that is kept: an operator's token that stays fresh, for `water`."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from contracts.access import SEARCH_CLAIMS, Role, operations_of
from demo.platform import APIS, Platform
from demo.staff import session_of
from demo.steps import StepError
from demo.tokens import CALLBACK, token_of_session

SCOPES: Final = (SEARCH_CLAIMS.scope, *(operation.scope for operation in operations_of("claims-svc")))
_CONSOLE = "demo-console"
_EMAIL = "on.call@example.org"
_FRESH_SECONDS = 120
"""A token is good for five minutes."""


@dataclass(frozen=True)
class OnCall:
    """An operator who is logged in; their newest token lies in `token_file`."""

    auth_url: str
    cookies: Mapping[str, str]
    token_file: Path

    @classmethod
    async def at(cls, platform: Platform, *, directory: Path) -> OnCall:
        """Let an operator log in.

        Raises:
            StepError: auth-svc answered otherwise.
        """
        await platform.run(
            *("auth-svc", "clients", "add", _CONSOLE, "--name", "The console of the demo", "--public"),
            *("--redirect-uri", CALLBACK, *(word for scope in SCOPES for word in ("--scope", scope))),
        )
        async with httpx.AsyncClient(base_url=platform.auth_url) as accounts:
            cookies = await session_of(platform, accounts, role=Role.OPERATOR, email=_EMAIL)
        on_call = cls(platform.auth_url, cookies, directory / "operator-token")
        await on_call.renew()
        return on_call

    async def renew(self) -> None:
        """Get another token and keep it where only this user reads it."""
        async with httpx.AsyncClient(base_url=self.auth_url) as accounts:
            token = await token_of_session(accounts, self.cookies, scopes=SCOPES, client=_CONSOLE)
        self.token_file.unlink(missing_ok=True)
        self.token_file.touch(mode=0o600)
        self.token_file.write_text(token, encoding="utf-8")

    def stay_fresh(self, stopping: threading.Event) -> None:
        """Renew the token until `stopping`; what fails is tried again: a drill may have killed auth-svc."""
        while not stopping.wait(_FRESH_SECONDS):
            try:
                asyncio.run(self.renew())
            except (httpx.HTTPError, StepError):
                continue

    def environment(self, platform: Platform) -> dict[str, str]:
        """Return what `water` reads."""
        urls = {
            f"WATER_{service.removesuffix('-svc').upper()}_URL": f"http://127.0.0.1:{platform.api_ports[service]}"
            for service in APIS
        }
        return {**urls, "WATER_TOKEN_FILE": str(self.token_file)}
