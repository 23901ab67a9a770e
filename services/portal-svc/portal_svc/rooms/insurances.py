"""A customer's insurances: all of them, and one with cover, conditions, premium and documents."""

from __future__ import annotations

import asyncio
from datetime import date
from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from portal_svc.clients import policies
from portal_svc.clients.services import Json, ServiceName, ServiceRefusedError
from portal_svc.domain.audience import CUSTOMERS
from portal_svc.web.formats import DUTCH_TIME
from portal_svc.web.room import MenuEntry, Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("insurances")
ROOM.menu.append(MenuEntry(path="/insurances", text="insurances.menu", audience=CUSTOMERS, order=10))


@ROOM.get("/insurances", to=CUSTOMERS)
async def list_insurances(visit: Visit) -> Response:
    """Show all insurances, those first that are in force."""
    found = await policies.insurances(visit.at(ServiceName.POLICY), of=visit.relation_number)
    order = ("in_force", "begins_later", "ended")
    return visit.page("insurances/list.html.j2", insurances=sorted(found, key=lambda one: order.index(one["status"])))


@ROOM.get("/insurances/{policy_number}", to=CUSTOMERS)
async def show_insurance(visit: Visit) -> Response:
    """Show one insurance as it is today."""
    return await _shown(visit)


@ROOM.get("/insurances/{policy_number}/schedule", to=CUSTOMERS)
async def get_schedule(visit: Visit) -> Response:
    """Get the policy schedule of the day that was chosen, as PDF."""
    number = visit.part("policy_number")
    try:
        on = date.fromisoformat(visit.asked("on"))
    except ValueError:
        return await _shown(visit, wrong="insurances.schedule.no-day")
    try:
        answer = await policies.schedule(
            visit.at(ServiceName.POLICY), number, of=visit.relation_number, on=on, language=visit.language.value
        )
    except ServiceRefusedError as refused:
        if refused.problem == "not-found":
            raise
        return await _shown(visit, wrong="insurances.schedule.not-insured")
    name = visit.text("insurances.schedule.file", number=visit.request.path_params["policy_number"], on=on.isoformat())
    return visit.download(answer, name=name)


@ROOM.get("/documents/{document_id}", to=CUSTOMERS)
async def get_document(visit: Visit) -> Response:
    """Get a document that was issued before, as PDF."""
    answer = await policies.document(visit.at(ServiceName.POLICY), visit.part("document_id"), of=visit.relation_number)
    return visit.download(answer, name=visit.text("insurances.documents.file"))


async def _shown(visit: Visit, *, wrong: str = "") -> Response:
    """Show one insurance; `wrong` is the key of what is to be said about the day that was chosen."""
    policy, number, of = visit.at(ServiceName.POLICY), visit.part("policy_number"), visit.relation_number
    insurance = await policies.insurance(policy, number, of=of)
    conditions, documents = await asyncio.gather(_conditions(visit, number), policies.documents(policy, of=of))
    return visit.page(
        "insurances/one.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        insurance=insurance,
        conditions=conditions,
        documents=[one for one in documents if one["policy_number"] == insurance["policy_number"]],
        today=(await visit.now()).astimezone(DUTCH_TIME).date(),
        chosen=visit.asked("on"),
        wrong=wrong,
    )


async def _conditions(visit: Visit, number: str) -> Json | None:
    """Return what is covered; None for an insurance of which only general data are known here."""
    try:
        return await policies.conditions(visit.at(ServiceName.POLICY), number, of=visit.relation_number)
    except ServiceRefusedError as refused:
        if refused.status in {HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT}:
            return None
        raise
