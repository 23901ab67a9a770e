"""The routes, by what people come for: parse, call a flow, answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from auth_svc.parts import Parts
from auth_svc.routes.account import AccountRoutes
from auth_svc.routes.activation import ActivationRoutes
from auth_svc.routes.audit import AuditRoutes
from auth_svc.routes.changes import ChangeRoutes
from auth_svc.routes.login import LoginRoutes
from auth_svc.routes.login_methods import LoginMethodRoutes
from auth_svc.routes.metadata import MetadataRoutes
from auth_svc.routes.oauth import OAuthRoutes
from auth_svc.routes.passkeys import PasskeyRoutes
from auth_svc.routes.password_reset import PasswordResetRoutes
from auth_svc.routes.pins import PinRoutes
from auth_svc.routes.sessions import SessionRoutes
from auth_svc.routes.staff import StaffRoutes
from auth_svc.routes.suspension import SuspensionRoutes
from auth_svc.routes.totp import TotpRoutes
from chassis.http.api import Api


class Routes(Protocol):
    """One room of the API."""

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""


ROUTES: tuple[Callable[[Parts], Routes], ...] = (
    LoginRoutes,
    LoginMethodRoutes,
    OAuthRoutes,
    MetadataRoutes,
    SessionRoutes,
    AccountRoutes,
    SuspensionRoutes,
    ChangeRoutes,
    ActivationRoutes,
    PasswordResetRoutes,
    StaffRoutes,
    PasskeyRoutes,
    TotpRoutes,
    PinRoutes,
    AuditRoutes,
)
"""Every room."""
