"""What happened to a claim, told through three lenses, and claims found by what is known of them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from claim_events import (
    HEAVY_RAIN_CAME_IN,
    LOSS_AT,
    NO,
    POLICY_NUMBER,
    YES,
    corrected,
    policy,
    rainfall_answer,
    report,
)
from claims_driver import OPENED_AT, REPORT_TRACE
from claims_http import COLLEAGUE, HANDLER, ClaimsDesk
from msgspec.structs import replace

from claims_svc.messages import ABOUT_DECISION
from claims_svc.routes.timeline_words import ABOUT, CHANNELS, NOT_FOR_CUSTOMERS, WORDS
from contracts.access import Role
from contracts.claim_messages import CLAIM_MESSAGE_SETTLED, ClaimOccasion
from contracts.loss_reports import DamageItem, DamageKind, LossFacts
from contracts.notify import MESSAGE_SETTLED, RequestSettlement, Settlement
from contracts.payments import PAYMENT_SETTLED, PaymentOrdered, PaymentOutcome, PaymentSettled
from contracts.repairs import REPAIR_JOB_REPORTED, JobStatus, RepairRequested
from contracts.vocabulary import Channel, LossInterval

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
    assert HANDLER not in str(traced)
    assert COLLEAGUE not in str(traced)


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
    ((claim_id,),) = await desk.driver.rows("SELECT claim_id FROM claim")
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
        {"claim_id": str(claim_id)},
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


async def test_claims_are_found_by_each_state_though_no_index_is_written_by_those_that_are_just_decided(
    desk: ClaimsDesk,
) -> None:
    reference = await a_paid_claim(desk)
    waits = report(damage_cents=99_000, policy_number="654321-531-04")
    await desk.driver.report(waits)
    storm = report(loss_at=LOSS_AT - timedelta(days=60), facts=LossFacts(storm_caused_damage=YES))
    await desk.driver.report(storm)
    referred = await desk.reference()

    async def found(state: str) -> list[str]:
        answer = await desk.get("/claims", {"state": state}, role=OPERATOR)
        assert answer.status_code == 200, answer.text
        return [claim["reference"] for claim in answer.json()["items"]]

    assert (await found("decided"), await found("referred")) == ([reference], [referred])
    assert len(await found("waiting_for_policy")) == 1
    for state in ("waiting_for_rainfall", "waiting_for_answer", "withdrawn"):
        assert await found(state) == []
    indexes = await desk.driver.rows("SELECT indexdef FROM pg_indexes WHERE tablename = 'claim'")
    assert [each for (each,) in indexes if re.search(r"\bstate\b", each)] == []
    statement = "EXPLAIN SELECT FROM claim WHERE rare_state = 'referred' ORDER BY opened_at DESC, claim_id DESC LIMIT 1"
    async with desk.driver.harness.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        plan = [line for (line,) in await connection.fetch(statement)]
    assert any("claim_by_rare_state" in line for line in plan)


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


async def test_a_correction_stands_in_the_timeline_with_what_it_changed(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    first = report(facts=LossFacts(precipitation_left_its_course=YES), damage_cents=100_000)
    await desk.driver.report(first)
    reference = await desk.reference()
    await desk.driver.wait(hours=1)
    more = (DamageItem(kind=DamageKind.BUILDINGS, amount_cents=184_000),)
    facts = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=NO)
    second = corrected(first, facts=facts, damage=more)
    await desk.driver.report(second)
    await desk.driver.report(corrected(second))

    (reported,) = [e for e in await timeline(desk, f"/desk/claims/{reference}", SENIOR) if e["kind"] == "reported"]
    assert reported["details"]["version"] == "1"
    at_desk = [e for e in await timeline(desk, f"/desk/claims/{reference}", SENIOR) if e["kind"] == "report_corrected"]
    changed, same = (entry["details"] for entry in at_desk)
    assert changed["changed"] == "facts.came_through_open_window_or_door damage"
    assert changed["facts.came_through_open_window_or_door"] == "- > false by customer"
    assert changed["damage"] == "buildings 100000 by customer > buildings 184000 by customer"
    assert (changed["version_before"], changed["version"], same["changed"]) == ("1", "2", "")

    told = await timeline(desk, f"/customers/123456/claims/{reference}")
    assert [(entry["by"], entry["text"]) for entry in told if entry["kind"] == "report_corrected"] == [
        ("customer", "Een melding is verbeterd. Veranderd: hoe het water binnenkwam, de schade."),
        ("customer", "Een melding is verbeterd. Veranderd: niets."),
    ]
    traced = await timeline(desk, f"/claims/{reference}", OPERATOR)
    assert {entry["trace_id"] for entry in traced if entry["kind"] == "report_corrected"} == {REPORT_TRACE_ID}


async def test_what_was_told_since_a_report_was_sent_is_no_part_of_its_correction(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    first = report()
    await desk.driver.report(first)
    own = f"/customers/123456/claims/{await desk.reference()}"
    told = await desk.post(f"{own}/news", {"facts": {"toilet_overflowed": "true"}})
    assert told.status_code == 200, told.text
    await desk.driver.report(corrected(first))

    (entry,) = [entry for entry in await timeline(desk, own) if entry["kind"] == "report_corrected"]
    assert entry["text"].endswith("Veranderd: niets.")


async def test_a_report_that_a_correction_takes_away_leaves_what_had_happened(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    first, again = report(), report()
    await desk.driver.report(first)
    reference = await desk.reference()
    await desk.driver.report(again)
    months_before = LossInterval(from_at=LOSS_AT - timedelta(days=60), until_at=LOSS_AT - timedelta(days=60))
    await desk.driver.wait(hours=1)
    await desk.driver.report(corrected(again, loss=months_before))
    moved_to = await desk.reference()
    assert moved_to != reference

    told = await timeline(desk, f"/customers/123456/claims/{reference}")
    kinds = [entry["kind"] for entry in told]
    assert [kind for kind in kinds if kind.startswith("report")] == [
        "reported",
        "report_joined",
        "report_corrected",
        "report_left",
    ]
    at_desk = await timeline(desk, f"/desk/claims/{reference}", SENIOR)
    (entry,) = [entry for entry in at_desk if entry["kind"] == "report_corrected"]
    assert (entry["details"]["changed"], entry["details"]["moved_to"]) == ("loss.from_at loss.until_at", moved_to)


async def test_who_joins_and_parts_claims_tells_handlers_why_and_customers_only_that(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    walls, chairs = report(damage_cents=150_000), report(damage_cents=80_000, kind=DamageKind.CONTENTS)
    await desk.driver.report(walls, chairs)
    rows = await desk.driver.rows("SELECT claim_reference FROM claim ORDER BY claim_id")
    stays, ends = (row["claim_reference"] for row in rows)
    at_desk, own = f"/desk/claims/{stays}", f"/customers/123456/claims/{stays}"
    await desk.driver.wait(hours=1)
    body = {"other": ends, "reason": "One cellar"}
    joined = await desk.post(f"{at_desk}/joins", body, role=SENIOR, subject=HANDLER)
    assert joined.status_code == 201, joined.text
    await desk.driver.wait(hours=1)
    body = {"report_id": str(chairs.report_id), "reason": "Two cellars after all"}
    parted = await desk.post(f"{at_desk}/partings", body, role=SENIOR, subject=HANDLER)
    assert parted.status_code == 201, parted.text

    moves = {"joined", "joined_to", "parted", "parted_from", "report_joined", "report_moved"}
    seen = [entry for entry in await timeline(desk, at_desk, SENIOR) if entry["kind"] in moves]
    assert [(entry["kind"], entry["account"], entry["reason"]) for entry in seen] == [
        ("report_joined", None, None),
        ("joined", HANDLER, "One cellar"),
        ("report_moved", None, None),
        ("parted", HANDLER, "Two cellars after all"),
    ]
    assert {entry["details"].get("other") for entry in seen} == {None, ends}
    other = [entry["kind"] for entry in await timeline(desk, f"/desk/claims/{ends}", SENIOR)]
    assert [kind for kind in other if kind in moves] == ["joined_to", "parted_from"]
    told = await timeline(desk, own)
    assert [(entry["kind"], entry["reason"]) for entry in told if entry["kind"] in moves] == [
        ("report_joined", None),
        ("joined", None),
        ("parted", None),
    ]


@pytest.mark.parametrize("facts", [LossFacts(storm_caused_damage=YES), HEAVY_RAIN_CAME_IN], ids=["decided", "waiting"])
async def test_a_proposal_that_a_newer_decision_has_overtaken_stands_in_the_record_of_handlers(
    desk: ClaimsDesk, facts: LossFacts
) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report(facts=facts))
    reference = await desk.reference()
    at_desk, own = f"/desk/claims/{reference}", f"/customers/123456/claims/{reference}"
    body = {"reason": "They take it back"}
    proposed = await desk.post(f"{own}/withdrawal", body, role=Role.CLAIMS_HANDLER)
    assert proposed.status_code == 200, proposed.text
    await desk.driver.wait(hours=1)
    assert (await desk.post(f"{own}/withdrawal", {})).status_code == 200

    entries = await timeline(desk, at_desk, SENIOR)
    (proposal_id,) = [entry["details"]["proposal_id"] for entry in entries if entry["kind"] == "proposed"]
    (overtaken,) = [entry for entry in entries if entry["kind"] == "proposal_overtaken"]
    assert (overtaken["details"], overtaken["role"]) == ({"proposal_id": proposal_id}, "system")
    told = [entry["kind"] for entry in await timeline(desk, own)]
    assert "withdrawn" in told
    assert {"proposed", "proposal_overtaken"}.isdisjoint(told)


async def test_consent_to_be_called_stands_in_the_timeline_when_it_is_given_and_when_it_ends(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    (claim_id,) = await desk.driver.open_claims(report(damage_cents=1_000_000))
    await desk.driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    own = f"/customers/123456/claims/{await desk.reference()}"
    choice = {"choice": "repair", "contact_may_be_given": True}
    await desk.post(f"{own}/repair", choice, role=Role.CLAIMS_HANDLER)
    (asked,) = [event for event in await desk.driver.published() if isinstance(event, RepairRequested)]
    accepted = replace(REPAIR_JOB_REPORTED.examples[0], job_id=asked.job_id, status=JobStatus.ACCEPTED, items=())
    await desk.driver.wait(hours=1)
    await desk.driver.harness.deliver(REPAIR_JOB_REPORTED, accepted)
    await desk.driver.wait(hours=1)
    await desk.post(f"{own}/repair", {"choice": "money"})

    told = [entry["kind"] for entry in await timeline(desk, own)]
    assert [kind for kind in told if kind.startswith("repair_")] == [
        "repair_offered",
        "repair_requested",
        "repair_agreed",
        "repair_accepted",
        "repair_ended",
        "repair_contact_closed",
    ]
    at_desk = await timeline(desk, own.replace("/customers/123456", "/desk"), SENIOR)
    (chosen,) = [entry for entry in at_desk if entry["kind"] == "repair_chosen_for_customer"]
    assert (chosen["account"], chosen["details"]) == (HANDLER, {"choice": "repair", "contact_may_be_given": "true"})
