"""Members of staff make their account: a password, an authenticator app, its first code."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, urlsplit

import segno
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from portal_svc.clients import staff
from portal_svc.clients.services import ServiceName, ServiceRefusedError
from portal_svc.domain.audience import EVERYBODY
from portal_svc.web.headers import PAGE_HEADERS
from portal_svc.web.room import Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("staff")
_LINK: Final = re.compile(r"[\w-]{43}", re.ASCII)
_CODE: Final = re.compile(r"[0-9]{6}", re.ASCII)
_APP: Final = re.compile(r"otpauth://totp/[\x21-\x7e]{1,400}", re.ASCII)
_GROUP: Final = 4
_DEVICE: Final = "__Host-device="
_ABOUT_PASSWORD: Final = {"weak-password": "staff.wrong.weak", "common-password": "staff.wrong.common"}


@ROOM.get("/staff", to=EVERYBODY, any_language=True)
async def choose_language(visit: Visit) -> Response:
    """Go on in a language. The link of an invitation leads here; browsers take along what stands behind its #."""
    return RedirectResponse(f"/{visit.language.value}/staff", HTTPStatus.SEE_OTHER, headers=PAGE_HEADERS)


@ROOM.get("/staff", to=EVERYBODY)
async def begin(visit: Visit) -> Response:
    """Ask for the code of the invitation, which a script has filled in where one may run, and a password."""
    return _beginning(visit)


@ROOM.post("/staff", to=EVERYBODY)
async def choose_password(visit: Visit) -> Response:
    """Keep the password, and show what the app is to be given. That is shown here alone: it is kept nowhere."""
    link, password = _link_of(visit.form.get("link")), visit.form.get("password")
    wrong = {}
    if not link:
        wrong["link"] = visit.text("staff.wrong.link")
    if not password:
        wrong["password"] = visit.text("staff.wrong.weak")
    if wrong:
        return _beginning(visit, wrong)
    try:
        uri = await staff.choose_password(visit.at(ServiceName.AUTH), link=link, password=password)
    except ServiceRefusedError as refused:
        return _beginning(visit, _told_of_beginning(visit, refused))
    return _app(visit, link=link, uri=uri)


@ROOM.post("/staff/app", to=EVERYBODY)
async def show_first_code(visit: Visit) -> Response:
    """Begin the account by the first code of the app."""
    link, uri = _link_of(visit.form.get("link")), visit.form.get("uri")
    code = visit.form.get("code").replace(" ", "")
    if not link or not _APP.fullmatch(uri):
        return _beginning(visit, {"link": visit.text("staff.wrong.over")})
    if not _CODE.fullmatch(code):
        return _app(visit, link=link, uri=uri, wrong={"code": visit.text("staff.wrong.code")})
    agent = visit.request.headers.get("user-agent")
    try:
        begun = await staff.show_first_code(
            visit.at(ServiceName.AUTH), link=link, code=code, headers={"user-agent": agent} if agent else {}
        )
    except ServiceRefusedError as refused:
        if refused.problem == "wrong-code":
            return _app(visit, link=link, uri=uri, wrong={"code": visit.text("staff.wrong.code")})
        return _beginning(visit, _told_of_beginning(visit, refused))
    response = visit.redirect("/staff/ready")
    for cookie in begun.headers.get_list("set-cookie"):
        if cookie.startswith(_DEVICE):
            response.headers.append("set-cookie", cookie)
    return response


@ROOM.get("/staff/app", to=EVERYBODY)
async def begin_again(visit: Visit) -> Response:
    """Go back to the beginning: what the app is given is shown once, in answer to the password."""
    return visit.redirect("/staff")


@ROOM.get("/staff/ready", to=EVERYBODY)
async def tell_ready(visit: Visit) -> Response:
    """Tell that the account is there, and lead to logging in."""
    return visit.page("staff/ready.html.j2")


def _beginning(visit: Visit, wrong: Mapping[str, str] | None = None) -> Response:
    return visit.page(
        "staff/begin.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        link=visit.form.get("link"),
        wrong=wrong or {},
    )


def _app(visit: Visit, *, link: str, uri: str, wrong: Mapping[str, str] | None = None) -> Response:
    secret = (parse_qs(urlsplit(uri).query).get("secret") or [""])[0]
    return visit.page(
        "staff/app.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        link=link,
        uri=uri,
        picture=_picture_of(uri),
        secret=" ".join(secret[at : at + _GROUP] for at in range(0, len(secret), _GROUP)),
        wrong=wrong or {},
    )


def _picture_of(uri: str) -> Markup:
    """Return the QR code as part of the page: as a file it would have an address, and be kept somewhere."""
    drawn = io.BytesIO()
    segno.make(uri, micro=False).save(
        drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False, svgns=True, nl=False
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - drawn by segno: paths and numbers


def _link_of(entered: str) -> str:
    """Return the code of the invitation, also out of a whole address; "" where there is none."""
    code = entered.rpartition("#")[2].strip()
    return code if _LINK.fullmatch(code) else ""


def _told_of_beginning(visit: Visit, refused: ServiceRefusedError) -> Mapping[str, str]:
    """Return what to change. Raise the refusal again where that is not up to who was invited."""
    if refused.problem in _ABOUT_PASSWORD:
        return {"password": visit.text(_ABOUT_PASSWORD[refused.problem])}
    if refused.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return {"password": visit.text("staff.wrong.weak")}
    if refused.problem in {"link-over", "nothing-to-confirm"}:
        return {"link": visit.text("staff.wrong.over")}
    raise refused
