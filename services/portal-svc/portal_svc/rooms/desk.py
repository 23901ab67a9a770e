"""The handlers' desk: which claims wait for a person, the next one, and finding one."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from portal_svc.clients import desk
from portal_svc.clients.services import Json, ServiceName, ServiceRefusedError
from portal_svc.domain.audience import HANDLERS
from portal_svc.web.codes import wording
from portal_svc.web.formats import passed
from portal_svc.web.people import naming
from portal_svc.web.room import MenuEntry, Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("desk")
ROOM.menu.append(MenuEntry(path="/desk", text="desk.menu", audience=HANDLERS, order=10))
_WHOSE: Final = ("all", "free", "mine", "team")
_CAUSES: Final = (
    *("referred", "assessment", "evidence_against", "answered", "unanswered", "proposed", "review"),
    *("payment_failed", "repair_consent", "repair_late", "payment_unsettled"),
)
_SORTS: Final = ("due_at", "since")
_ON_A_PAGE: Final = 50
_MOST_TRIED: Final = 20
"""Of claims that are free when the queue is read: each may be taken by somebody else the moment after."""
_REFERENCE: Final = re.compile(r"W[0-9A-HJKMNP-TV-Z]{10}")
_POLICY: Final = re.compile(r"[0-9]{1,9}-[0-9]{3}-[0-9]{2}")
_POSTCODE: Final = re.compile(r"([0-9]{4}) ?([A-Z]{2})?")


@ROOM.get("/desk", to=HANDLERS)
async def show_queue(visit: Visit) -> Response:
    """Show the claims that wait for a person, the one first that is due first."""
    whose = _one_of(visit.asked("whose"), _WHOSE) or "all"
    cause = _one_of(visit.asked("cause"), _CAUSES)
    sort = _one_of(visit.asked("sort"), _SORTS) or "due_at"
    is_without_team, page = False, None
    try:
        page = await desk.queue(
            visit.at(ServiceName.CLAIMS),
            limit=_ON_A_PAGE,
            whose=whose,
            cause=cause or None,
            sort=sort,
            cursor=visit.asked("cursor") or None,
        )
    except ServiceRefusedError as refused:
        if refused.problem != "no-team":
            raise
        is_without_team = True
    return await _queue(
        visit,
        page=page,
        whose=whose,
        cause=cause,
        sort=sort,
        notice="desk.no-team" if is_without_team else "",
    )


@ROOM.post("/desk/next", to=HANDLERS)
async def take_next(visit: Visit) -> Response:
    """Take the free claim that is due first, and open it. What somebody takes at that moment is left to them."""
    claims = visit.at(ServiceName.CLAIMS)
    for one in (await desk.queue(claims, limit=_MOST_TRIED, whose="free"))["items"]:
        try:
            await desk.take(claims, one["reference"])
        except ServiceRefusedError as refused:
            if refused.status != HTTPStatus.CONFLICT:
                raise
        else:
            return visit.redirect(f"/desk/claims/{one['reference']}?done=taken")
    return visit.redirect("/desk?whose=free&notice=none-free")


@ROOM.get("/desk/search", to=HANDLERS)
async def search(visit: Visit) -> Response:
    """Find a claim by its reference, the number of a policy, or the digits of a postcode."""
    asked = visit.asked("q").upper()
    claims = visit.at(ServiceName.CLAIMS)
    found: list[Json] = []
    is_understood = True
    if _REFERENCE.fullmatch(asked):
        found = [*await desk.search(claims, reference=asked)]
        if len(found) == 1:
            return visit.redirect(f"/desk/claims/{asked}")
    elif _POLICY.fullmatch(asked):
        found = [*await desk.search(claims, policy_number=asked)]
    elif area := _POSTCODE.fullmatch(asked):
        found = [*await desk.search(claims, postcode_area=area[1])]
    else:
        is_understood = False
    return visit.page(
        "desk/search.html.j2",
        status=HTTPStatus.OK if is_understood else HTTPStatus.UNPROCESSABLE_ENTITY,
        asked=visit.asked("q"),
        found=found,
        is_understood=is_understood,
        word=wording(visit.text),
    )


async def _queue(visit: Visit, *, page: Json | None, whose: str, cause: str, sort: str, notice: str) -> Response:
    if not notice and visit.asked("notice") == "none-free":
        notice = "desk.none-free"
    return visit.page(
        "desk/queue.html.j2",
        items=[] if page is None else page["items"],
        next_cursor=None if page is None else page["next_cursor"],
        whose=whose,
        cause=cause,
        sort=sort,
        choices={"whose": _WHOSE, "cause": _CAUSES, "sort": _SORTS},
        notice=notice,
        is_over=passed(await visit.now()),
        word=wording(visit.text),
        who=naming(visit),
    )


def _one_of(asked: str, known: tuple[str, ...]) -> str:
    return asked if asked in known else ""
