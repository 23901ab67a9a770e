"""One claim on one page, and all that a handler does about it: each act comes back to that page."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Final, TypeVar
from uuid import UUID

from starlette.responses import Response

from portal_svc.clients import desk
from portal_svc.clients.services import Json, ServiceAwayError, ServiceName, ServiceRefusedError
from portal_svc.domain.amounts import cents_of
from portal_svc.domain.audience import HANDLERS
from portal_svc.web.codes import wording
from portal_svc.web.formats import DUTCH_TIME, passed
from portal_svc.web.people import account_of, naming
from portal_svc.web.room import Room
from portal_svc.web.visit import NotFoundError, Visit

ROOM: Final = Room("desk_claim")
PATH: Final = "/desk/claims/{reference}"
DONE: Final = (
    *("taken", "released", "decided", "proposed", "left_as_it_was", "asked", "facts", "assessed"),
    *("joined", "parted", "removed", "paid", "salvage", "reviewed"),
)
"""What a notice tells after an act; the words are in the texts."""
TOLD: Final = (
    *("taken-by-another", "waits-for-nobody", "claim-has-ended", "not-decided-yet", "decided-meanwhile"),
    *("not-left-open", "proposed-already", "proposal-closed", "second-person-needed", "senior-needed"),
    *("cannot-be-joined", "due-day-impossible", "another-person-needed", "not-decided-since", "review-has-ended"),
    *("nothing-to-pay", "called-in-the-future", "file-is-evidence"),
)
"""Refusals for which there is a sentence of our own; any other gets a general one."""
FACTS: Final = (
    *("precipitation_fell_directly", "precipitation_left_its_course", "came_through_open_window_or_door"),
    *("sewer_water_entered", "toilet_overflowed", "groundwater_entered", "came_through_cellar_wall"),
    *("flood_water_entered", "flood_defence_present", "flood_defence_failed", "flood_defence_overtopped"),
    *("flood_defence_is_primary", "fire_or_explosion_followed", "sea_water_involved", "home_in_unembanked_area"),
    *("government_caused_flood", "storm_caused_damage", "other_cause", "causes_inseparable"),
)
_TRUTHS: Final = ("true", "false", "unknown")
_SOURCES: Final = ("handler", "register")
_REFERENCE: Final = re.compile(r"W[0-9A-HJKMNP-TV-Z]{10}")
_REVIEW_OUTCOMES: Final = ("upheld", "overturned")
_DAYS_TO_ANSWER: Final = 7
_REFUSALS: Final = (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an act was not done: `wrong` by field, or a `refusal` as a whole. `form` is which form is shown open."""

    form: str
    wrong: Mapping[str, str] = field(default_factory=dict)
    refusal: str = ""
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY


@ROOM.get(PATH, to=HANDLERS)
async def show_claim(visit: Visit) -> Response:
    """Show all that is known of a claim, with what can be done about it."""
    return await _shown(visit)


@ROOM.get(f"{PATH}/files/{{file_id}}/preview", to=HANDLERS)
async def show_preview(visit: Visit) -> Response:
    """Show a small picture of a photo or document."""
    reference, of = await _reference_and_customer(visit)
    found = await desk.preview(visit.at(ServiceName.CLAIMS), reference, visit.part("file_id"), of=of)
    return visit.download(found, name="preview.jpg", inline=True)


@ROOM.get(f"{PATH}/files/{{file_id}}", to=HANDLERS)
async def get_file(visit: Visit) -> Response:
    """Get a photo or document as it was sent, to be saved."""
    reference, of = await _reference_and_customer(visit)
    found = await desk.contents(visit.at(ServiceName.CLAIMS), reference, visit.part("file_id"), of=of)
    kind = found.headers.get("content-type", "").partition(";")[0].rpartition("/")[2]
    return visit.download(found, name=f"{reference}.{kind or 'bin'}")


