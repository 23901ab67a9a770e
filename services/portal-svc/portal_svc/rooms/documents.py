"""What belongs to an insurance besides its changes: policy terms, green card, declarations of a pet."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.responses import Response

from portal_svc.clients import changes, policies
from portal_svc.clients.services import Json, ServiceName, ServiceRefusedError
from portal_svc.domain.audience import CUSTOMERS
from portal_svc.web.room import Room
from portal_svc.web.visit import NotFoundError, Visit

ROOM: Final = Room("documents")
_NO_CARD: Final = frozenset({"no-green-card", "no-postal-address", "too-many-documents", "nothing-insured-then"})


@ROOM.get("/insurances/{policy_number}/terms", to=CUSTOMERS)
async def show_terms(visit: Visit) -> Response:
    """Show the policy terms, clause by clause."""
    conditions = await _conditions(visit)
    terms = await changes.clauses(visit.at(ServiceName.POLICY), conditions["product_version"])
    return visit.page("documents/terms.html.j2", conditions=conditions, terms=terms)


@ROOM.get("/insurances/{policy_number}/terms/file", to=CUSTOMERS)
async def get_terms(visit: Visit) -> Response:
    """Get the policy terms as PDF."""
    version = (await _conditions(visit))["product_version"]
    answer = await visit.at(ServiceName.POLICY).get_bytes(f"/products/{version}/terms", language=visit.language.value)
    return visit.download(answer, name=visit.text("documents.terms.file", version=version))


@ROOM.get("/insurances/{policy_number}/green-card", to=CUSTOMERS)
async def show_green_card(visit: Visit) -> Response:
    """Tell what a green card is for, and let it be downloaded."""
    insurance = await _insurance(visit)
    if insurance["kind"] != "car":
        raise NotFoundError
    return visit.page("documents/green_card.html.j2", insurance=insurance, wrong="")


@ROOM.get("/insurances/{policy_number}/green-card/file", to=CUSTOMERS)
async def get_green_card(visit: Visit) -> Response:
    """Get it as PDF."""
    number = visit.part("policy_number")
    try:
        answer = await visit.at(ServiceName.POLICY).get_bytes(
            f"/customers/{visit.relation_number}/policies/{number}/green-card"
        )
    except ServiceRefusedError as refused:
        if refused.problem not in _NO_CARD:
            raise
        return visit.page(
            "documents/green_card.html.j2",
            status=HTTPStatus.CONFLICT,
            insurance=await _insurance(visit),
            wrong=refused.problem,
        )
    return visit.download(
        answer, name=visit.text("documents.card.file", number=visit.request.path_params["policy_number"])
    )


@ROOM.get("/insurances/{policy_number}/declarations", to=CUSTOMERS)
async def list_declarations(visit: Visit) -> Response:
    """Show what was declared for a pet, the latest treatment first."""
    insurance, number = await _insurance(visit), visit.part("policy_number")
    if insurance["kind"] != "pet":
        raise NotFoundError
    found = await policies.pages(
        visit.at(ServiceName.POLICY), f"/customers/{visit.relation_number}/policies/{number}/declarations"
    )
    return visit.page("documents/declarations.html.j2", insurance=insurance, declarations=found)


@ROOM.get("/insurances/{policy_number}/declarations/{declaration_number}", to=CUSTOMERS)
async def show_declaration(visit: Visit) -> Response:
    """Show one: what was paid of each treatment, and why not all."""
    number, declaration = visit.part("policy_number"), visit.part("declaration_number")
    found = await visit.at(ServiceName.POLICY).get(
        f"/customers/{visit.relation_number}/policies/{number}/declarations/{declaration}"
    )
    return visit.page("documents/declaration.html.j2", number=number, declaration=found)


async def _insurance(visit: Visit) -> Json:
    return await policies.insurance(visit.at(ServiceName.POLICY), visit.part("policy_number"), of=visit.relation_number)


async def _conditions(visit: Visit) -> Json:
    return await policies.conditions(
        visit.at(ServiceName.POLICY), visit.part("policy_number"), of=visit.relation_number
    )
