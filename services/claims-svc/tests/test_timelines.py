"""What happened to a claim, told through three lenses, and claims found by what is known of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from claim_events import NO, POLICY_NUMBER, YES, policy, rainfall_answer, report
from claims_driver import OPENED_AT, REPORT_TRACE
from claims_http import COLLEAGUE, HANDLER, ClaimsDesk
from msgspec.structs import replace

from claims_svc.messages import ABOUT_DECISION
from claims_svc.routes.timeline_words import ABOUT, CHANNELS, NOT_FOR_CUSTOMERS, WORDS
from contracts.access import Role
from contracts.claim_messages import CLAIM_MESSAGE_SETTLED, ClaimOccasion
from contracts.loss_reports import LossFacts
from contracts.notify import MESSAGE_SETTLED, RequestSettlement, Settlement
from contracts.payments import PAYMENT_SETTLED, PaymentOrdered, PaymentOutcome, PaymentSettled
from contracts.vocabulary import Channel

SENIOR, OPERATOR = Role.SENIOR_HANDLER, Role.OPERATOR
REPORT_TRACE_ID = REPORT_TRACE[3:35]
REASON = "The stains are old"


async def timeline(desk: ClaimsDesk, path: str, role: Role = Role.CUSTOMER) -> list[dict[str, Any]]:
    answer = await desk.get(f"{path}/timeline", role=role)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def a_paid_claim(desk: ClaimsDesk) -> str:
    await desk.driver.policy(policy())
    (claim_id,) = await desk.driver.open_claims(report())
    await desk.driver.wait(hours=1)
    await desk.driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    (ordered,) = [event for event in await desk.driver.published() if isinstance(event, PaymentOrdered)]
    settled = PaymentSettled(
        payment_id=ordered.payment_id, outcome=PaymentOutcome.SETTLED, ended_at=OPENED_AT + timedelta(days=1)
    )
    await desk.driver.harness.deliver(PAYMENT_SETTLED, settled)
    return await desk.reference()


async def a_denied_claim(desk: ClaimsDesk) -> str:
    """A handler takes a claim that a storm brought, and denies it with a colleague; its customer wants a review."""
    await desk.driver.policy(policy())
    await desk.driver.report(report(facts=LossFacts(storm_caused_damage=YES)))
    reference = await desk.reference()
    at_desk = f"/desk/claims/{reference}"
    await desk.driver.wait(hours=1)
    await desk.client.put(f"{at_desk}/assignment", headers=desk.token_of(SENIOR, subject=HANDLER))
    shown = (await desk.get(at_desk, role=SENIOR)).json()
    (left,) = [each for each in shown["can_be_decided"] if each["route"] == "storm"]
    ruling = {"outcome": "denied", "reason": REASON, "route": "storm", "overrules": left["overrules"]}
    body = {"claim_version": shown["claim_version"], "rulings": [ruling]}
    proposed = await desk.post(f"{at_desk}/rulings", body, role=SENIOR, subject=HANDLER)
    await desk.driver.wait(hours=1)
    approval = f"{at_desk}/proposals/{proposed.json()['proposal_id']}/approval"
    await desk.post(approval, {"reason": "Agreed"}, role=SENIOR, subject=COLLEAGUE)
    await desk.driver.wait(hours=1)
    await desk.post(f"/customers/123456/claims/{reference}/reviews", {"reason": "It was the storm"})
    return reference


async def test_a_customer_reads_in_words_what_happened_to_a_claim(desk: ClaimsDesk) -> None:
    reference = await a_paid_claim(desk)

    told = await timeline(desk, f"/customers/123456/claims/{reference}")
    assert [(entry["kind"], entry["by"]) for entry in told] == [
        ("reported", "customer"),
        ("rain_asked", "system"),
        ("rain_answered", "system"),
        ("decided", "system"),
        ("payment_ordered", "system"),
        ("payment_settled", "system"),
    ]
    texts = {entry["kind"]: entry["text"] for entry in told}
    assert texts["payment_ordered"] == "Wij maken € 1.590,00 over."
    assert texts["rain_asked"] == "Wij hebben het weerstation gevraagd hoeveel neerslag er viel."
    moments = {entry["kind"]: entry["at"] for entry in told}
    assert moments["rain_asked"] == moments["reported"] < moments["rain_answered"] == moments["decided"]
    (decided,) = [entry for entry in told if entry["kind"] == "decided"]
    assert (decided["ground"], decided["at"]) == ("heavy_local_precipitation", "2021-08-02T09:00:00Z")

    english = await desk.client.get(
        f"/customers/123456/claims/{reference}/timeline",
        headers={**desk.token_of(Role.CUSTOMER), "Accept-Language": "en"},
    )
    assert "We transfer €1,590.00." in {entry["text"] for entry in english.json()["items"]}


async def test_handlers_read_who_did_what_and_why_and_customers_do_not(desk: ClaimsDesk) -> None:
    reference = await a_denied_claim(desk)

    at_desk = await timeline(desk, f"/desk/claims/{reference}", role=Role.CLAIMS_HANDLER)
    kinds = [entry["kind"] for entry in at_desk]
    assert [kind for kind in kinds if kind not in {"promised", "promise_held"}] == [
        "reported",
        "decided",
        "taken",
        "proposed",
        "approved",
        "ruled",
        "decided",
        "review_opened",
    ]
    (ruled,) = [entry for entry in at_desk if entry["kind"] == "ruled"]
    assert (ruled["account"], ruled["reason"]) == (COLLEAGUE, REASON)
    assert (ruled["details"]["decided_by"], ruled["details"]["outcome"]) == (HANDLER, "denied")

    told = await timeline(desk, f"/customers/123456/claims/{reference}")
    assert {"proposed", "approved"}.isdisjoint(entry["kind"] for entry in told)
    assert ("ruled", "person") in [(entry["kind"], entry["by"]) for entry in told]
    assert [entry["reason"] for entry in told if entry["reason"]] == ["It was the storm"]
    assert HANDLER not in str(told)


async def test_operators_read_traces_and_nothing_that_people_wrote(desk: ClaimsDesk) -> None:
    reference = await a_denied_claim(desk)

    traced = await timeline(desk, f"/claims/{reference}", role=OPERATOR)
    trace_of = {entry["kind"]: entry["trace_id"] for entry in traced}
    assert (trace_of["reported"], trace_of["decided"]) == (REPORT_TRACE_ID, REPORT_TRACE_ID)
    assert trace_of["taken"] is None
    assert REASON not in str(traced)
    assert "It was the storm" not in str(traced)


async def test_a_timeline_is_read_page_by_page_and_only_by_those_who_may(desk: ClaimsDesk) -> None:
    reference = await a_denied_claim(desk)
    whole = await timeline(desk, f"/desk/claims/{reference}", role=SENIOR)

    gone_through: list[dict[str, Any]] = []
    query: dict[str, Any] = {"limit": 3}
    while query.get("cursor", "") is not None:
        page = (await desk.get(f"/desk/claims/{reference}/timeline", query, role=SENIOR)).json()
        gone_through += page["items"]
        query["cursor"] = page["next_cursor"]
    assert gone_through == whole

    assert (await desk.get(f"/desk/claims/{reference}/timeline", role=OPERATOR)).status_code == 403
    for theirs in ("", "/timeline", "/reviews"):  # what people wrote
        answer = await desk.get(f"/customers/123456/claims/{reference}{theirs}", role=OPERATOR)
        assert answer.status_code == 403
    assert (await desk.get(f"/claims/{reference}/timeline")).status_code == 403
    other = f"/customers/654321/claims/{reference}/timeline"
    assert (await desk.get(other, relation_number="654321")).status_code == 404


async def test_a_customer_reads_what_was_decided_about_each_item_and_how_the_money_comes_about(
    desk: ClaimsDesk,
) -> None:
    reference = await a_paid_claim(desk)

    read = (await desk.get(f"/customers/123456/claims/{reference}")).json()

    assert (read["deciding_ground"], read["claim_version"], read["waits_until"]) == (
        "heavy_local_precipitation",
        1,
        None,
    )
    assert [(item["outcome"], item["amount_cents"]) for item in read["items"]] == [("covered", 184_000)]
    assert [finding["route"] for finding in read["findings"]] == ["indirect_precipitation"]
    assert sum(step["amount_cents"] for step in read["money"]["steps"]) == read["payable_cents"] == 159_000


async def test_a_customer_reads_what_is_asked_and_until_when_the_claim_waits(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report(facts=LossFacts(came_through_open_window_or_door=NO), damage=()))
    own = f"/customers/123456/claims/{await desk.reference()}"

    read = (await desk.get(own)).json()

    asked = (await desk.get(f"{own}/questions")).json()["questions"]
    assert read["open_questions"] == [question["code"] for question in asked] != []
    assert (read["waits_until"], read["money"]) == ("2021-08-16T08:00:00Z", None)


async def test_claims_are_found_by_each_thing_that_can_be_known_of_them(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    first, again = report(), report()
    await desk.driver.report(first, again)
    reference = await desk.reference()
    await desk.driver.wait(days=40)
    await desk.driver.report(report(policy_number="654321-531-04"))

    async def found(**known: str) -> list[str]:
        answer = await desk.get("/claims", known, role=OPERATOR)
        assert answer.status_code == 200, answer.text
        return [claim["reference"] for claim in answer.json()["items"]]

    after = OPENED_AT.replace(month=9).isoformat()
    assert len(await found()) == 2
    for known in (
        {"reference": reference},
        {"report_id": str(first.report_id)},
        {"report_id": str(again.report_id)},
        {"policy_number": POLICY_NUMBER},
        {"postcode_area": "6011"},
        {"opened_before": after},
        {"policy_number": POLICY_NUMBER, "opened_before": after},
    ):
        assert await found(**known) == [reference], known
    assert await found(state="waiting_for_policy") == [await desk.reference()] == await found(opened_from=after)
    assert await found(policy_number=POLICY_NUMBER, opened_from=after) == []
    page = (await desk.get("/claims", {"limit": 1}, role=OPERATOR)).json()
    rest = (await desk.get("/claims", {"limit": 1, "cursor": page["next_cursor"]}, role=OPERATOR)).json()
    assert [claim["reference"] for claim in (*page["items"], *rest["items"])] == await found()
    assert (await desk.get("/claims", {"report_id": "x"}, role=OPERATOR)).status_code == 422
    assert (await desk.get("/claims")).status_code == 403


async def test_messages_that_were_sent_stand_in_the_timeline_once(desk: ClaimsDesk) -> None:
    reference = await a_denied_claim(desk)
    (row,) = await desk.driver.rows("SELECT claim_id FROM claim")
    about_decision = replace(MESSAGE_SETTLED.examples[0], claim_id=row["claim_id"])
    unreachable = replace(about_decision, message_id=uuid4(), channel=Channel.SMS, settlement=Settlement.NO_ADDRESS)
    asked = replace(CLAIM_MESSAGE_SETTLED.examples[0], claim_id=row["claim_id"])
    deliver = desk.driver.harness.deliver
    await desk.driver.wait(hours=1)
    await deliver(MESSAGE_SETTLED, about_decision, unreachable, about_decision, traceparent=REPORT_TRACE)
    await deliver(MESSAGE_SETTLED, about_decision)
    await deliver(CLAIM_MESSAGE_SETTLED, asked)
    assert await desk.driver.dead_letters() == []

    told = await timeline(desk, f"/customers/123456/claims/{reference}")
    assert sorted(entry["text"] for entry in told if entry["kind"] == "message_settled") == [
        "Wij hebben u een e-mail gestuurd over de beslissing.",
        "Wij hebben u een e-mail gestuurd over onze vragen.",
    ]
    traced = await timeline(desk, f"/claims/{reference}", role=OPERATOR)
    sent = [entry for entry in traced if entry["kind"] == "message_settled"]
    assert sorted(entry["details"]["settlement"] for entry in sent) == ["no_address", "sent", "sent"]
    assert REPORT_TRACE_ID in {entry["trace_id"] for entry in sent}


def test_there_are_words_for_every_message_whatever_it_is_about_and_however_it_ended() -> None:
    assert set(ABOUT) == {ABOUT_DECISION, *ClaimOccasion}
    assert set(CHANNELS) == set(Channel)
    endings = {f"message_settled.{ending}" for ending in (*Settlement, *RequestSettlement)}
    assert endings == {told for told in (*WORDS, *NOT_FOR_CUSTOMERS) if told.startswith("message_settled")}


def test_what_happens_is_told_to_customers_or_left_out_on_purpose() -> None:
    assert not NOT_FOR_CUSTOMERS & WORDS.keys()
