"""Activating an account in three steps: who somebody is, the mail, a password."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from portal_svc.clients.services import ServiceRefusedError
from portal_svc.domain.audience import EVERYBODY
from portal_svc.web.at_auth import ask_auth, exactly
from portal_svc.web.mailed import keeping_the_fragment, secret_of, told_of_password
from portal_svc.web.room import Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("activation")
_NUMBER: Final = re.compile(r"[0-9]{1,9}(-[0-9]{3}-[0-9]{2})?")


@ROOM.get("/activate", to=EVERYBODY, any_language=True)
async def follow_link(visit: Visit) -> Response:
    """Go on from the link in the mail, which names no language."""
    return keeping_the_fragment(visit, "/activate/link")


@ROOM.get("/activate", to=EVERYBODY)
async def ask_who(visit: Visit) -> Response:
    """The first step: relation number and e-mail address."""
    return _first(visit)


@ROOM.post("/activate", to=EVERYBODY)
async def ask_for_account(visit: Visit) -> Response:
    """Have the mail sent. Whether there is such a customer is not told."""
    number, email = visit.form.get("relation_number").replace(" ", ""), visit.form.get("email").lower()
    wrong = {}
    if not _NUMBER.fullmatch(number):
        wrong["relation_number"] = visit.text("activation.wrong.number")
    if "@" not in email:
        wrong["email"] = visit.text("login.wrong.email")
    if wrong:
        return _first(visit, wrong=wrong)
    try:
        await ask_auth(visit, "/activations", {"relation_number": number, "email": email})
    except ServiceRefusedError as refused:
        if refused.status != HTTPStatus.TOO_MANY_REQUESTS and refused.problem != "invalid":
            raise
        told = "login.wrong.email" if refused.problem == "invalid" else "mailed.too-many"
        return _first(visit, wrong={"email": visit.text(told)})
    return visit.redirect("/activate/mail")


@ROOM.get("/activate/mail", to=EVERYBODY)
async def wait_for_mail(visit: Visit) -> Response:
    """The second step: the mail."""
    return visit.page("activation/mail.html.j2")


@ROOM.get("/activate/link", to=EVERYBODY)
async def ask_for_password(visit: Visit) -> Response:
    """The third step: a password."""
    return visit.page("activation/link.html.j2", link="", wrong={})


@ROOM.post("/activate/link", to=EVERYBODY)
async def activate(visit: Visit) -> Response:
    """Make the account by the mailed link."""
    link, password = secret_of(visit.form.get("link")), await exactly(visit, "password")
    wrong = {} if link else {"link": visit.text("mailed.wrong.no-link")}
    if not password:
        wrong["password"] = visit.text("mailed.wrong.length")
    if not wrong:
        try:
            await ask_auth(visit, "/activations/completion", {"link": link, "password": password})
        except ServiceRefusedError as refused:
            wrong = told_of_password(visit, refused)
        else:
            return visit.redirect("/activate/done")
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page("activation/link.html.j2", status=status, link=link, wrong=wrong)


@ROOM.get("/activate/done", to=EVERYBODY)
async def show_done(visit: Visit) -> Response:
    """Tell that the account is there."""
    return visit.page("activation/done.html.j2")


def _first(visit: Visit, *, wrong: dict[str, str] | None = None) -> Response:
    return visit.page(
        "activation/who.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        number=visit.form.get("relation_number"),
        email=visit.form.get("email"),
        wrong=wrong or {},
    )
