"""Logging in at auth-svc: the password, then a code by text message or of an app; or a passkey. And help with it."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from portal_svc.clients.services import ServiceRefusedError
from portal_svc.domain.audience import EVERYBODY
from portal_svc.web import logins
from portal_svc.web.at_auth import ask_auth, exactly
from portal_svc.web.room import Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("login")
_CODE: Final = re.compile(r"[0-9]{6}")
_OVER: Final = frozenset({"login-over", "nothing-to-confirm"})
_WRONG: Final = {
    "wrong-credentials": "login.wrong.credentials",
    "wrong-code": "login.wrong.code",
    "wrong-passkey": "login.wrong.passkey",
    "not-a-mobile-phone": "login.wrong.phone",
    "no-mobile-phone": "login.wrong.no-phone",
}
_NOTES: Final = frozenset({"over", "again", "sms"})


@ROOM.get("/login", to=EVERYBODY)
async def ask_for_password(visit: Visit) -> Response:
    """Ask for address and password. `return`: what auth-svc goes on with."""
    return _password_page(visit, back=visit.asked("return"))


@ROOM.post("/login", to=EVERYBODY)
async def begin_login(visit: Visit) -> Response:
    """Show the password to auth-svc."""
    email, password, back = visit.form.get("email").lower(), await exactly(visit, "password"), visit.form.get("back")
    wrong = {}
    if "@" not in email:
        wrong["email"] = visit.text("login.wrong.email")
    if not password:
        wrong["password"] = visit.text("login.wrong.no-password")
    if wrong:
        return _password_page(visit, back=back, email=email, wrong=wrong)
    try:
        return await logins.begin(visit, email=email, password=password, purpose=logins.TO_LOG_IN, back=back)
    except ServiceRefusedError as refused:
        return _password_page(visit, back=back, email=email, wrong=_told(visit, refused, field="email"))


@ROOM.get("/login/phone", to=EVERYBODY)
async def ask_for_phone(visit: Visit) -> Response:
    """Ask at the first login which number codes go to."""
    return _phone_page(visit) if logins.login_of(visit).get("next") == "choose_phone" else _start_again(visit)


@ROOM.post("/login/phone", to=EVERYBODY)
async def choose_phone(visit: Visit) -> Response:
    """Have the first code sent: to the number that is known, or to another."""
    login = logins.login_of(visit)
    if login.get("next") != "choose_phone":
        return _start_again(visit)
    other = visit.form.get("which") == "other" or login["mobile_phone"] is None
    number = visit.form.get("mobile_phone")
    if other and not number:
        return _phone_page(visit, wrong={"mobile_phone": visit.text("login.wrong.phone")})
    try:
        answer = await ask_auth(
            visit, "/logins/phone", {"login": login["login"], "mobile_phone": number if other else None}
        )
    except ServiceRefusedError as refused:
        if refused.problem in _OVER:
            return _start_again(visit, note="over")
        return _phone_page(visit, wrong=_told(visit, refused, field="mobile_phone"), number=number)
    return logins.go_on(visit, {**login, **answer.json()})


@ROOM.get("/login/code", to=EVERYBODY)
async def ask_for_code(visit: Visit) -> Response:
    """Ask for the code."""
    return _code_page(visit)


@ROOM.post("/login/code", to=EVERYBODY)
async def complete_login(visit: Visit) -> Response:
    """Show the code to auth-svc."""
    login, code = logins.login_of(visit), visit.form.get("code").replace(" ", "")
    if "login" not in login:
        return _start_again(visit)
    if not _CODE.fullmatch(code):
        return _code_page(visit, wrong={"code": visit.text("login.wrong.six-digits")})
    try:
        return await logins.complete(visit, login, "/logins/completion", {"login": login["login"], "code": code})
    except ServiceRefusedError as refused:
        if refused.problem in _OVER:
            return _start_again(visit, note="over")
        return _code_page(visit, wrong=_told(visit, refused, field="code"))


@ROOM.post("/login/code/again", to=EVERYBODY)
async def send_code_again(visit: Visit) -> Response:
    """Have another code sent, or one by text message in the place of the app's."""
    login = logins.login_of(visit)
    if "login" not in login:
        return _start_again(visit)
    try:
        answer = await ask_auth(visit, "/logins/codes", {"login": login["login"]})
    except ServiceRefusedError as refused:
        if refused.problem in _OVER:
            return _start_again(visit, note="over")
        return _code_page(visit, wrong=_told(visit, refused, field="code", too_many="login.wrong.codes"))
    return logins.go_on(visit, {**login, **answer.json()}, note="sms" if login["next"] == "totp" else "again")