@ROOM.post(f"{PATH}/take", to=HANDLERS)
async def take(visit: Visit) -> Response:
    """Take it: whoever has it is the one who works at it."""
    return await _done(visit, desk.take(visit.at(ServiceName.CLAIMS), visit.part("reference")), "taken", form="take")


@ROOM.post(f"{PATH}/release", to=HANDLERS)
async def release(visit: Visit) -> Response:
    """Let it be free for somebody else."""
    return await _done(
        visit, desk.release(visit.at(ServiceName.CLAIMS), visit.part("reference")), "released", form="take"
    )


@ROOM.post(f"{PATH}/decide", to=HANDLERS)
async def decide(visit: Visit) -> Response:
    """Decide what was chosen, each with its reason, on the decision that was seen."""
    claim = await desk.claim(visit.at(ServiceName.CLAIMS), visit.part("reference"))
    rulings: list[Mapping[str, object]] = []
    wrong: dict[str, str] = {}
    for place, one in enumerate(claim["can_be_decided"]):
        outcome, reason = visit.form.get(f"outcome-{place}"), visit.form.get(f"reason-{place}")
        if outcome not in {*one["outcomes"], "rules"}:
            continue
        if not reason:
            wrong[f"reason-{place}"] = visit.text("desk-claim.wrong.reason")
        about = {name: one[name] for name in ("ground", "route", "by_fire", "item")}
        by_rules = outcome == "rules"
        rulings.append(
            {
                **about,
                "outcome": None if by_rules else outcome,
                "reason": reason,
                "overrules": one["overrules"] and not by_rules,
            }
        )
    if not rulings:
        wrong["outcome-0"] = visit.text("desk-claim.wrong.choose")
    if wrong:
        return await _shown(visit, Trouble("decide", wrong))
    return await _ruled(visit, "rulings", {"claim_version": _version(visit), "rulings": rulings}, form="decide")


@ROOM.post(f"{PATH}/evidence", to=HANDLERS)
async def judge_evidence(visit: Visit) -> Response:
    """Let the decision stand though evidence speaks against the customer, or decide on that evidence."""
    reason = visit.form.get("evidence-reason")
    if not reason:
        return await _without(visit, "evidence", "evidence-reason")
    if visit.form.get("judgement") == "decide":
        nothing_in_particular = {"outcome": None, "reason": reason}
        body = {"claim_version": _version(visit), "rulings": [nothing_in_particular]}
        return await _ruled(visit, "rulings", body, form="evidence")
    return await _ruled(visit, "upholdings", {"claim_version": _version(visit), "reason": reason}, form="evidence")


@ROOM.post(f"{PATH}/proposals/{{proposal_id}}", to=HANDLERS)
async def judge_proposal(visit: Visit) -> Response:
    """Approve what a colleague proposed, or decline it."""
    reason = visit.form.get("judgement-reason")
    if not reason:
        return await _without(visit, "proposal", "judgement-reason")
    how = "approval" if visit.form.get("judgement") == "approve" else "refusal"
    path = f"proposals/{visit.part('proposal_id')}/{how}"
    return await _ruled(visit, path, {"reason": reason}, form="proposal")


@ROOM.post(f"{PATH}/reviews/{{review_id}}", to=HANDLERS)
async def end_review(visit: Visit) -> Response:
    """End a review with an answer that the customer reads."""
    answer, outcome = visit.form.get("answer"), visit.form.get("outcome")
    wrong = {}
    if outcome not in _REVIEW_OUTCOMES:
        wrong["outcome"] = visit.text("desk-claim.wrong.choose")
    if not answer:
        wrong["answer"] = visit.text("desk-claim.wrong.answer")
    if wrong:
        return await _shown(visit, Trouble("review", wrong))
    path = f"reviews/{visit.part('review_id')}/outcome"
    return await _acted(visit, path, {"outcome": outcome, "answer": answer}, "reviewed", form="review")


