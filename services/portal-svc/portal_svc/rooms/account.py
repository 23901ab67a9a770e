"""A customer's account: how one logs in, on which devices, and what happened to it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

import segno
from starlette.responses import Response

from portal_svc.clients import accounts
from portal_svc.clients.services import ServiceAwayError, ServiceName, ServiceRefusedError
from portal_svc.domain.audience import CUSTOMERS
from portal_svc.web import cookies, logins
from portal_svc.web.at_auth import exactly
from portal_svc.web.room import MenuEntry, Room
from portal_svc.web.sealed_cookies import keep_sealed, read_sealed
from portal_svc.web.visit import NotFoundError, Visit

ROOM: Final = Room("account")
ROOM.menu.append(MenuEntry(path="/account", text="account.menu", audience=CUSTOMERS, order=40))
_CODE: Final = re.compile(r"[0-9]{6}")
_ADDING: Final = "__Host-adding"
"""Holds what a new app or passkey is given, until it has shown that it has it."""
_ADDING_SECONDS: Final = 600
DONE: Final = frozenset({"phone", "app", "app-removed", "passkey", "passkey-removed", "device", "session", "personal"})
"""What the page tells to have been done."""
_NEEDS_IDENTITY: Final = "/account/(email|phone|app|app/remove|passkeys/new|passkeys/[0-9a-f-]{36}/remove)"
_WRONG: Final = {
    "wrong-credentials": "account.wrong.password",
    "password-length": "mailed.wrong.length",
    "password-common": "mailed.wrong.common",
    "not-a-mobile-phone": "login.wrong.phone",
    "wrong-code": "login.wrong.code",
    "wrong-passkey": "account.wrong.passkey",
}


@ROOM.get("/account", to=CUSTOMERS)
async def show_account(visit: Visit) -> Response:
    """Show who somebody is to us, and how they log in."""
    auth, of = visit.at(ServiceName.AUTH), visit.relation_number
    customer, account, devices, sessions = await asyncio.gather(
        visit.at(ServiceName.POLICY).get(f"/customers/{of}"),
        accounts.account(auth, of=of),
        accounts.devices(auth, of=of),
        accounts.sessions(auth, of=of),
    )
    done = visit.asked("done")
    return visit.page(
        "account/account.html.j2",
        customer=customer,
        account=account,
        devices=devices["devices"],
        sessions=sessions["sessions"],
        done=done if done in DONE else "",
    )


@ROOM.get("/account/history", to=CUSTOMERS)
async def show_history(visit: Visit) -> Response:
    """Show what happened to the account, the latest first."""
    found = await accounts.history(
        visit.at(ServiceName.AUTH), of=visit.relation_number, cursor=visit.asked("after") or None
    )
    return visit.page("account/history.html.j2", items=found["items"], after=found["next_cursor"])


# Showing anew who one is, before a change of what guards the account


@ROOM.get("/account/confirm", to=CUSTOMERS)
async def ask_who_it_is(visit: Visit) -> Response:
    """Ask for the password once more; `then` is the page that needs it."""
    return await _confirm_page(visit, then=_then(visit.asked("then")))


@ROOM.post("/account/confirm", to=CUSTOMERS)
async def begin_to_confirm(visit: Visit) -> Response:
    """Show the password to auth-svc; the code follows."""
    then, password = _then(visit.form.get("then")), await exactly(visit, "password")
    if not password:
        return await _confirm_page(visit, then=then, wrong=visit.text("login.wrong.no-password"))
    account = await accounts.account(visit.at(ServiceName.AUTH), of=visit.relation_number)
    try:
        return await logins.begin(
            visit, email=account["email"], password=password, purpose=logins.TO_CONFIRM, back=then
        )
    except ServiceRefusedError as refused:
        if refused.status == HTTPStatus.TOO_MANY_REQUESTS:
            return await _confirm_page(visit, then=then, wrong=visit.text("login.wrong.too-many"))
        if refused.problem != "wrong-credentials":
            raise
        return await _confirm_page(visit, then=then, wrong=visit.text("account.wrong.password"))


@ROOM.post("/account/confirm/passkey", to=CUSTOMERS)
async def begin_to_confirm_by_passkey(visit: Visit) -> Response:
    """Show who one is by a passkey instead."""
    return await logins.begin_with_passkey(visit, purpose=logins.TO_CONFIRM, back=_then(visit.form.get("then")))


# Password


@ROOM.get("/account/password", to=CUSTOMERS)
async def ask_for_new_password(visit: Visit) -> Response:
    """Ask for the password there is, and for another."""
    return visit.page("account/password.html.j2", wrong={})


@ROOM.post("/account/password", to=CUSTOMERS)
async def change_password(visit: Visit) -> Response:
    """Change it. It ends all sessions, this one as well."""
    current, chosen = await exactly(visit, "current"), await exactly(visit, "password")
    wrong = {}
    if not current:
        wrong["current"] = visit.text("login.wrong.no-password")
    if not chosen:
        wrong["password"] = visit.text("mailed.wrong.length")
    if not wrong:
        try:
            await visit.at(ServiceName.AUTH).put(
                f"/accounts/{visit.relation_number}/password", {"current_password": current, "password": chosen}
            )
        except ServiceRefusedError as refused:
            wrong = _told(visit, refused, field="current" if refused.problem == "wrong-credentials" else "password")
        else:
            return await _logged_out(visit, "/password/done")
    return visit.page("account/password.html.j2", status=HTTPStatus.UNPROCESSABLE_ENTITY, wrong=wrong)


# Address and number


@ROOM.get("/account/email", to=CUSTOMERS)
async def ask_for_email(visit: Visit) -> Response:
    """Ask for another address to log in with."""
    return _needing_identity(visit) or visit.page("account/email.html.j2", email="", wrong={})


@ROOM.post("/account/email", to=CUSTOMERS)
async def change_email(visit: Visit) -> Response:
    """Have a link mailed to the new address, by which it counts."""
    if missing := _needing_identity(visit):
        return missing
    email = visit.form.get("email").lower()
    wrong = {} if "@" in email else {"email": visit.text("login.wrong.email")}
    if not wrong:
        try:
            await _change(visit, "email", {"email": email})
        except ServiceRefusedError as refused:
            if missing := _identity_refused(visit, refused):
                return missing
            wrong = _told(visit, refused, field="email")
        else:
            return logins.forget_identity(visit.redirect("/account/email/sent"))
    return visit.page("account/email.html.j2", status=HTTPStatus.UNPROCESSABLE_ENTITY, email=email, wrong=wrong)


@ROOM.get("/account/email/sent", to=CUSTOMERS)
async def tell_of_mail(visit: Visit) -> Response:
    """Tell where the link was mailed to."""
    return visit.page("account/email_sent.html.j2")


@ROOM.get("/account/phone", to=CUSTOMERS)
async def ask_for_phone(visit: Visit) -> Response:
    """Ask for another number that codes go to."""
    return _needing_identity(visit) or visit.page("account/phone.html.j2", number="", wrong={})


@ROOM.post("/account/phone", to=CUSTOMERS)
async def change_phone(visit: Visit) -> Response:
    """Have a code sent to the new number, by which it counts."""
    if missing := _needing_identity(visit):
        return missing
    number = visit.form.get("mobile_phone")
    wrong = {} if number else {"mobile_phone": visit.text("login.wrong.phone")}
    if not wrong:
        try:
            await _change(visit, "mobile-phone", {"mobile_phone": number[:30]})
        except ServiceRefusedError as refused:
            if missing := _identity_refused(visit, refused):
                return missing
            wrong = _told(visit, refused, field="mobile_phone")
        else:
            return logins.forget_identity(visit.redirect("/account/phone/code"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page("account/phone.html.j2", status=status, number=number, wrong=wrong)


@ROOM.get("/account/phone/code", to=CUSTOMERS)
async def ask_for_code_of_phone(visit: Visit) -> Response:
    """Ask for the code that the new number got."""
    return visit.page("account/phone_code.html.j2", wrong={})


@ROOM.post("/account/phone/code", to=CUSTOMERS)
async def confirm_phone(visit: Visit) -> Response:
    """Take the new number."""
    return await _shown_code(
        visit, "mobile-phone/confirmation", "account/phone_code.html.j2", done="phone", again="/account/phone"
    )


# Authenticator app


@ROOM.get("/account/app", to=CUSTOMERS)
async def explain_app(visit: Visit) -> Response:
    """Tell what an app is for, before its secret is shown."""
    return _needing_identity(visit) or visit.page("account/app.html.j2")


@ROOM.post("/account/app", to=CUSTOMERS)
async def begin_to_add_app(visit: Visit) -> Response:
    """Get the secret for the app."""
    if missing := _needing_identity(visit):
        return missing
    try:
        given = await visit.at(ServiceName.AUTH).post(f"/accounts/{visit.relation_number}/totp", _identity(visit))
    except ServiceRefusedError as refused:
        if missing := _identity_refused(visit, refused):
            return missing
        raise
    response = logins.forget_identity(visit.redirect("/account/app/code"))
    keep_sealed(visit, response, _ADDING, {"app": given}, seconds=_ADDING_SECONDS)
    return response


@ROOM.get("/account/app/code", to=CUSTOMERS)
async def show_secret_of_app(visit: Visit) -> Response:
    """Show the secret as a picture to scan and as letters to type, and ask for the first code."""
    given = read_sealed(visit, _ADDING).get("app")
    return visit.redirect("/account/app") if given is None else visit.page("account/app_code.html.j2", **_secret(given))


@ROOM.post("/account/app/code", to=CUSTOMERS)
async def confirm_app(visit: Visit) -> Response:
    """Show that the app has the secret."""
    given = read_sealed(visit, _ADDING).get("app")
    if given is None:
        return visit.redirect("/account/app")
    return await _shown_code(
        visit, "totp/confirmation", "account/app_code.html.j2", done="app", again="/account/app", **_secret(given)
    )


@ROOM.get("/account/app/remove", to=CUSTOMERS)
async def ask_to_remove_app(visit: Visit) -> Response:
    """Ask whether the app is to go."""
    return _needing_identity(visit) or visit.page("account/remove.html.j2", what="app", name="")


@ROOM.post("/account/app/remove", to=CUSTOMERS)
async def remove_app(visit: Visit) -> Response:
    """Let codes come by text message again."""
    return await _removed(visit, "totp/removal", done="app-removed")


# Passkeys


@ROOM.get("/account/passkeys/new", to=CUSTOMERS)
async def explain_passkey(visit: Visit) -> Response:
    """Tell what a passkey is, before the browser makes one."""
    return _needing_identity(visit) or visit.page("account/passkey.html.j2")


@ROOM.post("/account/passkeys/new", to=CUSTOMERS)
async def begin_to_add_passkey(visit: Visit) -> Response:
    """Get by what the browser makes one."""
    if missing := _needing_identity(visit):
        return missing
    try:
        given = await visit.at(ServiceName.AUTH).post(
            f"/accounts/{visit.relation_number}/passkeys/options", _identity(visit)
        )
    except ServiceRefusedError as refused:
        if missing := _identity_refused(visit, refused):
            return missing
        raise
    response = logins.forget_identity(visit.redirect("/account/passkeys/make"))
    keep_sealed(visit, response, _ADDING, {"passkey": given["public_key"]}, seconds=_ADDING_SECONDS)
    return response


@ROOM.get("/account/passkeys/make", to=CUSTOMERS)
async def make_passkey(visit: Visit) -> Response:
    """Let the browser make one."""
    return _make_page(visit)


@ROOM.post("/account/passkeys/make", to=CUSTOMERS)
async def add_passkey(visit: Visit) -> Response:
    """Hand the new one to auth-svc."""
    name = visit.form.get("name")[:80] or visit.text("account.passkey.unnamed")
    try:
        credential = json.loads(visit.form.get("credential"))
    except ValueError:
        return _make_page(visit, wrong={"credential": visit.text("account.wrong.passkey")})
    try:
        await visit.at(ServiceName.AUTH).post(
            f"/accounts/{visit.relation_number}/passkeys", {"credential": credential, "name": name}
        )
    except ServiceRefusedError as refused:
        if refused.problem not in {"wrong-passkey", "invalid"}:
            raise
        return _make_page(visit, wrong={"credential": visit.text("account.wrong.passkey")})
    response = visit.redirect("/account?done=passkey")
    cookies.forget(response, _ADDING)
    return response


@ROOM.get("/account/passkeys/{passkey_id}/remove", to=CUSTOMERS)
async def ask_to_remove_passkey(visit: Visit) -> Response:
    """Ask whether it is to go."""
    if missing := _needing_identity(visit):
        return missing
    account = await accounts.account(visit.at(ServiceName.AUTH), of=visit.relation_number)
    for one in account["passkeys"]:
        if one["passkey_id"] == visit.part("passkey_id"):
            return visit.page("account/remove.html.j2", what="passkey", name=one["name"])
    raise NotFoundError


@ROOM.post("/account/passkeys/{passkey_id}/remove", to=CUSTOMERS)
async def remove_passkey(visit: Visit) -> Response:
    """Let it log in no more."""
    return await _removed(visit, f"passkeys/{visit.part('passkey_id')}/removal", done="passkey-removed")


# Devices and sessions


@ROOM.post("/account/devices/{device_id}/forget", to=CUSTOMERS)
async def forget_device(visit: Visit) -> Response:
    """Forget a device, and end its sessions."""
    await visit.at(ServiceName.AUTH).delete(f"/accounts/{visit.relation_number}/devices/{visit.part('device_id')}")
    return visit.redirect("/account?done=device#devices")


@ROOM.post("/account/sessions/{session_id}/end", to=CUSTOMERS)
async def end_session(visit: Visit) -> Response:
    """End one session."""
    await visit.at(ServiceName.AUTH).delete(f"/accounts/{visit.relation_number}/sessions/{visit.part('session_id')}")
    return visit.redirect("/account?done=session#sessions")


@ROOM.post("/account/sessions/end", to=CUSTOMERS)
async def end_all_sessions(visit: Visit) -> Response:
    """Log out everywhere, here as well."""
    await visit.at(ServiceName.AUTH).delete(f"/accounts/{visit.relation_number}/sessions")
    return await _logged_out(visit, "/goodbye")


def _then(path: str) -> str:
    """Return the page that needs to know who it is: one of ours, whatever the address says."""
    return path if re.fullmatch(_NEEDS_IDENTITY, path) else "/account"


async def _confirm_page(visit: Visit, *, then: str, wrong: str = "") -> Response:
    account = await accounts.account(visit.at(ServiceName.AUTH), of=visit.relation_number)
    return visit.page(
        "account/confirm.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        then=then,
        email=account["email"],
        has_passkey=bool(account["passkeys"]),
        wrong=wrong,
    )


def _needing_identity(visit: Visit) -> Response | None:
    """Return the way to show who one is; None when that has just been shown."""
    return None if logins.confirmed_identity(visit) else visit.redirect(f"/account/confirm?then={quote(visit.path)}")


def _identity_refused(visit: Visit, refused: ServiceRefusedError) -> Response | None:
    """Return the way to show who one is once more where it was too long ago; None for another refusal."""
    if refused.problem != "identity-not-confirmed":
        return None
    return logins.forget_identity(visit.redirect(f"/account/confirm?then={quote(visit.path)}"))


def _identity(visit: Visit) -> Mapping[str, str]:
    return {"confirmed_identity": logins.confirmed_identity(visit)}


async def _change(visit: Visit, what: str, body: Mapping[str, str]) -> None:
    auth, of = visit.at(ServiceName.AUTH), visit.relation_number
    _, version = await accounts.account_with_version(auth, of=of)
    await auth.put(f"/accounts/{of}/{what}", {**body, **_identity(visit)}, headers={"If-Match": version})


async def _shown_code(visit: Visit, path: str, template: str, *, done: str, again: str, **values: Any) -> Response:  # noqa: ANN401 - of the template
    """Show a code to auth-svc; where there is nothing to confirm any more, begin `again`."""
    code = visit.form.get("code").replace(" ", "")
    wrong = {} if _CODE.fullmatch(code) else {"code": visit.text("login.wrong.six-digits")}
    if not wrong:
        try:
            await visit.at(ServiceName.AUTH).put(f"/accounts/{visit.relation_number}/{path}", {"code": code})
        except ServiceRefusedError as refused:
            if refused.problem == "nothing-to-confirm":
                return visit.redirect(again)
            wrong = _told(visit, refused, field="code")
        else:
            response = visit.redirect(f"/account?done={done}")
            cookies.forget(response, _ADDING)
            return response
    return visit.page(template, status=HTTPStatus.UNPROCESSABLE_ENTITY, **{**values, "wrong": wrong})


async def _removed(visit: Visit, path: str, *, done: str) -> Response:
    if missing := _needing_identity(visit):
        return missing
    try:
        await visit.at(ServiceName.AUTH).post(f"/accounts/{visit.relation_number}/{path}", _identity(visit))
    except ServiceRefusedError as refused:
        if missing := _identity_refused(visit, refused):
            return missing
        raise
    return logins.forget_identity(visit.redirect(f"/account?done={done}"))


def _secret(given: Mapping[str, str]) -> dict[str, Any]:
    code = segno.make(given["uri"], error="m", micro=False)
    drawn = code.svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    return {"picture": drawn, "secret": given["secret"], "wrong": {}}


def _make_page(visit: Visit, *, wrong: dict[str, str] | None = None) -> Response:
    options = read_sealed(visit, _ADDING).get("passkey")
    if options is None:
        return visit.redirect("/account/passkeys/new")
    return visit.page(
        "account/passkey_make.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        options=json.dumps(options),
        wrong=wrong or {},
    )


async def _logged_out(visit: Visit, path: str) -> Response:
    """Go on as somebody who is logged in no more."""
    if visit.session is not None:
        with suppress(ServiceAwayError):
            await visit.sessions.end(visit.session)
    response = visit.redirect(path)
    cookies.forget(response, cookies.SESSION)
    return response


def _told(visit: Visit, refused: ServiceRefusedError, *, field: str) -> dict[str, str]:
    """Return what to do, beside `field`. Raise what is no mistake of the customer's."""
    if refused.status == HTTPStatus.TOO_MANY_REQUESTS:
        return {field: visit.text("mailed.too-many")}
    if refused.problem == "invalid" and field == "email":
        return {field: visit.text("login.wrong.email")}
    if refused.problem not in _WRONG:
        raise refused
    return {field: visit.text(_WRONG[refused.problem])}