@ROOM.post("/login/passkey/options", to=EVERYBODY)
async def begin_passkey(visit: Visit) -> Response:
    """Begin a login with a passkey."""
    back = visit.form.get("back")
    try:
        return await logins.begin_with_passkey(visit, purpose=logins.TO_LOG_IN, back=back)
    except ServiceRefusedError as refused:
        return _password_page(visit, back=back, wrong=_told(visit, refused, field="email"))


@ROOM.get("/login/passkey", to=EVERYBODY)
async def ask_passkey(visit: Visit) -> Response:
    """Let the browser ask the passkey."""
    return _passkey_page(visit)


@ROOM.post("/login/passkey", to=EVERYBODY)
async def complete_passkey(visit: Visit) -> Response:
    """Show to auth-svc what the passkey has signed."""
    login = logins.login_of(visit)
    if "public_key" not in login:
        return _start_again(visit)
    try:
        credential = json.loads(visit.form.get("credential"))
    except ValueError:
        return _passkey_page(visit, wrong={"credential": visit.text("login.wrong.passkey")})
    try:
        return await logins.complete(visit, login, "/passkey-logins/completion", {"credential": credential})
    except ServiceRefusedError as refused:
        told = _told(visit, refused, field="credential", invalid="login.wrong.passkey")
        return _passkey_page(visit, wrong=told)


@ROOM.get("/login/help", to=EVERYBODY)
async def help_to_log_in(visit: Visit) -> Response:
    """Tell what to do when logging in does not work: no code, no mobile phone, blocked, DigiD."""
    return visit.page("login/help.html.j2")


def _password_page(visit: Visit, *, back: str, email: str = "", wrong: dict[str, str] | None = None) -> Response:
    note = visit.asked("note")
    return visit.page(
        "login/password.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        back=back,
        email=email,
        wrong=wrong or {},
        note=note if note in _NOTES and not wrong else "",
    )


def _phone_page(visit: Visit, *, wrong: dict[str, str] | None = None, number: str = "") -> Response:
    return visit.page(
        "login/phone.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        known=logins.login_of(visit)["mobile_phone"],
        number=number,
        wrong=wrong or {},
    )


def _code_page(visit: Visit, *, wrong: dict[str, str] | None = None) -> Response:
    login = logins.login_of(visit)
    if login.get("next") not in {"code", "totp"}:
        return _start_again(visit)
    note = visit.asked("note")
    return visit.page(
        "login/code.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        login=login,
        is_of_app=login["next"] == "totp",
        wrong=wrong or {},
        note=note if note in _NOTES and not wrong else "",
    )


def _passkey_page(visit: Visit, *, wrong: dict[str, str] | None = None) -> Response:
    login = logins.login_of(visit)
    if "public_key" not in login:
        return _start_again(visit)
    return visit.page(
        "login/passkey.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        options=json.dumps(login["public_key"]),
        wrong=wrong or {},
    )


def _start_again(visit: Visit, *, note: str = "") -> Response:
    """Go to where the login began, which is over."""
    login = logins.login_of(visit)
    if login.get("purpose") == logins.TO_CONFIRM:
        return visit.redirect(login["back"])
    return visit.redirect(f"/login?note={note}" if note else "/login")


def _told(
    visit: Visit,
    refused: ServiceRefusedError,
    *,
    field: str,
    too_many: str = "login.wrong.too-many",
    invalid: str = "login.wrong.email",
) -> dict[str, str]:
    """Return what to do, beside `field`. Raise what is no mistake of who logs in."""
    if refused.status == HTTPStatus.TOO_MANY_REQUESTS:
        return {field: visit.text(too_many)}
    if refused.problem == "invalid":
        return {field: visit.text(invalid)}
    if refused.problem not in _WRONG:
        raise refused
    return {field: visit.text(_WRONG[refused.problem], phone=visit.parts.settings.insurer_phone)}
