"""Reporting damage: which insurance and when, then what the rules still ask, one question at a time, then photos.

What is entered before the report is sent, and an answer that is sent after a session has ended, wait in a draft.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Any, Final
from uuid import uuid5

from starlette.datastructures import UploadFile
from starlette.responses import Response

from portal_svc.clients import claims, policies
from portal_svc.clients.services import Asking, Json, ServiceName, ServiceRefusedError
from portal_svc.domain.audience import CUSTOMERS
from portal_svc.rooms.claims import DAMAGE_KINDS, damage_in
from portal_svc.web.formats import DUTCH_TIME
from portal_svc.web.forms import MOST_FILE_BYTES
from portal_svc.web.room import Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("report")
_DRAFT: Final = "report"
_HOME_KINDS: Final = frozenset({"buildings", "contents"})
_ANSWER_FIELDS: Final = ("code", "known", "routes", *(f"damage-{kind}" for kind in DAMAGE_KINDS))
_TRUTHS: Final = ("true", "false", "unknown")
_MEDIA_TYPES: Final = ("image/jpeg", "image/png", "image/webp", "image/heic", "application/pdf")


@ROOM.get("/report", to=CUSTOMERS)
async def ask_which(visit: Visit) -> Response:
    """Ask which insurance it is about; with one home insurance that is chosen already."""
    return await _which(visit)


@ROOM.post("/report", to=CUSTOMERS, also_ended=True)
async def keep_which(visit: Visit) -> Response:
    """Keep which insurance."""
    if not visit.form.get("policy"):
        return await _which(visit, wrong={"policy": visit.text("report.which.none-chosen")})
    await visit.add_to_draft(_DRAFT, policy=visit.form.get("policy"))
    return visit.redirect("/report/when")


async def _which(visit: Visit, *, wrong: dict[str, str] | None = None) -> Response:
    found = await policies.insurances(visit.at(ServiceName.POLICY), of=visit.relation_number)
    homes = [one for one in found if one["kind"] in _HOME_KINDS and one["status"] != "begins_later"]
    draft = await visit.draft(_DRAFT)
    return visit.page(
        "report/which.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        homes=homes,
        chosen=draft.get("policy") or (homes[0]["policy_number"] if len(homes) == 1 else ""),
        wrong=wrong or {},
    )


@ROOM.get("/report/when", to=CUSTOMERS)
async def ask_when(visit: Visit) -> Response:
    """Ask on which day it happened, and at what time, where that is known."""
    return await _when(visit)


@ROOM.post("/report/when", to=CUSTOMERS, also_ended=True)
async def keep_when(visit: Visit) -> Response:
    """Keep when."""
    entered = {name: visit.form.get(name) for name in ("day", "time")}
    wrong = _wrong_when(visit, entered, today=(await visit.now()).astimezone(DUTCH_TIME).date())
    await visit.add_to_draft(_DRAFT, **entered)
    if wrong:
        return await _when(visit, wrong=wrong)
    return visit.redirect("/report/check")


def _wrong_when(visit: Visit, entered: dict[str, str], *, today: date) -> dict[str, str]:
    try:
        day = date.fromisoformat(entered["day"])
    except ValueError:
        return {"day": visit.text("report.when.no-day")}
    if day > today:
        return {"day": visit.text("report.when.future")}
    try:
        _loss(entered)
    except ValueError:
        return {"time": visit.text("report.when.no-time")}
    return {}


def _loss(entered: Any) -> dict[str, object]:  # noqa: ANN401 - what is half filled in
    """Return when it happened as claims-svc takes it. Raise `ValueError` where that is no moment."""
    if not entered.get("time"):
        return {"day": date.fromisoformat(entered["day"]).isoformat()}
    at = datetime.fromisoformat(f"{entered['day']}T{entered['time']}").replace(tzinfo=DUTCH_TIME)
    return {"loss": {"from_at": at.isoformat(), "until_at": at.isoformat()}}


async def _when(visit: Visit, *, wrong: dict[str, str] | None = None) -> Response:
    draft = await visit.draft(_DRAFT)
    if not draft.get("policy"):
        return visit.redirect("/report")
    today = (await visit.now()).astimezone(DUTCH_TIME).date()
    return visit.page(
        "report/when.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        draft=draft,
        today=today.isoformat(),
        yesterday=(today - timedelta(days=1)).isoformat(),
        wrong=wrong or {},
    )


@ROOM.get("/report/check", to=CUSTOMERS)
async def show_before_sending(visit: Visit) -> Response:
    """Show what is going to be sent."""
    draft = await visit.draft(_DRAFT)
    if not draft.get("policy") or not draft.get("day"):
        return visit.redirect("/report")
    return visit.page("report/check.html.j2", draft=draft)


@ROOM.post("/report/check", to=CUSTOMERS)
async def send(visit: Visit) -> Response:
    """Send the report; go on to what is still asked."""
    draft = await visit.draft(_DRAFT)
    if not draft.get("policy") or not draft.get("day"):
        return visit.redirect("/report")
    try:
        taken = await claims.report(
            _at(visit),
            {"policy_number": draft["policy"], "channel": "portal", **_loss(draft)},
            of=visit.relation_number,
            key=visit.form.once,
        )
    except ServiceRefusedError as refused:
        if refused.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        return await _when(visit, wrong={"day": visit.text("report.when.refused")})
    await visit.drop_draft(_DRAFT)
    return visit.redirect(f"/claims/{taken['reference']}/questions")


@ROOM.get("/claims/{reference}/questions", to=CUSTOMERS)
async def ask_next(visit: Visit) -> Response:
    """Ask the one question that tells most; when there is none left, go on to photos."""
    return await _question(visit)


@ROOM.post("/claims/{reference}/questions", to=CUSTOMERS, also_ended=True)
async def answer(visit: Visit) -> Response:
    """Answer it; what is asked next may depend on that."""
    reference, kind = visit.part("reference"), _answer_draft(visit)
    if not visit.is_logged_in:
        entered = {name: list(visit.form.many(name)) for name in _ANSWER_FIELDS}
        await visit.add_to_draft(kind, **entered)
        return visit.redirect(f"/claims/{reference}/questions")
    told, wrong = _answer_in(visit)
    if wrong:
        return await _question(visit, wrong=wrong)
    try:
        await claims.tell(
            _at(visit), reference, {"answers": [told]}, of=visit.relation_number, part="answers", key=visit.form.once
        )
    except ServiceRefusedError as refused:
        if refused.problem != "not-asked":  # it was answered meanwhile, on another page: what is asked now is shown
            raise
    await visit.drop_draft(kind)
    return visit.redirect(f"/claims/{reference}/questions")


def _answer_in(visit: Visit) -> tuple[dict[str, object], dict[str, str]]:
    form = visit.form
    told: dict[str, object] = {"code": form.get("code")}
    match form.get("answered_by"):
        case "truth" if form.get("known") in _TRUTHS:
            return {**told, "known": form.get("known")}, {}
        case "route" | "routes" if form.many("routes"):
            named = [route for route in form.many("routes") if route != "unknown"]
            return {**told, **({"routes": named} if named else {"known": "unknown"})}, {}
        case "damage":
            items, wrong = damage_in(visit)
            if not items and not wrong:
                wrong = {"damage-buildings": visit.text("report.damage.nothing")}
            return {**told, "damage": items}, wrong
        case _:
            return told, {"answer": visit.text("report.question.no-answer")}


async def _question(visit: Visit, *, wrong: dict[str, str] | None = None) -> Response:
    asked = await claims.claim(_at(visit), visit.part("reference"), of=visit.relation_number, part="questions")
    if not asked["questions"]:
        return visit.redirect(f"/claims/{visit.part('reference')}/photos")
    question: Json = asked["questions"][0]
    kept = {} if wrong else await visit.draft(_answer_draft(visit))
    if kept.get("code") != [question["code"]]:
        kept = {}
    entered = visit.form.values if wrong else kept
    return visit.page(
        "report/question.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        reference=visit.request.path_params["reference"],
        question=question,
        more=len(asked["questions"]) - 1,
        kinds=DAMAGE_KINDS,
        amounts={kind: (entered.get(f"damage-{kind}") or [""])[-1] for kind in DAMAGE_KINDS},
        known=(entered.get("known") or [""])[-1],
        routes=entered.get("routes") or [],
        is_kept=bool(kept),
        wrong=wrong or {},
    )


@ROOM.get("/claims/{reference}/photos", to=CUSTOMERS)
async def ask_for_photos(visit: Visit) -> Response:
    """Show the photos and documents that are there, and take more."""
    return await _photos(visit)


@ROOM.post("/claims/{reference}/photos", to=CUSTOMERS, uploads=True)
async def add_photos(visit: Visit) -> Response:
    """Add photos and documents. Each has an id that follows from this sending: sent twice, it is there once."""
    wrong: list[str] = []
    added = 0
    for place, upload in enumerate(visit.form.files.get("photos", ())):
        if sentence := await _add(visit, upload, place):
            wrong.append(sentence)
        else:
            added += 1
    if not added and not wrong:
        wrong = [visit.text("report.photos.none-chosen")]
    if wrong:
        return await _photos(visit, wrong=wrong)
    return visit.redirect(f"/claims/{visit.part('reference')}/photos")


async def _add(visit: Visit, upload: UploadFile, place: int) -> str:
    """Add one file; return what is wrong with it, "" when it was taken."""
    name, media_type = upload.filename or "", upload.content_type or ""
    if media_type not in _MEDIA_TYPES:
        return visit.text("report.photos.kind", name=name)
    if (upload.size or 0) > MOST_FILE_BYTES:
        return visit.text("report.photos.large", name=name)
    try:
        await claims.add_file(
            _at(visit),
            visit.part("reference"),
            uuid5(visit.form.once, str(place)),
            of=visit.relation_number,
            contents=await upload.read(),
            media_type=media_type,
        )
    except ServiceRefusedError as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            raise
        known = f"report.photos.{refused.problem}"
        return visit.text(known if known in visit.text else "report.photos.refused", name=name)
    return ""


@ROOM.get("/claims/{reference}/photos/{file_id}", to=CUSTOMERS)
async def show_photo(visit: Visit) -> Response:
    """Show a small picture of one of them."""
    found = await claims.preview(_at(visit), visit.part("reference"), visit.part("file_id"), of=visit.relation_number)
    return visit.download(found, name="photo", inline=True)


async def _photos(visit: Visit, *, wrong: list[str] | None = None) -> Response:
    found = await claims.claim(_at(visit), visit.part("reference"), of=visit.relation_number, part="files")
    return visit.page(
        "report/photos.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        reference=visit.request.path_params["reference"],
        files=found["files"],
        wrong=wrong or [],
    )


@ROOM.get("/claims/{reference}/next", to=CUSTOMERS)
async def tell_what_is_next(visit: Visit) -> Response:
    """Tell what happens next."""
    claim = await claims.claim(_at(visit), visit.part("reference"), of=visit.relation_number)
    return visit.page("report/next.html.j2", claim=claim)


def _answer_draft(visit: Visit) -> str:
    return f"answer-{visit.part('reference')}"


def _at(visit: Visit) -> Asking:
    return visit.at(ServiceName.CLAIMS)
