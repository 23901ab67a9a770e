"""Links in mails to customers who have an account: a new password, a new address, and undoing changes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from portal_svc.clients.services import ServiceRefusedError
from portal_svc.domain.audience import EVERYBODY
from portal_svc.web.at_auth import ask_auth, exactly, hand_on_cookies
from portal_svc.web.mailed import keeping_the_fragment, secret_of, told_of_password
from portal_svc.web.room import Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("mailed")


@ROOM.get("/password", to=EVERYBODY)
async def ask_for_address(visit: Visit) -> Response:
    """Ask whose password is to be another."""
    return visit.page("mailed/password.html.j2", email="", wrong={})


@ROOM.post("/password", to=EVERYBODY)
async def ask_for_link(visit: Visit) -> Response:
    """Have the mail sent. Whether there is such an account is not told."""
    email = visit.form.get("email").lower()
    wrong = {} if "@" in email else {"email": visit.text("login.wrong.email")}
    if not wrong:
        try:
            await ask_auth(visit, "/password-resets", {"email": email})
        except ServiceRefusedError as refused:
            if refused.status != HTTPStatus.TOO_MANY_REQUESTS and refused.problem != "invalid":
                raise
            told = "login.wrong.email" if refused.problem == "invalid" else "mailed.too-many"
            wrong = {"email": visit.text(told)}
        else:
            return visit.redirect("/password/mail")
    return visit.page("mailed/password.html.j2", status=HTTPStatus.UNPROCESSABLE_ENTITY, email=email, wrong=wrong)


@ROOM.get("/password/mail", to=EVERYBODY)
async def wait_for_mail(visit: Visit) -> Response:
    """Tell where to look for the mail."""
    return visit.page("mailed/sent.html.j2")


@ROOM.get("/reset-password", to=EVERYBODY, any_language=True)
async def follow_password_link(visit: Visit) -> Response:
    """Go on from the link in the mail, which names no language."""
    return keeping_the_fragment(visit, "/password/link")


@ROOM.get("/password/link", to=EVERYBODY)
async def ask_for_password(visit: Visit) -> Response:
    """Ask for the new password."""
    return visit.page("mailed/new_password.html.j2", link="", wrong={})


@ROOM.post("/password/link", to=EVERYBODY)
async def choose_password(visit: Visit) -> Response:
    """Have it changed by the mailed link."""
    link, password = secret_of(visit.form.get("link")), await exactly(visit, "password")
    wrong = {} if link else {"link": visit.text("mailed.wrong.no-link")}
    if not password:
        wrong["password"] = visit.text("mailed.wrong.length")
    if not wrong:
        try:
            answer = await ask_auth(visit, "/password-resets/completion", {"link": link, "password": password})
        except ServiceRefusedError as refused:
            wrong = told_of_password(visit, refused)
        else:
            response = visit.redirect("/password/done")
            hand_on_cookies(answer, response)
            return response
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return visit.page("mailed/new_password.html.j2", status=status, link=link, wrong=wrong)


@ROOM.get("/password/done", to=EVERYBODY)
async def show_password_changed(visit: Visit) -> Response:
    """Tell that the new one counts."""
    return visit.page("mailed/password_changed.html.j2")


@ROOM.get("/email", to=EVERYBODY, any_language=True)
async def follow_address_link(visit: Visit) -> Response:
    """Go on from the link in the mail, which names no language."""
    return keeping_the_fragment(visit, "/links/email")


@ROOM.get("/links/email", to=EVERYBODY)
async def ask_to_confirm_address(visit: Visit) -> Response:
    """Ask whether the new address is to count: machines that read mail follow links, and press no button."""
    return visit.page("mailed/address.html.j2", is_done=False, link="", wrong={})


@ROOM.post("/links/email", to=EVERYBODY)
async def confirm_address(visit: Visit) -> Response:
    """Take the new address."""
    link = secret_of(visit.form.get("link"))
    wrong = {} if link else {"link": visit.text("mailed.wrong.no-link")}
    if not wrong:
        try:
            await ask_auth(visit, "/links/email", {"link": link})
        except ServiceRefusedError as refused:
            wrong = told_of_password(visit, refused)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return visit.page("mailed/address.html.j2", status=status, is_done=not wrong, link=link, wrong=wrong)


@ROOM.get("/undo", to=EVERYBODY, any_language=True)
async def follow_undo_link(visit: Visit) -> Response:
    """Go on from the link in the mail, which names no language."""
    return keeping_the_fragment(visit, "/links/undo")


@ROOM.get("/links/undo", to=EVERYBODY)
async def ask_to_undo(visit: Visit) -> Response:
    """Ask whether the changes are to be undone."""
    return visit.page("mailed/undo.html.j2", undone=None, link="", wrong={})


@ROOM.post("/links/undo", to=EVERYBODY)
async def undo(visit: Visit) -> Response:
    """Undo them, and tell what is to be done now."""
    link, undone = secret_of(visit.form.get("link")), None
    wrong = {} if link else {"link": visit.text("mailed.wrong.no-link")}
    if not wrong:
        try:
            undone = (await ask_auth(visit, "/links/undo", {"link": link})).json()
        except ServiceRefusedError as refused:
            wrong = told_of_password(visit, refused)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return visit.page("mailed/undo.html.j2", status=status, undone=undone, link=link, wrong=wrong)
