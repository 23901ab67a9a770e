"""A customer's personal data at policy-svc: changed by a form, shown before and after, and confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from portal_svc.clients import changes
from portal_svc.clients.services import Json, ServiceName, ServiceRefusedError
from portal_svc.domain.audience import CUSTOMERS
from portal_svc.web.room import Room
from portal_svc.web.visit import Visit

ROOM: Final = Room("personal")
_SHOWN: Final = "personal-preview"
"""What was shown and is not confirmed yet; policy-svc does not show it again."""
CHANNELS: Final = ("email", "sms")
_FIELDS: Final = {
    "/name": "name",
    "/email": "email",
    "/mobile_phone": "mobile_phone",
    "/postal_address/postcode": "postcode",
    "/postal_address/house_number": "house_number",
}


@ROOM.get("/personal", to=CUSTOMERS)
async def ask_for_change(visit: Visit) -> Response:
    """Show the data as they are, to be changed."""
    known = await _known(visit)
    return _form(visit, _entered(known))


@ROOM.post("/personal", to=CUSTOMERS)
async def preview_change(visit: Visit) -> Response:
    """Have the change computed, and show what it would be."""
    form = visit.form
    entered: dict[str, Any] = {
        name: form.get(name) for name in ("name", "email", "mobile_phone", "postcode", "house_number", "language")
    }
    entered["unwanted_channels"] = [one for one in CHANNELS if one in form.many("unwanted_channels")]
    if bool(entered["postcode"]) != bool(entered["house_number"]):
        missing = "house_number" if entered["postcode"] else "postcode"
        return _form(visit, entered, wrong={missing: visit.text("personal.wrong.address")})
    try:
        shown = await changes.preview_person(
            visit.at(ServiceName.POLICY), _asked(entered), of=visit.relation_number, key=form.once
        )
    except ServiceRefusedError as refused:
        return _form(visit, entered, wrong=_told(visit, refused))
    await visit.add_to_draft(_SHOWN, shown=dict(shown))
    return visit.redirect("/personal/preview")


@ROOM.get("/personal/preview", to=CUSTOMERS)
async def show_preview(visit: Visit) -> Response:
    """Show what would change."""
    shown = (await visit.draft(_SHOWN)).get("shown")
    if shown is None:
        return visit.redirect("/personal")
    before, after = _entered(shown["before"]), _entered(shown["after"])
    changed = [name for name in before if before[name] != after[name]]
    return visit.page("personal/preview.html.j2", shown=shown, before=before, after=after, changed=changed)


@ROOM.post("/personal/preview", to=CUSTOMERS)
async def confirm_change(visit: Visit) -> Response:
    """Make it."""
    shown = (await visit.draft(_SHOWN)).get("shown")
    if shown is None or shown["preview_id"] != visit.form.get("preview_id"):
        return visit.redirect("/personal")
    try:
        await changes.confirm_person(
            visit.at(ServiceName.POLICY), shown["preview_id"], of=visit.relation_number, key=visit.form.once
        )
    except ServiceRefusedError as refused:
        if refused.problem not in {"preview-stale", "preview-expired"}:
            raise
        await visit.drop_draft(_SHOWN)
        return visit.page("personal/stale.html.j2", status=HTTPStatus.CONFLICT)
    await visit.drop_draft(_SHOWN)
    return visit.redirect("/account?done=personal")


async def _known(visit: Visit) -> Json:
    return await visit.at(ServiceName.POLICY).get(f"/customers/{visit.relation_number}")


def _entered(customer: Json) -> dict[str, Any]:
    """Return what is known as the form has it."""
    address = customer["postal_address"] or {}
    return {
        "name": customer["name"],
        "email": customer["email"] or "",
        "mobile_phone": customer["mobile_phone"] or "",
        "postcode": address.get("postcode", ""),
        "house_number": address.get("house_number", ""),
        "language": customer["language"],
        "unwanted_channels": list(customer["unwanted_channels"]),
    }


def _asked(entered: Mapping[str, Any]) -> dict[str, Any]:
    """Return everything as it is to be: what is the same changes nothing, and what is empty takes it away."""
    address = {"postcode": entered["postcode"].upper()[:20], "house_number": entered["house_number"].upper()[:20]}
    return {
        "name": entered["name"] or None,
        "email": entered["email"] or None,
        "mobile_phone": _with_country(entered["mobile_phone"]) or None,
        "postal_address": address if entered["postcode"] else None,
        "language": entered["language"] or None,
        "unwanted_channels": entered["unwanted_channels"],
    }


def _with_country(number: str) -> str:
    """Return a number as policy-svc knows numbers: Dutch ones are typed without their country."""
    digits = "".join(letter for letter in number if letter.isdecimal() or letter == "+")
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return f"+31{digits[1:]}" if digits.startswith("0") else digits


def _form(visit: Visit, entered: Mapping[str, Any], *, wrong: Mapping[str, str] | None = None) -> Response:
    return visit.page(
        "personal/form.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        entered=entered,
        wrong=wrong or {},
        channels=CHANNELS,
    )


def _told(visit: Visit, refused: ServiceRefusedError) -> dict[str, str]:
    """Return what to do beside the field that it is about. Raise what no other entry would help against."""
    if refused.problem == "address-impossible":
        return {"postcode": str(refused.told["detail"])}
    if refused.problem == "unreachable":
        return {"email": visit.text("personal.wrong.unreachable")}
    if refused.problem == "nothing-changes":
        return {"name": visit.text("personal.wrong.nothing")}
    if refused.problem != "invalid":
        raise refused
    named = [_FIELDS[f"/{pointer}"] for pointer in refused.fields if f"/{pointer}" in _FIELDS]
    return {field: visit.text(f"personal.wrong.{field}") for field in named or ["name"]}