@ROOM.post(f"{PATH}/ask", to=HANDLERS)
async def ask(visit: Visit) -> Response:
    """Ask the customer something; they are told, and answer as they answer what the rules ask."""
    codes = [code for code in visit.form.many("codes") if code in _QUESTIONS]
    wrong = {}
    if not codes:
        wrong["codes"] = visit.text("desk-claim.wrong.codes")
    if not visit.form.get("due_on"):
        wrong["due_on"] = visit.text("desk-claim.wrong.day")
    if not visit.form.get("ask-reason"):
        wrong["ask-reason"] = visit.text("desk-claim.wrong.reason")
    if wrong:
        return await _shown(visit, Trouble("ask", wrong))
    body = {"codes": codes, "due_on": visit.form.get("due_on"), "reason": visit.form.get("ask-reason")}
    return await _acted(visit, "questions", body, "asked", form="ask")


@ROOM.post(f"{PATH}/facts", to=HANDLERS)
async def add_facts(visit: Visit) -> Response:
    """Add what a register tells, or what was found on the spot. The claim is decided again with it."""
    facts = {name: visit.form.get(f"fact-{name}") for name in FACTS if visit.form.get(f"fact-{name}") in _TRUTHS}
    wrong = {}
    if not facts:
        wrong["fact-" + FACTS[0]] = visit.text("desk-claim.wrong.facts")
    if visit.form.get("source") not in _SOURCES:
        wrong["source"] = visit.text("desk-claim.wrong.choose")
    if not visit.form.get("found_in"):
        wrong["found_in"] = visit.text("desk-claim.wrong.found-in")
    if wrong:
        return await _shown(visit, Trouble("facts", wrong))
    body = {"facts": facts, "source": visit.form.get("source"), "found_in": visit.form.get("found_in")}
    return await _acted(visit, "facts", body, "facts", form="facts")


@ROOM.post(f"{PATH}/assess", to=HANDLERS)
async def assess(visit: Visit) -> Response:
    """Say what the damage is, item by item; one that is left empty is none any more."""
    damage: list[Mapping[str, object]] = []
    wrong: dict[str, str] = {}
    for place in range(int(visit.form.get("items")) if visit.form.get("items").isdecimal() else 0):
        kind, written = visit.form.get(f"kind-{place}"), visit.form.get(f"amount-{place}")
        if not written:
            continue
        cents = cents_of(written)
        if cents is None:
            wrong[f"amount-{place}"] = visit.text("desk-claim.wrong.amount")
            continue
        by_fire = {"true": True, "false": False}.get(visit.form.get(f"by-fire-{place}"))
        route = visit.form.get(f"route-{place}") or None
        damage.append({"kind": kind, "amount_cents": cents, "route": route, "by_fire_or_explosion": by_fire})
    if not damage and not wrong:
        wrong["amount-0"] = visit.text("desk-claim.wrong.amount")
    if not visit.form.get("assess-reason"):
        wrong["assess-reason"] = visit.text("desk-claim.wrong.reason")
    if wrong:
        return await _shown(visit, Trouble("assess", wrong))
    body = {"damage": damage, "reason": visit.form.get("assess-reason")}
    return await _acted(visit, "assessments", body, "assessed", form="assess")


@ROOM.post(f"{PATH}/join", to=HANDLERS)
async def join(visit: Visit) -> Response:
    """Decide another claim together with this one: the other ends."""
    other, reason = visit.form.get("other").upper(), visit.form.get("join-reason")
    wrong = {}
    if not _REFERENCE.fullmatch(other):
        wrong["other"] = visit.text("desk-claim.wrong.reference")
    if not reason:
        wrong["join-reason"] = visit.text("desk-claim.wrong.reason")
    if wrong:
        return await _shown(visit, Trouble("join", wrong))
    return await _moved(visit, "joins", {"other": other, "reason": reason}, "joined", form="join")


