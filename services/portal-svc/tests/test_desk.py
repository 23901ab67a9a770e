"""The handlers' desk: the queue, the next claim, one claim on one page, and everything that is done about it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
import pytest
from portal_world import SUBJECT, Browser, Portal
from stand_ins import Prepared

from contracts.access import Role

REFERENCE, OTHER = "W7XK2M9QD4T", "W4T8R2XJ6NB"
PAGE = f"/en/desk/claims/{REFERENCE}"
QUEUE, ASSIGNMENT, CLAIM = "/desk/queue", "/desk/claims/{reference}/assignment", "/desk/claims/{reference}"
OVERVIEW, SEARCH = "/claims/{reference}/overview", "/claims"


async def at_the_desk(portal: Portal, role: Role = Role.CLAIMS_HANDLER) -> Browser:
    return await portal.logged_in(role)


def changed(portal: Portal, **values: Any) -> None:  # noqa: ANN401 - JSON
    """Let the claim differ from the example of the description."""
    portal.claims.answers("GET", CLAIM, {**portal.claims.example("GET", CLAIM), **values})


def waiting(portal: Portal, **values: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
    return {**portal.claims.example("GET", CLAIM)["waiting"], **values}


def asked_for(portal: Portal) -> list[str]:
    return [f"{one.method} {one.url.path}" for one in portal.claims.asked]


def sent(portal: Portal, what: str) -> Any:  # noqa: ANN401 - JSON
    """What was sent last to a path of the claim, which had a key of its own."""
    last = [one for one in portal.claims.asked if one.method == "POST" and one.url.path.endswith(what)][-1]
    assert last.headers["idempotency-key"]
    return portal.claims.bodies("POST", f"{CLAIM}{what}")[-1] if last.content else None


async def test_the_queue_shows_why_each_claim_waits_until_when_and_who_has_it(portal: Portal) -> None:
    (one,) = portal.claims.example("GET", QUEUE)["items"]
    mine = {**one, "taken_by": SUBJECT, "causes": ["proposed"], "due_at": "2999-01-01T00:00:00Z"}
    free = {**one, "reference": OTHER, "taken_by": None, "causes": ["review", "answered"]}
    portal.claims.answers("GET", QUEUE, {"items": [mine, free], "next_cursor": "more"})
    browser = await at_the_desk(portal)

    page = await browser.get("/en/desk?whose=free&cause=review&sort=since")

    assert "A proposal needs a second person" in page.text
    assert "The customer asks for a review · An answer came" in page.text
    assert "taken by you" in page.text
    assert page.text.count("was due") == 1
    assert f'href="/en/desk/claims/{OTHER}"' in page.text
    assert "cursor=more" in page.text
    query = dict(portal.claims.asked[-1].url.params)
    assert (query["whose"], query["cause"], query["sort"]) == ("free", "review", "since")
    await browser.get("/en/desk?whose=everybody&cause=<b>&sort=luck&cursor=more")
    query = dict(portal.claims.asked[-1].url.params)
    assert (query["whose"], query["sort"], query["cursor"]) == ("all", "due_at", "more")
    assert "cause" not in query


async def test_who_works_in_no_team_is_told_what_to_do(portal: Portal) -> None:
    portal.claims.refuses("GET", QUEUE, "no-team", status=409)
    assert "You work in no team yet" in (await (await at_the_desk(portal)).get("/en/desk?whose=team")).text


async def test_the_next_claim_is_the_first_that_nobody_has_taken_meanwhile(portal: Portal) -> None:
    (one,) = portal.claims.example("GET", QUEUE)["items"]
    items = [{**one, "reference": reference, "taken_by": None} for reference in (REFERENCE, OTHER)]
    portal.claims.answers("GET", QUEUE, {"items": items, "next_cursor": None})
    taken = {"type": "/problems/taken-by-another", "title": "No", "status": 409, "detail": "Not this."}
    is_first = lambda request: REFERENCE in request.url.path  # noqa: E731 - said once
    portal.claims.prepared.insert(0, Prepared("PUT", ASSIGNMENT, 409, taken, {}, is_first))
    browser = await at_the_desk(portal)
    queue = await browser.get("/en/desk")

    answer = await browser.submit(queue, action="/desk/next")
    assert answer.headers["location"] == f"/en/desk/claims/{OTHER}?done=taken"
    assert portal.claims.asked[-2].url.path.endswith(f"{REFERENCE}/assignment")

    portal.claims.answers("GET", QUEUE, {"items": items[:1], "next_cursor": None})
    answer = await browser.submit(queue, action="/desk/next")
    assert "No claim is free just now" in (await browser.to_the_end(answer)).text


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("123456-531-04", {"policy_number": "123456-531-04"}),
        ("6011 rx", {"postcode_area": "6011"}),
        (OTHER.lower(), {"reference": OTHER}),
    ],
)
async def test_a_claim_is_found_by_what_is_known_of_it(portal: Portal, typed: str, query: dict[str, str]) -> None:
    browser = await at_the_desk(portal)
    answer = await browser.get(f"/en/desk/search?q={typed}")
    assert query.items() <= dict(portal.claims.asked[-1].url.params).items()
    if "reference" in query:
        assert answer.headers["location"] == f"/en/desk/claims/{OTHER}"
    else:
        assert REFERENCE in answer.text


async def test_what_cannot_be_searched_for_is_said_beside_the_field(portal: Portal) -> None:
    answer = await (await at_the_desk(portal)).get("/en/desk/search?q=<script>")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Fill in a reference such as" in answer.text
    assert "<script>" not in answer.text
    assert portal.claims.asked == []


async def test_one_page_shows_facts_rain_findings_money_messages_and_who_decided(portal: Portal) -> None:
    entry = portal.claims.example("GET", f"{CLAIM}/timeline")["items"][0]
    message = {
        **entry,
        "kind": "message_settled",
        "role": "system",
        "account": None,
        "reason": None,
        "details": {"channel": "email", "settlement": "sent", "about": "questions_asked"},
    }
    ruled = {**entry, "kind": "ruled", "role": "senior-handler", "account": SUBJECT, "reason": "Seen on the spot"}
    portal.claims.answers("GET", f"{CLAIM}/timeline", {"items": [ruled, message], "next_cursor": None})

    text = (await (await at_the_desk(portal)).get(PAGE)).text

    for told in (
        *("Sewer water came up", "Customer", "Ell", "40.2 mm", "40.0 mm in 24 hours", "Enough", "validated"),
        *("Sewer water, without an established cause", "€\u00a01,840.00", "−€\u00a0250.00", "J. Voorbeeld"),
        *("e-mail, sent", "questions asked", "Decided by hand", "you", "That defence is a primary one"),
        *("It came out of a toilet", "Seen on the spot", "6,200.00 more would be paid"),
    ):
        assert told in text, told
    assert f'src="{PAGE}/files/0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10/preview"' in text
    assert "desk-claim." not in text
    assert portal.policy.asked[-1].url.path == "/customers/123456"


async def test_a_page_is_shown_without_what_a_service_does_not_tell(portal: Portal) -> None:
    portal.policy.is_away = True
    portal.claims.refuses("GET", OVERVIEW, "not-allowed", status=403)
    answer = await (await at_the_desk(portal)).get(PAGE)
    assert answer.status_code == HTTPStatus.OK
    assert answer.text.count("This cannot be shown just now") == 2
    assert "Sewer water came up" in answer.text


async def test_a_claim_that_is_none_is_not_there(portal: Portal) -> None:
    browser = await at_the_desk(portal)
    assert (await browser.get("/en/desk/claims/..%2F..%2Fclaims")).status_code == HTTPStatus.NOT_FOUND
    assert portal.claims.asked == []


async def test_a_claim_is_taken_and_released_by_who_may(portal: Portal) -> None:
    browser = await at_the_desk(portal)
    changed(portal, waiting=waiting(portal, taken_by=None))
    page = await browser.get(PAGE)
    assert "/release" not in page.text
    answer = await browser.submit(page, action="/take")
    assert "You have taken this claim" in (await browser.to_the_end(answer)).text
    assert f"PUT /desk/claims/{REFERENCE}/assignment" in asked_for(portal)

    changed(portal, waiting=waiting(portal, taken_by="somebody-else"))
    page = await browser.get(PAGE)
    assert "/take" not in page.text
    assert "/release" not in page.text
    senior = await at_the_desk(portal, Role.SENIOR_HANDLER)
    await senior.submit(await senior.get(PAGE), action="/release")
    assert f"DELETE /desk/claims/{REFERENCE}/assignment" in asked_for(portal)


async def test_what_is_left_open_is_decided_with_a_reason_on_the_version_that_was_seen(portal: Portal) -> None:
    browser = await at_the_desk(portal)
    page = await browser.get(PAGE)

    answer = await browser.submit(page, {"outcome-0": "denied"}, action="/decide")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Write down why" in answer.text
    answer = await browser.submit(page, {"outcome-0": "", "reason-0": "Because"}, action="/decide")
    assert "Choose one." in answer.text
    assert "Because" in answer.text
    assert not portal.claims.bodies("POST", f"{CLAIM}/rulings")

    answer = await browser.submit(page, {"outcome-0": "denied", "reason-0": "No rain fell"}, action="/decide")
    assert answer.headers["location"] == f"{PAGE}?done=decided"
    about = {"ground": None, "route": "sewer_backflow", "by_fire": False, "item": None}
    ruling = {**about, "outcome": "denied", "reason": "No rain fell", "overrules": False}
    assert sent(portal, "/rulings") == {"claim_version": 1, "rulings": [ruling]}

    # What was decided by hand before can be given back to the rules.
    await browser.submit(page, {"outcome-0": "rules", "reason-0": "Rain has come"}, action="/decide")
    assert sent(portal, "/rulings")["rulings"][0]["outcome"] is None


async def test_cover_against_the_rules_says_that_it_is(portal: Portal) -> None:
    (one,) = portal.claims.example("GET", CLAIM)["can_be_decided"]
    changed(portal, can_be_decided=[{**one, "outcomes": ["covered"], "overrules": True}], rulings=[])
    browser = await at_the_desk(portal)
    page = await browser.get(PAGE)
    assert "Cover it, against the rules" in page.text
    assert "Let the rules decide" not in page.text
    await browser.submit(page, {"outcome-0": "covered", "reason-0": "Kindness"}, action="/decide")
    assert sent(portal, "/rulings")["rulings"][0]["overrules"] is True


@pytest.mark.parametrize("problem", ["decided-meanwhile", "taken-by-another", "something-of-tomorrow"])
async def test_what_the_service_refuses_is_told_on_the_claim_as_it_is_now(portal: Portal, problem: str) -> None:
    told = {
        "decided-meanwhile": "Nothing was changed by you",
        "taken-by-another": "A colleague has taken this claim",
        "something-of-tomorrow": "This was not done",
    }
    portal.claims.refuses("POST", f"{CLAIM}/rulings", problem, status=409)
    browser = await at_the_desk(portal)
    values = {"outcome-0": "covered", "reason-0": "Seen by me"}
    answer = await browser.submit(await browser.get(PAGE), values, action="/decide")
    assert answer.status_code == HTTPStatus.CONFLICT
    assert told[problem] in answer.text
    assert "Seen by me" in answer.text


async def test_a_proposal_is_judged_by_somebody_else_and_by_a_senior_where_one_is_needed(portal: Portal) -> None:
    (proposal,) = portal.claims.example("GET", CLAIM)["proposals"]
    handler, senior = await at_the_desk(portal), await at_the_desk(portal, Role.SENIOR_HANDLER)
    assert "A senior handler judges this" in (await handler.get(PAGE)).text
    changed(portal, proposals=[{**proposal, "needs_senior": False, "proposed_by": SUBJECT}])
    assert "Somebody else judges it" in (await handler.get(PAGE)).text

    changed(portal, proposals=[proposal])
    page = await senior.get(PAGE)
    path = f"/proposals/{proposal['proposal_id']}"
    answer = await senior.submit(page, {"judgement": "approve"}, action=path)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for judgement, end in (("approve", "approval"), ("decline", "refusal")):
        await senior.submit(page, {"judgement": judgement, "judgement-reason": "I saw it"}, action=path)
        assert portal.claims.bodies("POST", f"{CLAIM}/proposals/{{proposal_id}}/{end}") == [{"reason": "I saw it"}]


async def test_evidence_against_a_customer_is_judged_and_a_review_is_ended_with_an_answer(portal: Portal) -> None:
    (evidence,) = portal.claims.example("GET", CLAIM)["evidence_against"]
    changed(portal, evidence_against=[{**evidence, "closed_at": None}])
    reviews = "/customers/{relation_number}/claims/{reference}/reviews"
    (review,) = portal.claims.example("GET", reviews)["reviews"]
    portal.claims.answers("GET", reviews, {"reviews": [{**review, "outcome": None, "ended_at": None, "answer": None}]})
    browser = await at_the_desk(portal)
    page = await browser.get(PAGE)

    why = {"evidence-reason": "The window was closed"}
    await browser.submit(page, {**why, "judgement": "uphold"}, action="/evidence")
    assert sent(portal, "/upholdings") == {"claim_version": 1, "reason": "The window was closed"}
    await browser.submit(page, {**why, "judgement": "decide"}, action="/evidence")
    assert sent(portal, "/rulings")["rulings"] == [{"outcome": None, "reason": "The window was closed"}]
    answer = await browser.submit(page, {"judgement": "uphold"}, action="/evidence")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY

    path = f"/reviews/{review['review_id']}"
    assert "Choose one." in (await browser.submit(page, {"outcome": "perhaps"}, action=path)).text
    await browser.submit(page, {"outcome": "overturned", "answer": "You were right"}, action=path)
    ended = portal.claims.bodies("POST", f"{CLAIM}/reviews/{{review_id}}/outcome")
    assert ended == [{"outcome": "overturned", "answer": "You were right"}]


async def test_a_handler_asks_adds_facts_and_assesses(portal: Portal) -> None:
    browser = await at_the_desk(portal)
    page = await browser.get(PAGE)
    for form in ("/ask", "/facts", "/assess"):
        empty = {"due_on": "", "amount-0": "a lot"}
        answer = await browser.submit(page, empty, action=form)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, form
        assert "<details open>" in answer.text, form
    assert not [one for one in asked_for(portal) if one.startswith("POST")]

    asked = {"codes": ["facts.toilet_overflowed", "route", "facts.of_tomorrow"], "due_on": "2026-12-06"}
    await browser.submit(page, {**asked, "ask-reason": "The photos do not tell"}, action="/ask")
    assert sent(portal, "/questions") == {
        "codes": ["facts.toilet_overflowed", "route"],
        "due_on": "2026-12-06",
        "reason": "The photos do not tell",
    }
    found = {"fact-flood_water_entered": "false", "source": "register", "found_in": "Levels of the Meuse"}
    await browser.submit(page, found, action="/facts")
    assert sent(portal, "/facts") == {
        "facts": {"flood_water_entered": "false"},
        "source": "register",
        "found_in": "Levels of the Meuse",
    }
    amounts = {"amount-0": "1,500", "kind-1": "cleaning", "amount-1": "€ 99.5", "route-1": "storm"}
    await browser.submit(page, {**amounts, "assess-reason": "Seen"}, action="/assess")
    nobody = {"by_fire_or_explosion": None}
    assert sent(portal, "/assessments") == {
        "damage": [
            {"kind": "buildings", "amount_cents": 150_000, "route": "sewer_backflow", **nobody},
            {"kind": "cleaning", "amount_cents": 9_950, "route": "storm", **nobody},
        ],
        "reason": "Seen",
    }


async def test_claims_stand_side_by_side_and_are_joined_and_parted(portal: Portal) -> None:
    example = portal.claims.example("GET", CLAIM)
    (first,) = example["reports"]
    second = {**first, "report_id": str(uuid4()), "channel": "partner"}
    changed(portal, reports=[first, second])
    other = {**example, "reference": OTHER, "state": "decided", "loss_from_at": "2026-11-20T03:04:05Z"}

    def about_the_other(request: httpx.Request) -> bool:
        return OTHER in request.url.path

    portal.claims.answers("GET", CLAIM, other, only_if=about_the_other)
    claim_id = str(uuid4())
    overview = portal.claims.example("GET", OVERVIEW)
    portal.claims.answers("GET", OVERVIEW, {**overview, "possible_duplicate_of": claim_id})
    (found,) = portal.claims.example("GET", SEARCH)["items"]
    portal.claims.answers("GET", SEARCH, {"items": [{**found, "reference": OTHER}], "next_cursor": None})
    browser = await at_the_desk(portal)

    page = await browser.get(PAGE)

    assert 'class="desk-beside"' in page.text
    assert "20 November 2026" in page.text
    assert any(one.url.params.get("claim_id") == claim_id for one in portal.claims.asked)
    assert (await browser.submit(page, {"other": "nothing"}, action="/join")).status_code == 422
    answer = await browser.submit(page, {"join-reason": "The same cellar"}, action="/join")
    assert answer.headers["location"] == f"{PAGE}?done=joined"
    assert sent(portal, "/joins") == {"other": OTHER, "reason": "The same cellar"}
    moved = portal.claims.example("POST", f"{CLAIM}/partings")
    portal.claims.answers("POST", f"{CLAIM}/partings", {**moved, "proposal_id": str(uuid4())})
    values = {"report": second["report_id"], "part-reason": "Another cellar"}
    answer = await browser.submit(page, values, action="/part")
    assert answer.headers["location"] == f"{PAGE}?done=proposed"
    assert sent(portal, "/partings") == {"report_id": second["report_id"], "reason": "Another cellar"}
    assert first["report_id"] not in page.text


async def test_files_are_shown_small_got_whole_and_removed_with_a_reason(portal: Portal) -> None:
    browser = await at_the_desk(portal)
    (file,) = portal.claims.example("GET", CLAIM)["files"]
    path = f"{PAGE}/files/{file['file_id']}"
    small, whole = await browser.get(f"{path}/preview"), await browser.get(path)
    assert small.headers["content-disposition"].startswith("inline")
    assert whole.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in whole.headers["content-security-policy"]
    page = await browser.get(PAGE)
    assert (await browser.submit(page, action="/removal")).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    await browser.submit(page, {"removal-reason": "Papers of others"}, action="/removal")
    removed = portal.claims.bodies("POST", f"{CLAIM}/files/{{file_id}}/removal")
    assert removed == [{"reason": "Papers of others"}]


async def test_a_failed_payment_is_ordered_again_and_a_salvage_call_is_put_on_record(portal: Portal) -> None:
    browser = await at_the_desk(portal)
    assert "/pay" not in (await browser.get(PAGE)).text
    changed(portal, waiting=waiting(portal, causes=["payment_failed"]))
    page = await browser.get(PAGE)
    await browser.submit(page, action="/pay")
    assert sent(portal, "/payments") is None
    await browser.submit(page, {"note": "Pumped out"}, action="/salvage")
    assert sent(portal, "/salvage-calls")["note"] == "Pumped out"


async def test_what_somebody_wrote_is_text_and_never_markup(portal: Portal) -> None:
    (ruling,) = portal.claims.example("GET", CLAIM)["rulings"]
    changed(portal, rulings=[{**ruling, "reason": "<img src=x onerror=alert(1)>"}])
    text = (await (await at_the_desk(portal)).get(PAGE)).text
    assert "<img src=x" not in text
    assert "&lt;img src=x" in text
