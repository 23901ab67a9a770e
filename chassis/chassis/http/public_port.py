"""The public side of a running service: its API on a port of its own."""

from __future__ import annotations

import math

from chassis.errors import CannotStartError
from chassis.http.api import Api
from chassis.http.key_set import KeySet
from chassis.http.server import HttpServer
from chassis.http.tokens import Verifier
from chassis.settings import ServiceSettings
from chassis.unit_of_work import WorkFactory


class PublicPort:
    """Answers requests between `start` and `stop`.

    Raises:
        CannotStartError: something is guarded by tokens, and the settings do not say whose.
    """

    def __init__(self, api: Api, *, service: str, settings: ServiceSettings, work: WorkFactory) -> None:
        self.keys = _issuers_keys(settings, service=service) if api.is_guarded else None
        verifier = Verifier(self.keys, issuer=settings.api_issuer or "", audience=service) if self.keys else None
        self._server = HttpServer(
            api.app(settings=settings, work=work, verifier=verifier),
            host=settings.api_host,
            port=settings.api_port,
            setting="API",
            longest_stop_seconds=math.ceil(settings.api_request_seconds),
            trusted_proxies=settings.api_trusted_proxies,
        )

    async def start(self) -> int:
        """Begin to answer; return the port. Raise `CannotStartError` when it cannot be opened."""
        return await self._server.start()

    async def stop(self) -> None:
        """Accept nothing more and finish the requests that are under way."""
        await self._server.stop()


def _issuers_keys(settings: ServiceSettings, *, service: str) -> KeySet:
    named = {"API_ISSUER": settings.api_issuer, "API_JWKS_URL": settings.api_jwks_url}
    if missing := [name for name, value in named.items() if not value]:
        raise CannotStartError(f"the API of {service} is guarded by tokens: set {' and '.join(missing)}")
    return KeySet(named["API_JWKS_URL"] or "")