@ROOM.post(f"{PATH}/part", to=HANDLERS)
async def part(visit: Visit) -> Response:
    """Let a report that joined this claim have one of its own."""
    reason = visit.form.get("part-reason")
    if not reason:
        return await _without(visit, "part", "part-reason")
    try:
        report = UUID(visit.form.get("report"))
    except ValueError:
        return await _shown(visit, Trouble("part", {"report": visit.text("desk-claim.wrong.choose")}))
    return await _moved(visit, "partings", {"report_id": str(report), "reason": reason}, "parted", form="part")


@ROOM.post(f"{PATH}/files/{{file_id}}/removal", to=HANDLERS)
async def remove_file(visit: Visit) -> Response:
    """Remove a photo or document that should not be there."""
    reason = visit.form.get("removal-reason")
    if not reason:
        return await _without(visit, "files", "removal-reason")
    return await _acted(visit, f"files/{visit.part('file_id')}/removal", {"reason": reason}, "removed", form="files")


@ROOM.post(f"{PATH}/pay", to=HANDLERS)
async def pay_again(visit: Visit) -> Response:
    """Order what is still due after a payment failed."""
    return await _acted(visit, "payments", None, "paid", form="pay")


@ROOM.post(f"{PATH}/salvage", to=HANDLERS)
async def record_salvage_call(visit: Visit) -> Response:
    """Put on record that the Salvage Foundation is called, now."""
    note = visit.form.get("note")
    if not note:
        return await _without(visit, "salvage", "note")
    body = {"called_at": (await visit.now()).isoformat(), "note": note}
    return await _acted(visit, "salvage-calls", body, "salvage", form="salvage")


_QUESTIONS: Final = ("route", "damage", *(f"facts.{name}" for name in FACTS))
"""What a customer can be asked by hand on this page."""


def _version(visit: Visit) -> int:
    written = visit.form.get("version")
    return int(written) if written.isascii() and written.isdecimal() else 0


async def _acted(visit: Visit, what: str, body: Mapping[str, object] | None, done: str, *, form: str) -> Response:
    act = desk.act(visit.at(ServiceName.CLAIMS), visit.part("reference"), what, body, key=visit.form.once)
    return await _done(visit, act, done, form=form)


async def _ruled(visit: Visit, what: str, body: Mapping[str, object], *, form: str) -> Response:
    """Do what decides, or proposes, and tell which of the two it was."""
    act = desk.act(visit.at(ServiceName.CLAIMS), visit.part("reference"), what, body, key=visit.form.once)
    return await _done(visit, act, lambda came: str(came["state"]), form=form)


async def _moved(visit: Visit, what: str, body: Mapping[str, object], done: str, *, form: str) -> Response:
    """Join or part, which a second person may have to approve."""
    act = desk.act(visit.at(ServiceName.CLAIMS), visit.part("reference"), what, body, key=visit.form.once)
    return await _done(visit, act, lambda came: done if came["proposal_id"] is None else "proposed", form=form)


async def _done(visit: Visit, act: Awaitable[T], done: str | Callable[[T], str], *, form: str) -> Response:
    """Go back to the claim with a notice; where the act is refused, show the claim as it is now, and why."""
    try:
        came = await act
    except ServiceRefusedError as refused:
        if refused.status not in _REFUSALS:
            raise
        return await _shown(visit, Trouble(form, refusal=_sentence(visit, refused), status=refused.status))
    told = done if isinstance(done, str) else done(came)
    return visit.redirect(f"/desk/claims/{visit.part('reference')}?done={told}")


async def _without(visit: Visit, form: str, name: str) -> Response:
    return await _shown(visit, Trouble(form, {name: visit.text("desk-claim.wrong.reason")}))


def _sentence(visit: Visit, refused: ServiceRefusedError) -> str:
    if refused.problem in TOLD:
        return visit.text("desk-claim.refused." + refused.problem)
    return visit.text("desk-claim.refused.other")


async def _reference_and_customer(visit: Visit) -> tuple[str, str]:
    reference = visit.part("reference")
    claim = await desk.claim(visit.at(ServiceName.CLAIMS), reference)
    return reference, _relation_number(claim)


