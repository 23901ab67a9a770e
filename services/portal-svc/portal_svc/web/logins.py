"""A login under way in this browser: where it stands, what for, and where it leads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from portal_svc.web import cookies
from portal_svc.web.at_auth import ask_auth, back_to_authorization, hand_on_cookies
from portal_svc.web.sealed_cookies import keep_sealed, read_sealed
from portal_svc.web.visit import Visit

LOGIN: Final = "__Host-login"
"""Holds a login under way."""
_IDENTITY: Final = "__Host-identity"
"""Holds that somebody has just shown who they are."""
_LOGIN_SECONDS: Final = 900
_IDENTITY_SECONDS: Final = 600
"""As long as auth-svc takes it."""
TO_LOG_IN: Final = "log_in"
TO_CONFIRM: Final = "confirm_identity"


def login_of(visit: Visit) -> Mapping[str, Any]:
    """Return the login under way; nothing when there is none."""
    return read_sealed(visit, LOGIN)


async def begin(visit: Visit, *, email: str, password: str, purpose: str, back: str) -> Response:
    """Show the password, and go on to what comes next. `back`: the page that it leads to.

    Raises:
        ServiceRefusedError: `wrong-credentials`, or too many of them.
    """
    answer = await ask_auth(visit, "/logins", {"email": email, "password": password, "purpose": purpose})
    return go_on(visit, {**answer.json(), "purpose": purpose, "back": back})


async def begin_with_passkey(visit: Visit, *, purpose: str, back: str) -> Response:
    """Get what a passkey is to sign, and go on to the page that asks it."""
    answer = await ask_auth(visit, "/passkey-logins", {"purpose": purpose})
    response = visit.redirect("/login/passkey")
    kept = {"public_key": answer.json()["public_key"], "purpose": purpose, "back": back}
    keep_sealed(visit, response, LOGIN, kept, seconds=_LOGIN_SECONDS)
    return response


def go_on(visit: Visit, login: Mapping[str, Any], *, note: str = "") -> Response:
    """Keep where the login stands, and go to the page for it. `note`: what that page says of what was just done."""
    path = "/login/phone" if login["next"] == "choose_phone" else "/login/code"
    response = visit.redirect(f"{path}?note={note}" if note else path)
    kept = {name: login[name] for name in ("login", "next", "mobile_phone", "instead", "purpose", "back")}
    keep_sealed(visit, response, LOGIN, kept, seconds=_LOGIN_SECONDS)
    return response


async def complete(visit: Visit, login: Mapping[str, Any], path: str, body: object) -> Response:
    """Show the last thing, and go to where the login leads. Raise `ServiceRefusedError` when it is not right."""
    answer = await ask_auth(visit, path, body)
    if login["purpose"] == TO_CONFIRM:
        response = visit.redirect(login["back"])
        confirmed = {"confirmed": answer.json()["confirmed_identity"]}
        keep_sealed(visit, response, _IDENTITY, confirmed, seconds=_IDENTITY_SECONDS)
    else:
        response = back_to_authorization(visit, login["back"])
    hand_on_cookies(answer, response)
    cookies.forget(response, LOGIN)
    return response


def confirmed_identity(visit: Visit) -> str:
    """Return what shows that somebody has just shown who they are; "" when they have not."""
    return str(read_sealed(visit, _IDENTITY).get("confirmed", ""))


def forget_identity(response: Response) -> Response:
    """It is used up by one change."""
    cookies.forget(response, _IDENTITY)
    return response
