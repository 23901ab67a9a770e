"""Changes of an insurance: cover, deductible, licence plate, move, cancellation. Each is shown before it is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from portal_svc.clients import changes, policies
from portal_svc.clients.services import Json, ServiceName, ServiceRefusedError
from portal_svc.domain.audience import CUSTOMERS
from portal_svc.web.room import Room
from portal_svc.web.visit import NotFoundError, Visit

ROOM: Final = Room("changes")
HOMES: Final = frozenset({"buildings", "contents"})
CHANGES: Final[Mapping[str, frozenset[str] | None]] = {
    "cover": None,
    "deductible": None,
    "move": HOMES,
    "plate": frozenset({"car"}),
    "cancel": None,
}
"""By the last part of the path: of which kinds of insurance it can be asked for; None: of all."""
HOME_TYPES: Final = (
    *("terraced", "corner", "semi_detached", "detached"),
    *("apartment", "canal_house", "farmhouse", "holiday_home"),
)
FEATURES: Final = ("listed_monument", "thatched_roof", "owners_association")
_STALE: Final = frozenset({"preview-stale", "preview-expired"})
_TOLD_BY_SERVICE: Final = frozenset({"address-impossible", "licence-plate-impossible"})
_TOLD_HERE: Final = frozenset(
    {
        *("kept-elsewhere", "not-of-this-kind", "nothing-insured-then", "day-too-early", "day-too-late"),
        *("nothing-changes", "not-offered", "premium-not-computed", "ends-already"),
    }
)
_EUROS: Final = 10_000_000


@ROOM.get("/insurances/{policy_number}/change", to=CUSTOMERS)
async def choose_change(visit: Visit) -> Response:
    """Show what can be changed about an insurance."""
    insurance = await _insurance(visit)
    return visit.page("changes/choose.html.j2", insurance=insurance, kinds=possible(insurance))


@ROOM.get("/insurances/{policy_number}/change/{change}", to=CUSTOMERS)
async def ask_for_change(visit: Visit) -> Response:
    """Ask what is to be."""
    return await _form(visit)


@ROOM.post("/insurances/{policy_number}/change/{change}", to=CUSTOMERS)
async def preview_change(visit: Visit) -> Response:
    """Have it computed, and show what it would be."""
    change = _change(visit)
    wrong, asked = _READ[change](visit)
    effective_on = visit.form.get("effective_on")
    if effective_on:
        try:
            asked["effective_on"] = date.fromisoformat(effective_on).isoformat()
        except ValueError:
            wrong["effective_on"] = visit.text("changes.wrong.day")
    if wrong:
        return await _form(visit, wrong=wrong)
    number = visit.part("policy_number")
    try:
        shown = await changes.preview(
            visit.at(ServiceName.POLICY), number, asked, of=visit.relation_number, key=visit.form.once
        )
    except ServiceRefusedError as refused:
        return await _refused(visit, refused)
    return visit.redirect(f"/insurances/{number}/change/{change}/{shown['preview_id']}")


@ROOM.get("/insurances/{policy_number}/change/{change}/{preview_id}", to=CUSTOMERS)
async def show_preview(visit: Visit) -> Response:
    """Show what the change would be, before it is made."""
    return visit.page("changes/preview.html.j2", shown=await _previewed(visit), change=_change(visit))


@ROOM.post("/insurances/{policy_number}/change/{change}/{preview_id}", to=CUSTOMERS)
async def confirm_change(visit: Visit) -> Response:
    """Make it."""
    number, preview_id, change = visit.part("policy_number"), visit.part("preview_id"), _change(visit)
    try:
        await changes.confirm(
            visit.at(ServiceName.POLICY), number, preview_id, of=visit.relation_number, key=visit.form.once
        )
    except ServiceRefusedError as refused:
        if refused.problem not in _STALE:
            raise
        return visit.page("changes/stale.html.j2", status=HTTPStatus.CONFLICT, number=number, change=change)
    return visit.redirect(f"/insurances/{number}/change/{change}/{preview_id}/done")


@ROOM.get("/insurances/{policy_number}/change/{change}/{preview_id}/done", to=CUSTOMERS)
async def show_done(visit: Visit) -> Response:
    """Tell that it is made, from when on, and what comes."""
    shown, insurance = await _previewed(visit), await _insurance(visit)
    is_made = any(
        terms["effective_on"] == shown["effective_on"] for terms in (insurance["terms"], *insurance["upcoming"])
    )
    ends = insurance["insured_until"] == shown["effective_on"]
    if not is_made and not ends:
        return visit.redirect(visit.path.removesuffix("/done"))
    return visit.page("changes/done.html.j2", shown=shown)


def possible(insurance: Json) -> Sequence[str]:
    """Return which changes can be asked for of an insurance."""
    if not insurance["can_be_changed"]:
        return ()
    return [name for name, kinds in CHANGES.items() if kinds is None or insurance["kind"] in kinds]


def _change(visit: Visit) -> str:
    change = str(visit.request.path_params["change"])
    if change not in CHANGES:
        raise NotFoundError
    return change


async def _insurance(visit: Visit) -> Json:
    return await policies.insurance(visit.at(ServiceName.POLICY), visit.part("policy_number"), of=visit.relation_number)


async def _previewed(visit: Visit) -> Json:
    return await changes.previewed(
        visit.at(ServiceName.POLICY), visit.part("policy_number"), visit.part("preview_id"), of=visit.relation_number
    )


async def _form(
    visit: Visit,
    *,
    wrong: Mapping[str, str] | None = None,
    rules: Sequence[Mapping[str, str]] = (),
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> Response:
    """Show the form of a change; `rules` are those by which a home is not insured."""
    change, insurance = _change(visit), await _insurance(visit)
    if change not in possible(insurance):
        return visit.page("changes/choose.html.j2", insurance=insurance, kinds=possible(insurance))
    offered = None
    if change in {"cover", "deductible"}:
        terms = insurance["terms"]
        offered = await changes.offered(
            visit.at(ServiceName.POLICY), kind=insurance["kind"], version=terms["product_version"]
        )
        if offered is None:
            return visit.page("changes/choose.html.j2", insurance=insurance, kinds=possible(insurance))
    return visit.page(
        f"changes/{change}.html.j2",
        status=status if wrong or rules else HTTPStatus.OK,
        insurance=insurance,
        offered=offered,
        names={one["code"]: one["name"] for one in offered["covers"]} if offered else {},
        wrong=wrong or {},
        rules=rules,
        entered=visit.form,
        is_entered=bool(visit.form.values),
        home_types=HOME_TYPES,
        features=FEATURES,
    )


async def _refused(visit: Visit, refused: ServiceRefusedError) -> Response:
    """Show the form again with what policy-svc says; raise what no other entry would help against."""
    if refused.problem == "home-not-accepted":
        return await _form(visit, rules=refused.told.get("refusals", ()))
    field = {"move": "postcode", "plate": "licence_plate", "deductible": "deductible", "cover": "covers"}.get(
        _change(visit), "effective_on"
    )
    if refused.problem.startswith("day-"):
        field = "effective_on"
    if refused.problem in _TOLD_BY_SERVICE:
        return await _form(visit, wrong={field: str(refused.told["detail"])})
    if refused.problem in _TOLD_HERE:
        told = visit.text(f"changes.refused.{refused.problem}", phone=visit.parts.settings.insurer_phone)
        return await _form(visit, wrong={field: told})
    if refused.problem == "invalid":
        return await _form(visit, wrong={field: visit.text("changes.wrong.invalid")})
    raise refused


def _cover(visit: Visit) -> tuple[dict[str, str], dict[str, Any]]:
    covers = list(dict.fromkeys(visit.form.many("covers")))
    wrong = {} if covers else {"covers": visit.text("changes.wrong.no-cover")}
    return wrong, {"kind": "cover", "covers": covers}


def _deductible(visit: Visit) -> tuple[dict[str, str], dict[str, Any]]:
    chosen = visit.form.get("deductible")
    wrong = {} if chosen.isdecimal() else {"deductible": visit.text("changes.wrong.no-deductible")}
    return wrong, {"kind": "deductible", "deductible_cents": int(chosen) if not wrong else 0}


def _move(visit: Visit) -> tuple[dict[str, str], dict[str, Any]]:
    form, wrong = visit.form, {}
    for name in ("postcode", "house_number", "home_type"):
        if not form.get(name):
            wrong[name] = visit.text("changes.wrong.missing")
    if form.get("home_type") and form.get("home_type") not in HOME_TYPES:
        wrong["home_type"] = visit.text("changes.wrong.missing")
    building: dict[str, int] = {}
    for name, least, most in (("floor_area_m2", 10, 2_000), ("volume_m3", 25, 10_000), ("built_in", 1_000, 2_200)):
        if text := form.get(name):
            if text.isdecimal() and least <= int(text[:6]) <= most:
                building[name] = int(text)
            else:
                wrong[name] = visit.text("changes.wrong.number", least=least, most=most)
    home = {
        "postcode": form.get("postcode").upper()[:20],
        "house_number": form.get("house_number").upper()[:20],
        "home_type": form.get("home_type"),
        "features": [one for one in FEATURES if one in form.many("features")],
        **({"building": building} if building else {}),
    }
    return wrong, {"kind": "move", "home": home}


def _plate(visit: Visit) -> tuple[dict[str, str], dict[str, Any]]:
    form, wrong = visit.form, {}
    asked: dict[str, Any] = {"kind": "licence_plate", "licence_plate": form.get("licence_plate").upper()[:20]}
    if not form.get("licence_plate"):
        wrong["licence_plate"] = visit.text("changes.wrong.missing")
    if form.get("which") == "other":
        asked |= {"make": form.get("make")[:60], "model": form.get("model")[:60]}
        if not form.get("make"):
            wrong["make"] = visit.text("changes.wrong.missing")
        if price := form.get("list_price").replace(".", "").replace(",", "").replace(" ", ""):
            if price.isdecimal() and int(price[:9]) <= _EUROS:
                asked["list_price_cents"] = int(price) * 100
            else:
                wrong["list_price"] = visit.text("changes.wrong.euros")
    return wrong, asked


def _cancel(_: Visit) -> tuple[dict[str, str], dict[str, Any]]:
    return {}, {"kind": "cancellation"}


_READ: Final = {"cover": _cover, "deductible": _deductible, "move": _move, "plate": _plate, "cancel": _cancel}
