"""Following a claim: where it stands, what happened, the rain, the money, the proof; asking and telling something."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from http import HTTPStatus
from typing import Final

import httpx
from starlette.responses import Response

from portal_svc.clients import claims
from portal_svc.clients.services import Asking, ServiceName, ServiceRefusedError
from portal_svc.domain.audience import CUSTOMERS
from portal_svc.domain.rain_chart import charts_in_proof
from portal_svc.web.formats import DUTCH_TIME
from portal_svc.web.room import MenuEntry, Room
from portal_svc.web.visit import NotFoundError, Visit

ROOM: Final = Room("claims")
ROOM.menu.append(MenuEntry(path="/claims", text="claims.menu", audience=CUSTOMERS, order=20))
LONGEST_REASON: Final = 2_000


@ROOM.get("/claims", to=CUSTOMERS)
async def list_claims(visit: Visit) -> Response:
    """Show all claims, the newest first."""
    found = await claims.all_claims(_at(visit), of=visit.relation_number)
    return visit.page("claims/list.html.j2", claims=sorted(found, key=lambda one: str(one["opened_at"]), reverse=True))


@ROOM.get("/claims/{reference}", to=CUSTOMERS)
async def show_claim(visit: Visit) -> Response:
    """Show all that is known of one claim."""
    asking, reference, of = _at(visit), visit.part("reference"), visit.relation_number
    claim = await claims.claim(asking, reference, of=of)
    happened, payments, reviews, files, proof = await asyncio.gather(
        claims.timeline(asking, reference, of=of),
        claims.claim(asking, reference, of=of, part="payments"),
        claims.claim(asking, reference, of=of, part="reviews"),
        claims.claim(asking, reference, of=of, part="files"),
        claims.proof(asking, reference, of=of),
    )
    return visit.page(
        "claims/one.html.j2",
        claim=claim,
        timeline=happened,
        payments=payments["payments"],
        reviews=reviews["reviews"],
        files=files["files"],
        charts=charts_in_proof(json.loads(proof.content)) if proof is not None else [],
        has_proof=proof is not None,
    )


@ROOM.get("/claims/{reference}/proof", to=CUSTOMERS)
async def show_proof(visit: Visit) -> Response:
    """Check the proof of the newest decision, here and now, and say how to check it elsewhere."""
    proof = await _proof(visit)
    checked = await claims.check_proof(_at(visit), proof.content.decode())
    return visit.page("claims/proof.html.j2", reference=visit.request.path_params["reference"], checked=checked)


@ROOM.get("/claims/{reference}/proof/file", to=CUSTOMERS)
async def get_proof(visit: Visit) -> Response:
    """Get the proof as a file, byte for byte."""
    proof = await _proof(visit)
    version = json.loads(proof.content)["claim_version"]
    return visit.download(proof, name=f"{visit.request.path_params['reference']}-v{version}.json")


@ROOM.get("/claims/{reference}/review", to=CUSTOMERS)
async def ask_for_review(visit: Visit) -> Response:
    """Show what a review is, and where to ask for one."""
    return await _review(visit)


@ROOM.post("/claims/{reference}/review", to=CUSTOMERS, also_ended=True)
async def open_review(visit: Visit) -> Response:
    """Ask a person to look again."""
    kind, reason = f"review-{visit.part('reference')}", visit.form.get("reason")
    if not visit.is_logged_in:
        await visit.add_to_draft(kind, reason=reason)
        return visit.redirect(f"/claims/{visit.part('reference')}/review")
    if not reason or len(reason) > LONGEST_REASON:
        return await _review(visit, wrong={"reason": visit.text("claims.review.no-reason", most=LONGEST_REASON)})
    try:
        await claims.tell(
            _at(visit),
            visit.part("reference"),
            {"reason": reason.replace("\r\n", "\n")},
            of=visit.relation_number,
            part="reviews",
            key=visit.form.once,
        )
    except ServiceRefusedError as refused:
        known = f"claims.review.{refused.problem}"
        sentence = visit.text(known if known in visit.text else "claims.review.refused")
        return await _review(visit, wrong={"reason": sentence})
    await visit.drop_draft(kind)
    return visit.redirect(f"/claims/{visit.part('reference')}#review")


async def _review(visit: Visit, *, wrong: dict[str, str] | None = None) -> Response:
    reference = visit.part("reference")
    claim = await claims.claim(_at(visit), reference, of=visit.relation_number)
    kept = await visit.draft(f"review-{reference}")
    return visit.page(
        "claims/review.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        claim=claim,
        reason=visit.form.get("reason") or kept.get("reason", ""),
        wrong=wrong or {},
    )


@ROOM.get("/claims/{reference}/news", to=CUSTOMERS)
async def ask_for_news(visit: Visit) -> Response:
    """Show what can be told anew: when it happened, and what was damaged."""
    return await _news(visit)


@ROOM.post("/claims/{reference}/news", to=CUSTOMERS)
async def tell_news(visit: Visit) -> Response:
    """Tell something new; what is left out stays as it was."""
    news, wrong = _told_anew(visit)
    if wrong:
        return await _news(visit, wrong=wrong)
    try:
        await claims.tell(
            _at(visit), visit.part("reference"), news, of=visit.relation_number, part="news", key=visit.form.once
        )
    except ServiceRefusedError as refused:
        if refused.status == HTTPStatus.NOT_FOUND:
            raise
        return await _news(visit, wrong={"from": visit.text("claims.news.refused")})
    return visit.redirect(f"/claims/{visit.part('reference')}")


def _told_anew(visit: Visit) -> tuple[dict[str, object], dict[str, str]]:
    news: dict[str, object] = {}
    wrong: dict[str, str] = {}
    if visit.form.get("from") or visit.form.get("until"):
        try:
            begins, ends = (
                datetime.fromisoformat(visit.form.get(name) or visit.form.get("from")).replace(tzinfo=DUTCH_TIME)
                for name in ("from", "until")
            )
            news["loss"] = {"from_at": begins.isoformat(), "until_at": ends.isoformat()}
            if ends < begins:
                wrong["until"] = visit.text("claims.news.ends-before")
        except ValueError:
            wrong["from"] = visit.text("claims.news.no-moment")
    items, mistakes = damage_in(visit)
    wrong |= mistakes
    if items:
        news["damage"] = items
    if not news and not wrong:
        wrong["from"] = visit.text("claims.news.nothing")
    return news, wrong


async def _news(visit: Visit, *, wrong: dict[str, str] | None = None) -> Response:
    claim = await claims.claim(_at(visit), visit.part("reference"), of=visit.relation_number)
    amounts = {kind: visit.form.get(f"damage-{kind}") for kind in DAMAGE_KINDS}
    if not visit.form.values:
        for item in claim["items"]:
            amounts[item["kind"]] = _euros(item["amount_cents"], visit)
    return visit.page(
        "claims/news.html.j2",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK,
        claim=claim,
        amounts=amounts,
        kinds=DAMAGE_KINDS,
        entered=visit.form,
        wrong=wrong or {},
    )


DAMAGE_KINDS: Final = ("buildings", "contents", "cleaning", "cellar_pumping")
_MOST_EUROS: Final = 10_000_000


def damage_in(visit: Visit) -> tuple[list[dict[str, object]], dict[str, str]]:
    """Return the items of damage that a form tells, and what is wrong with it by field."""
    items: list[dict[str, object]] = []
    wrong: dict[str, str] = {}
    for kind in DAMAGE_KINDS:
        if text := visit.form.get(f"damage-{kind}"):
            cents = cents_in(text)
            if cents is None:
                wrong[f"damage-{kind}"] = visit.text("report.damage.no-amount")
            else:
                items.append({"kind": kind, "amount_cents": cents})
    return items, wrong


def cents_in(text: str) -> int | None:
    """Return the amount that somebody typed: 1.250 or 1250,50 or 1,250.50; None when it is none."""
    plain = text.replace("€", "").replace(" ", "").replace("\u00a0", "")
    whole, cents = plain, ""
    for mark in (",", "."):
        head, found, tail = plain.rpartition(mark)
        if found and len(tail) in {1, 2} and tail.isascii() and tail.isdigit():
            whole, cents = head, tail
            break
    whole = whole.replace(".", "").replace(",", "")
    if not (whole.isascii() and whole.isdigit()) or int(whole) > _MOST_EUROS:
        return None
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


def _euros(cents: int, visit: Visit) -> str:
    text = f"{cents / 100:.2f}" if cents % 100 else str(cents // 100)
    return text.replace(".", ",") if visit.language.value == "nl" else text


async def _proof(visit: Visit) -> httpx.Response:
    found = await claims.proof(_at(visit), visit.part("reference"), of=visit.relation_number)
    if found is None:
        raise NotFoundError
    return found


def _at(visit: Visit) -> Asking:
    return visit.at(ServiceName.CLAIMS)