def _relation_number(claim: Json) -> str:
    return str(claim["policy_number"]).partition("-")[0]


async def _shown(visit: Visit, trouble: Trouble | None = None) -> Response:
    """Show the claim. What a service does not tell just now is said to be missing, and the rest is there."""
    reference = visit.part("reference")
    if not _REFERENCE.fullmatch(reference):
        raise NotFoundError
    claims = visit.at(ServiceName.CLAIMS)
    claim, overview, timeline, repair = await asyncio.gather(
        desk.claim(claims, reference),
        _if_told(desk.overview(claims, reference)),
        _if_told(desk.timeline(claims, reference)),
        _if_told(desk.repair(claims, reference)),
    )
    of = _relation_number(claim)
    customer, reviews, others, beside = await asyncio.gather(
        _if_told(visit.at(ServiceName.POLICY).get(f"/customers/{of}")),
        _if_told(desk.reviews(claims, reference, of=of)),
        _if_told(desk.search(claims, policy_number=claim["policy_number"])),
        _beside(visit, overview),
    )
    now = await visit.now()
    waiting, me = claim["waiting"], account_of(visit)
    done = visit.asked("done") if trouble is None else ""
    return visit.page(
        "desk/claim.html.j2",
        status=HTTPStatus.OK if trouble is None else trouble.status,
        claim=claim,
        overview=overview,
        timeline=timeline,
        messages=[one for one in timeline or () if one["kind"] == "message_settled"],
        repair=repair,
        customer=customer,
        reviews=reviews,
        others=[one for one in others or () if one["reference"] != reference],
        beside=beside,
        is_mine=waiting is not None and waiting["taken_by"] == me,
        is_free=waiting is not None and waiting["taken_by"] is None,
        is_over=passed(now),
        is_senior=visit.role == "senior-handler",
        ruled=_ruled_before(claim),
        done=done if done in DONE else "",
        trouble=trouble or Trouble(""),
        typed=visit.form,
        facts=FACTS,
        questions=_QUESTIONS,
        due_on=(now.astimezone(DUTCH_TIME).date() + timedelta(days=_DAYS_TO_ANSWER)).isoformat(),
        question=_asking(visit),
        word=wording(visit.text),
        who=naming(visit),
        me=me,
    )


async def _if_told(asking: Awaitable[T]) -> T | None:
    try:
        return await asking
    except ServiceAwayError:
        return None
    except ServiceRefusedError as refused:
        if refused.status in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}:
            return None
        raise


async def _beside(visit: Visit, overview: Json | None) -> Json | None:
    """Return the claim to be compared with this one: the one that was asked for, or that it may repeat."""
    claims = visit.at(ServiceName.CLAIMS)
    asked = visit.asked("beside").upper()
    if _REFERENCE.fullmatch(asked):
        return await _if_told(desk.claim(claims, asked))
    if overview is None or overview["possible_duplicate_of"] is None:
        return None
    found = await _if_told(desk.search(claims, claim_id=overview["possible_duplicate_of"]))
    return await _if_told(desk.claim(claims, found[0]["reference"])) if found else None


def _ruled_before(claim: Json) -> Sequence[bool]:
    """Return of each thing that can be decided whether that was done by hand before."""
    about = ("ground", "route", "by_fire", "item")
    ruled = {tuple(ruling[name] for name in about) for ruling in claim["rulings"]}
    return [tuple(one[name] for name in about) in ruled for one in claim["can_be_decided"]]


def _asking(visit: Visit) -> Callable[[str], str]:
    word = wording(visit.text)

    def question(code: str) -> str:
        what, *rest = code.split(".")
        if what == "facts":
            return word("fact", rest[0])
        if rest:
            return visit.text("desk-claim.question.item", number=int(rest[0]) + 1)
        return visit.text("desk-claim.question." + what)

    return question
