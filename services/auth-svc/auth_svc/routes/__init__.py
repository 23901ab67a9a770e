"""The routes, by what people come for: parse, call a flow, answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from auth_svc.parts import Parts
from chassis.http.api import Api


class Routes(Protocol):
    """One room of the API."""

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""


ROUTES: tuple[Callable[[Parts], Routes], ...] = ()
"""Every room."""
