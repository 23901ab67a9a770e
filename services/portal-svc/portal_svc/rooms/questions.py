"""Questions in a customer's own words: asked, read with the answer, and answered by handlers."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from portal_svc.clients import questions
from portal_svc.clients.services import ServiceName, ServiceRefusedError
from portal_svc.domain.audience import CUSTOMERS, HANDLERS
from portal_svc.web.room import MenuEntry, Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("questions")
ROOM.menu.append(MenuEntry(path="/questions", text="help.queue.menu", audience=HANDLERS, order=20))
SHORTEST: Final = 10
DRAFT: Final = "question"
SHOWN_AT_ONCE: Final = 50


@ROOM.get("/help/ask", to=CUSTOMERS)
async def begin_to_ask(visit: Visit) -> Response:
    """Show the form, with what was kept when the session ended, or what was searched for in vain."""
    kept = str((await visit.draft(DRAFT)).get("text", ""))
    return _form(visit, text=kept or visit.asked("about"), is_kept=bool(kept))


@ROOM.post("/help/ask", to=CUSTOMERS, also_ended=True)
async def ask(visit: Visit) -> Response:
    """Send the question to the handlers; of who is not logged in any more, keep it until they are."""
    text = visit.form.get("text")
    if not visit.is_logged_in:
        await visit.add_to_draft(DRAFT, text=text)
        return visit.redirect("/help/ask")
    if wrong := _wrong_with(visit, text, shortest=SHORTEST, texts="help.ask."):
        return _form(visit, text=text, wrong=wrong)
    try:
        await questions.ask(visit.at(ServiceName.POLICY), _lines(text), of=visit.relation_number, key=visit.form.once)
    except ServiceRefusedError as refused:
        if refused.status != HTTPStatus.TOO_MANY_REQUESTS:
            raise
        return _form(visit, text=text, wrong=visit.text("help.ask.too-many"), status=HTTPStatus.TOO_MANY_REQUESTS)
    await visit.drop_draft(DRAFT)
    return visit.redirect("/help/mine?sent=1")


@ROOM.get("/help/mine", to=CUSTOMERS)
async def show_mine(visit: Visit) -> Response:
    """Show what they have asked, and the answers."""
    found = await questions.of_customer(visit.at(ServiceName.POLICY), of=visit.relation_number)
    return visit.page("help/mine.html.j2", questions=found, is_sent=visit.asked("sent") == "1")


@ROOM.get("/questions", to=HANDLERS)
async def show_queue(visit: Visit) -> Response:
    """Show which questions wait, the longest first."""
    waiting, are_more = await questions.waiting(visit.at(ServiceName.POLICY), most=SHOWN_AT_ONCE)
    return visit.page("help/queue.html.j2", waiting=waiting, are_more=are_more, is_sent=visit.asked("sent") == "1")


@ROOM.get("/questions/{question_id}", to=HANDLERS)
async def show_question(visit: Visit) -> Response:
    """Show one question, with room for an answer while it has none."""
    return await _to_answer(visit)


@ROOM.post("/questions/{question_id}", to=HANDLERS, also_ended=True)
async def answer(visit: Visit) -> Response:
    """Send the answer; of who is not logged in any more, keep it until they are."""
    text, question_id = visit.form.get("text"), visit.part("question_id")
    if not visit.is_logged_in:
        await visit.add_to_draft(DRAFT, **{question_id: text})
        return visit.redirect(f"/questions/{question_id}")
    if wrong := _wrong_with(visit, text, shortest=1, texts="help.queue."):
        return await _to_answer(visit, text=text, wrong=wrong)
    try:
        await questions.answer(visit.at(ServiceName.POLICY), question_id, _lines(text), key=visit.form.once)
    except ServiceRefusedError as refused:
        if refused.problem != "question-answered":
            raise
        return await _to_answer(visit, text=text, wrong=visit.text("help.queue.taken"), status=HTTPStatus.CONFLICT)
    await visit.drop_draft(DRAFT)
    return visit.redirect("/questions?sent=1")


async def _to_answer(
    visit: Visit, *, text: str = "", wrong: str = "", status: int = HTTPStatus.UNPROCESSABLE_ENTITY
) -> Response:
    question_id = visit.part("question_id")
    return visit.page(
        "help/answer.html.j2",
        status=status if wrong else HTTPStatus.OK,
        question=await questions.one(visit.at(ServiceName.POLICY), question_id),
        text=text or str((await visit.draft(DRAFT)).get(question_id, "")),
        wrong=wrong,
        most=questions.MOST_CHARACTERS,
    )


def _form(
    visit: Visit, *, text: str, wrong: str = "", is_kept: bool = False, status: int = HTTPStatus.UNPROCESSABLE_ENTITY
) -> Response:
    return visit.page(
        "help/ask.html.j2",
        status=status if wrong else HTTPStatus.OK,
        text=text,
        wrong=wrong,
        is_kept=is_kept,
        most=questions.MOST_CHARACTERS,
    )


def _wrong_with(visit: Visit, text: str, *, shortest: int, texts: str) -> str:
    if len(text) < shortest:
        return visit.text(texts + "too-short")
    if len(_lines(text)) > questions.MOST_CHARACTERS:
        return visit.text(texts + "too-long", most=questions.MOST_CHARACTERS)
    return ""


def _lines(text: str) -> str:
    """Return what was typed with the line breaks that everybody has; browsers send two characters for one."""
    return text.replace("\r\n", "\n")
