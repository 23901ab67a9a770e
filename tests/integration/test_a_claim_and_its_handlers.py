"""A claim and those who work at it: handlers, partners, who pays, over HTTP and Kafka on the running platform."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio
from at_the_desk import (
    DRY_DAY,
    EMAIL,
    EXPENSIVE,
    HOUSE_NUMBER,
    IN_MAASTRICHT,
    MAASTRICHT,
    MOBILE_PHONE,
    NAME,
    NUMBERS,
    POSTCODE,
    RELATION_NUMBER,
    TODAY,
    WET_DAY,
    Desk,
    Visitor,
    desk_at,
    loss,
    moment,
    own,
    partner,
    policy,
)
from whole_platform import WholePlatform

from claims_svc.domain.handling import HANDLER_LIMIT_CENTS
from contracts.claim_reports import REPORT_RECEIVED, ReportReceived
from contracts.claims import DECISION_MADE
from contracts.loss_reports import LOSS_REPORTED, DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.payments import PAYMENT_ORDERED, PAYMENT_SETTLED, PaymentFailure, PaymentOutcome, PaymentSettled
from contracts.repairs import (
    REPAIR_ASSIGNED,
    REPAIR_JOB_REPORTED,
    REPAIR_REQUESTED,
    AffectedArea,
    JobStatus,
    RepairedItem,
    RepairJobReported,
    RepairRequested,
    Urgency,
)
from contracts.topics import TOPICS
from contracts.vocabulary import Fact, LossInterval, Truth

pytestmark = pytest.mark.asyncio(loop_scope="session")

OVER_LAND = {"precipitation_left_its_course": "true", "came_through_open_window_or_door": "false"}
STORM = {"storm_caused_damage": "true"}
BEARING = 25_000
"""What is borne at least of damage by heavy weather."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(whole: WholePlatform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk_at(whole, tmp_path_factory.mktemp("desk")) as everybody:
        yield everybody


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def proofs(desk: Desk) -> Path:
    """Where the proofs of all claims were exported to, after the stories that ask for none."""
    directory = desk.directory / "proofs"
    await desk.whole.platform.export_proofs(directory)
    return directory


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def firms(desk: Desk) -> AsyncIterator[tuple[Visitor, Visitor]]:
    """Two firms of the repair network, as they ask policy-svc whom to call."""
    platform = desk.whole.platform
    async with (
        httpx.AsyncClient(base_url=platform.auth_url, timeout=20) as accounts,
        httpx.AsyncClient(base_url=platform.policy_url, timeout=20) as policies,
    ):
        yield (
            await partner(desk.whole, accounts, policies, "firm-droog"),
            await partner(desk.whole, accounts, policies, "firm-snel"),
        )


async def test_one_loss_that_three_report_is_one_claim_and_two_claims_are_joined_and_parted_by_hand(
    desk: Desk,
) -> None:
    number = policy("02")
    claims = f"/customers/{RELATION_NUMBER}/claims"
    told = loss(number, OVER_LAND, ("buildings", 150_000))

    # By the portal, by phone and by a partner: one claim with three reporters, decided and paid once.
    first = await desk.customer.post(claims, told, status=201)
    reference = first["reference"]
    await desk.until_claim(reference, lambda claim: claim["outcome"] == "covered", what="cover")
    by_phone = await desk.handler.post(claims, told, status=201)
    assert (first["joined"], by_phone["joined"], by_phone["reference"]) == (False, True, reference)
    by_partner = await report_as_partner(desk, number, DamageItem(kind=DamageKind.BUILDINGS, amount_cents=150_000))
    assert (by_partner.joined, by_partner.claim_reference) == (True, reference)
    seen = await desk.at_desk(reference)
    assert [report["channel"] for report in seen["reports"]] == ["portal", "phone", "partner"]
    assert await desk.paid(reference) == [150_000 - BEARING]
    for report_id in (first["report_id"], by_phone["report_id"], str(by_partner.report_id)):
        assert [claim["reference"] for claim in await desk.found(report_id=report_id)] == [reference]

    # Other damage of that night, as a claim of its own, and joined by hand: nothing is paid twice.
    other = await desk.phoned(number, OVER_LAND, ("contents", 80_000), by=desk.customer)
    assert other != reference
    assert await desk.paid(other) == [80_000]
    joining = {"other": other, "reason": "Dezelfde kelder, dezelfde nacht"}
    unexplained = await desk.handler.send("POST", f"/desk/claims/{reference}/joins", {"other": other})
    assert unexplained.status_code == 422
    await agreed_by_two(desk, reference, "joins", joining)
    joined = await desk.at_desk(reference)
    assert len(joined["reports"]) == 4
    assert (await desk.claim(other))["state"] == "withdrawn"
    assert (await desk.claim(reference))["money"]["decided_before_cents"] == 150_000 - BEARING + 80_000
    assert (await desk.paid(reference), await desk.paid(other)) == ([125_000], [80_000])
    assert await desk.colleague.refused("POST", f"/desk/claims/{other}/joins", {**joining, "other": reference})

    # Parted again: it waits for a ruling, by which nothing more is paid either.
    known = {report["report_id"] for report in seen["reports"]}
    (report_id,) = {report["report_id"] for report in joined["reports"]} - known
    parting = {"report_id": report_id, "reason": "Toch een andere kelder"}
    await agreed_by_two(desk, reference, "partings", parting)
    assert (await desk.at_desk(other))["state"] == "referred"
    not_the_same = {"ground": "possible_duplicate", "outcome": "covered", "reason": "Andere spullen"}
    ruled = await desk.handler.post(
        f"/desk/claims/{other}/rulings", await desk.rulings(other, not_the_same), status=200
    )
    assert ruled["state"] == "decided"
    assert (await desk.claim(other))["payable_cents"] == 80_000
    assert (await desk.paid(reference), await desk.paid(other)) == ([125_000], [80_000])

    reasons = {entry["kind"]: entry["reason"] for entry in await desk.history(reference)}
    assert (reasons["joined"], reasons["parted"]) == (joining["reason"], parting["reason"])
    shown = [entry["kind"] for entry in (await desk.customer.get(f"{own(other)}/timeline"))["items"]]
    assert {"joined_to", "parted_from", "ruled"} <= set(shown)


async def test_a_claim_is_found_in_the_queue_and_decided_by_nobody_but_who_has_taken_it(desk: Desk) -> None:
    number = policy("03")
    held_before = await promises(desk, "held")
    reference = await desk.phoned(number, STORM, ("buildings", 200_000))
    path = f"/desk/claims/{reference}"

    # It waits for a person, found by filters, due at the end of a Dutch day; nobody decides what another has taken.
    free = {"whose": "free", "state": "referred", "ground": "storm", "cause": "referred"}
    queue: list[Any] = []
    for sort in ("due_at", "since"):
        queue = (await desk.handler.get("/desk/queue", sort=sort, limit="100", **free))["items"]
        assert reference in [item["reference"] for item in queue]
        assert [item[sort] for item in queue] == sorted(item[sort] for item in queue)
    (waiting,) = [item for item in queue if item["reference"] == reference]
    due_at = datetime.fromisoformat(waiting["due_at"]).astimezone(ZoneInfo("Europe/Amsterdam"))
    assert (due_at.hour, due_at.minute) == (0, 0)
    assert due_at - datetime.now(UTC) > timedelta(days=1)
    assert await queued(desk, due_before=waiting["since"]) == []
    assert (await desk.handler.send("PUT", f"{path}/assignment")).status_code == 204
    assert await desk.colleague.refused("PUT", f"{path}/assignment") == "taken-by-another"
    cover = {"route": "storm", "outcome": "covered", "reason": "Het dak van de buren ligt er ook af"}
    body = await desk.rulings(reference, cover)
    assert await desk.colleague.refused("POST", f"{path}/rulings", body) == "taken-by-another"
    assert await desk.colleague.refused("DELETE", f"{path}/assignment") == "taken-by-another"
    assert (await desk.senior.send("DELETE", f"{path}/assignment")).status_code == 204
    assert (await desk.handler.send("PUT", f"{path}/assignment")).status_code == 204
    assert reference in await queued(desk, whose="mine")
    assert reference not in await queued(desk, whose="free")
    # It was taken up twice: as it was released there was a new promise.
    assert await promises(desk, "held") == held_before + 2
    unexplained = {"route": "storm", "outcome": "covered"}
    answer = await desk.handler.send("POST", f"{path}/rulings", await desk.rulings(reference, unexplained))
    assert answer.status_code == 422
    assert (await desk.handler.post(f"{path}/rulings", body, status=200))["state"] == "decided"
    assert reference not in await queued(desk)
    assert [entry["kind"] for entry in await desk.history(reference) if entry["account"]] == [
        *("taken", "released", "taken", "ruled"),
    ]


async def test_a_handler_asks_adds_facts_with_their_source_and_assesses_damage_up_and_down(desk: Desk) -> None:
    reference = await desk.phoned(policy("12"), STORM, ("buildings", 200_000))
    path = f"/desk/claims/{reference}"
    asked = {"codes": ["facts.precipitation_fell_directly"], "due_on": f"{TODAY + timedelta(days=7)}"}
    await desk.handler.post(f"{path}/questions", {**asked, "reason": "Kwam de regen door het dak?"}, status=204)
    (question,) = (await desk.customer.get(f"{own(reference)}/questions"))["questions"]
    assert (question["code"], question["due_on"]) == (asked["codes"][0], asked["due_on"])
    answers = {"answers": [{"code": question["code"], "known": "false"}]}
    await desk.customer.post(f"{own(reference)}/answers", answers, status=200)
    assert reference in await queued(desk, cause="answered")
    found = {"facts": {"flood_water_entered": "false"}, "source": "register", "found_in": "Waterstanden Maas"}
    await desk.handler.post(f"{path}/facts", found, status=204)
    for cents in (240_000, 210_000):
        assessed = {"damage": [{"kind": "buildings", "amount_cents": cents}], "reason": "Ter plaatse opgenomen"}
        await desk.handler.post(f"{path}/assessments", assessed, status=204)
    seen = await desk.at_desk(reference)
    facts = {fact["name"]: (fact["value"], fact["source"]) for fact in seen["facts"]}
    assert facts["flood_water_entered"] == ("false", "register")
    assert facts["precipitation_fell_directly"] == ("false", "customer")
    assert [(item["amount_cents"], item["estimated_by"]) for item in seen["items"]] == [(210_000, "handler")]
    assert await desk.paid(reference) == []
    assert (await desk.rule(desk.handler, reference, "covered", "storm"))["state"] == "decided"

    mine = await desk.claim(reference)
    assert (mine["outcome"], mine["payable_cents"]) == ("covered", 210_000 - BEARING)
    assert await desk.paid(reference) == [210_000 - BEARING]
    done = [entry["kind"] for entry in await desk.history(reference) if entry["account"]]
    assert done == ["asked", "facts_added", "assessed", "assessed", "ruled"]
    told = (await desk.customer.get(f"{own(reference)}/timeline", limit="100"))["items"]
    assert {"promised", "asked", "told", "facts_added", "assessed", "ruled"} <= {entry["kind"] for entry in told}
    assert "Ter plaatse opgenomen" not in str(told)


async def test_money_above_a_limit_needs_a_second_person_who_is_senior(desk: Desk) -> None:
    cents = HANDLER_LIMIT_CENTS + 200_000
    reference = await desk.phoned(policy("04"), STORM, ("buildings", cents))
    path = f"/desk/claims/{reference}"
    assessed = {"damage": [{"kind": "buildings", "amount_cents": cents}], "reason": "Ter plaatse opgenomen"}
    why = {"reason": "Ik heb het ook gezien"}

    async def agree(proposal_id: str, *, more_cents: int) -> None:
        (proposal,) = [each for each in (await desk.at_desk(reference))["proposals"] if each["state"] == "open"]
        assert (proposal["proposal_id"], proposal["more_cents"]) == (proposal_id, more_cents)
        assert proposal["needs_senior"] is True
        assert reference in await queued(desk, cause="proposed")
        approval = f"{path}/proposals/{proposal_id}/approval"
        assert await desk.handler.refused("POST", approval, why) == "second-person-needed"
        assert await desk.colleague.refused("POST", approval, why) == "senior-needed"
        assert ((await desk.claim(reference))["outcome"], await desk.paid(reference)) == ("referred", [])
        assert (await desk.senior.post(approval, why, status=200))["state"] in {"decided", "left_as_it_was"}
        assert await desk.senior.refused("POST", approval, why) == "proposal-closed"

    await desk.handler.post(f"{path}/assessments", assessed, status=204)
    (proposal,) = (await desk.at_desk(reference))["proposals"]
    await agree(proposal["proposal_id"], more_cents=cents)
    assert [item["amount_cents"] for item in (await desk.claim(reference))["items"]] == [cents]
    proposed = await desk.rule(desk.handler, reference, "covered", "storm")
    assert proposed["state"] == "proposed"
    await agree(proposed["proposal_id"], more_cents=cents - BEARING)

    (ruling,) = (await desk.at_desk(reference))["rulings"]
    assert ruling["approved_by"]
    assert ruling["approved_by"] != ruling["decided_by"]
    assert await desk.paid(reference) == [cents - BEARING]


async def test_each_finding_is_decided_with_a_reason_and_every_denial_by_two(desk: Desk) -> None:
    number = policy("05")
    counted = await overturned(desk)
    two_waters = {**STORM, "sewer_water_entered": "true", "toilet_overflowed": "false"}
    damage = (("buildings", 90_000, "storm"), ("contents", 60_000, "sewer_backflow"))
    reference = await desk.phoned(number, two_waters, *damage, day=DRY_DAY)
    path = f"/desk/claims/{reference}"
    seen = await desk.at_desk(reference)
    assert {each["route"] for each in seen["can_be_decided"]} >= {"storm", "sewer_backflow"}
    decided = (
        {"route": "storm", "outcome": "denied", "reason": "Er stond die dag geen wind"},
        {"route": "sewer_backflow", "outcome": "covered", "reason": "De straat stond blank"},
    )

    # A colleague declines, then approves what is proposed once more; until then nothing is decided.
    for judged, state, outcome in (("refusal", "left_as_it_was", "referred"), ("approval", "decided", None)):
        proposed = await desk.handler.post(f"{path}/rulings", await desk.rulings(reference, *decided), status=200)
        assert proposed["state"] == "proposed"
        assert (await desk.claim(reference))["outcome"] == "referred"
        proposal = f"{path}/proposals/{proposed['proposal_id']}"
        why = {"reason": f"Ik zag het zelf: {judged}"}
        assert await desk.handler.refused("POST", f"{proposal}/{judged}", why) == "second-person-needed"
        ended = await desk.colleague.post(f"{proposal}/{judged}", why, status=200)
        assert ended["state"] == state
        assert outcome in {None, (await desk.claim(reference))["outcome"]}

    items = {item["kind"]: item for item in (await desk.claim(reference))["items"]}
    assert {kind: item["outcome"] for kind, item in items.items()} == {"buildings": "denied", "contents": "covered"}
    assert {item["ground"] for item in items.values()} == {"handler_denies", "handler_covers"}
    rulings = (await desk.at_desk(reference))["rulings"]
    assert [ruling["reason"] for ruling in rulings] == [each["reason"] for each in decided]
    assert len(await desk.paid(reference)) == 1
    assert await overturned(desk) - counted == Counter(
        {("storm", "denied"): 1, ("sewer_water_without_cause", "covered"): 1}
    )
    await desk.mail_about(reference, "Een deel van uw schade is verzekerd", "Twee medewerkers")


async def test_of_two_handlers_who_decide_the_same_claim_at_once_one_wins(desk: Desk) -> None:
    reference = await desk.phoned(policy("06"), STORM, ("buildings", 100_000))
    path = f"/desk/claims/{reference}/rulings"
    body = await desk.rulings(reference, {"route": "storm", "outcome": "covered", "reason": "Gezien"})

    answers = await asyncio.gather(
        *(person.send("POST", path, body) for person in (desk.handler, desk.colleague, desk.senior))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    lost = [answer.json() for answer in answers if answer.status_code == 409]
    assert {problem["type"].rpartition("/")[2] for problem in lost} == {"decided-meanwhile"}
    assert all("Read the claim again" in str(problem) for problem in lost)
    seen = await desk.at_desk(reference)
    assert (seen["claim_version"], len(seen["rulings"])) == (2, 1)
    assert await desk.paid(reference) == [100_000 - BEARING]


async def test_a_corrected_policy_and_corrected_rain_pay_more_by_themselves_and_take_nothing_back(
    desk: Desk,
) -> None:
    corrected = policy(EXPENSIVE)
    by_policy, by_rain = [
        await desk.phoned(number, OVER_LAND, ("buildings", 150_000)) for number in (corrected, policy(IN_MAASTRICHT))
    ]
    assert [(await desk.claim(each))["outcome"] for each in (by_policy, by_rain)] == ["covered", "denied"]
    assert [await desk.paid(each) for each in (by_policy, by_rain)] == [[50_000], []]

    # In the customer's favour, at once and net of what was paid.
    await asyncio.gather(desk.correct_policy(corrected, deductible_cents=BEARING), desk.rain(MAASTRICHT, at_noon=41))
    for reference, payments in ((by_policy, [50_000, 75_000]), (by_rain, [125_000])):
        await desk.until_claim(reference, lambda claim: claim["claim_version"] == 2, what="a second decision")
        assert (await desk.claim(reference))["payable_cents"] == sum(payments)
        assert await desk.paid(reference) == payments
        assert "evidence_raised" not in await desk.kinds(reference)

    # Against the customer: the decision stands, a handler looks, nothing is clawed back.
    await asyncio.gather(desk.correct_policy(corrected, deductible_cents=50_000), desk.rain(MAASTRICHT, at_noon=32))
    for reference, payments in ((by_policy, [50_000, 75_000]), (by_rain, [125_000])):
        seen = await desk.until_claim(reference, lambda claim: claim["evidence_against"], what="evidence")
        assert (seen["claim_version"], seen["outcome"]) == (2, "covered")
        assert reference in await queued(desk, cause="evidence_against")
        upheld = {"claim_version": 2, "reason": "Wij komen op onze toezegging niet terug"}
        await desk.handler.post(f"/desk/claims/{reference}/upholdings", upheld, status=200)
        assert reference not in await queued(desk)
        assert await desk.paid(reference) == payments
        assert (await desk.kinds(reference))[-1] == "upheld"


async def test_a_payment_is_ordered_once_and_again_only_when_it_failed(desk: Desk) -> None:
    reference = await desk.phoned(policy("09"), OVER_LAND, ("buildings", 143_210))
    cents = 143_210 - BEARING
    first = await desk.outside.find(PAYMENT_ORDERED, lambda order: order.claim_reference == reference)
    assert first.amount_cents == cents
    await desk.mail_about(reference, "1.182,10")

    # It fails: a handler orders again, once.
    await settle(desk, first.payment_id, PaymentFailure.ACCOUNT_CLOSED)
    await desk.eventually(
        lambda: queued(desk, cause="payment_failed"), lambda waiting: reference in waiting, what="a failed payment"
    )
    again = await desk.handler.post(f"/desk/claims/{reference}/payments", status=201)
    assert again == {"amount_cents": cents}
    assert await desk.handler.refused("POST", f"/desk/claims/{reference}/payments") == "nothing-to-pay"
    second = await desk.outside.find(
        PAYMENT_ORDERED,
        lambda order: order.claim_reference == reference and order.payment_id != first.payment_id,
    )
    assert second.amount_cents == cents

    # It is transferred, which is told twice and counts once.
    for _ in range(2):
        await settle(desk, second.payment_id)
    made = await desk.eventually(
        lambda: desk.customer.get(f"{own(reference)}/payments"),
        lambda answer: answer["payments"][-1]["state"] == "settled",
        what="a settled payment",
    )
    assert [payment["state"] for payment in made["payments"]] == ["failed", "settled"]
    told = (await desk.customer.get(f"{own(reference)}/timeline", limit="100"))["items"]
    assert [entry["text"] for entry in told if entry["kind"] == "payment_settled"] == ["€ 1.182,10 is overgemaakt."]
    ordered = [record for record in await desk.records(PAYMENT_ORDERED) if reference.encode() in record]
    assert len(ordered) == 2


async def test_a_repair_goes_from_firm_to_firm_and_only_who_has_it_and_is_agreed_to_learns_whom_to_call(
    desk: Desk, firms: tuple[Visitor, Visitor]
) -> None:
    droog, snel = firms
    reference = await desk.phoned(policy("10"), OVER_LAND, ("buildings", 420_000))
    repair = f"{own(reference)}/repair"
    assert (await desk.customer.get(repair))["offered"] is True
    chosen = {"choice": "repair", "contact_may_be_given": False, "areas": ["cellar"], "urgency": "urgent"}
    await desk.customer.post(repair, chosen, status=200)
    job = await desk.outside.find(REPAIR_REQUESTED, lambda job: job.claim_reference == reference)
    assert (job.postcode_area, job.areas, job.urgency) == (POSTCODE[:4], (AffectedArea.CELLAR,), Urgency.URGENT)
    contact = f"/repair-jobs/{job.job_id}/contact"

    async def state() -> tuple[str, str | None]:
        seen = await desk.customer.get(repair)
        return seen["state"], seen["partner"]

    async def reached(firm: Visitor) -> int:
        return (await firm.send("GET", contact)).status_code

    # One declines, another accepts, a third is too late.
    await tell(desk, job, "firm-droog", JobStatus.DECLINED)
    await tell(desk, job, "firm-snel", JobStatus.ACCEPTED)
    await desk.eventually(state, lambda seen: seen == ("accepted", "firm-snel"), what="a firm that accepts")
    await tell(desk, job, "firm-droog", JobStatus.ACCEPTED)
    assigned = await desk.eventually(
        lambda: assignments(desk, job), lambda told: len(told) == 2, what="an answer to the firm that was late"
    )
    assert all(b'"firm-snel"' in record for record in assigned)

    # Whom to call: nobody learns it before the customer agrees, and only the firm that has the job does then.
    assert [await reached(firm) for firm in firms] == [404, 404]
    await desk.customer.post(repair, {**chosen, "contact_may_be_given": True}, status=200)
    await desk.eventually(lambda: reached(snel), lambda status: status == 200, what="leave to call")
    assert (await snel.get(contact))["mobile_phone"] == f"+{MOBILE_PHONE}"
    assert await reached(droog) == 404

    # It is repaired: that assesses the damage, in kind; nobody needs to call any more.
    repaired = RepairedItem(kind=DamageKind.BUILDINGS, amount_cents=395_000)
    await tell(desk, job, "firm-snel", JobStatus.COMPLETED, repaired)
    await desk.eventually(state, lambda seen: seen == ("completed", "firm-snel"), what="a completed repair")
    await desk.eventually(lambda: reached(snel), lambda status: status == 404, what="the end of the leave to call")
    (item,) = (await desk.claim(reference))["items"]
    assert (item["amount_cents"], item["estimated_by"]) == (395_000, "repair_partner")
    assert await desk.paid(reference) == []

    # The Salvage Foundation came, too.
    called = {"called_at": moment(WET_DAY).isoformat(), "note": "Kelder leeggepompt"}
    await desk.handler.post(f"/desk/claims/{reference}/salvage-calls", called, status=201)
    (call,) = (await desk.customer.get(f"{own(reference)}/salvage-calls"))["calls"]
    assert call["note"] == called["note"]
    happened = await desk.kinds(reference)
    assert [kind for kind in happened if kind.startswith(("repair_", "salvage_"))] == [
        *(
            "repair_offered",
            "repair_requested",
            "repair_accepted",
            "repair_agreed",
            "repair_completed",
            "repair_contact_closed",
            "salvage_called",
        ),
    ]


async def test_topics_that_partners_read_hold_nothing_of_a_person(desk: Desk) -> None:
    """After the stories above: every record on every topic of which somebody outside reads."""
    house, spaced = f'"{HOUSE_NUMBER}"', f"{POSTCODE[:4]} {POSTCODE[4:]}"
    personal = (*NAME.split(), EMAIL, MOBILE_PHONE, MOBILE_PHONE[2:], POSTCODE, spaced, house)
    outside = {"upstream", "payments", "repair-partners", "witnesses"}
    topics = [topic for topic in TOPICS if outside & set(topic.consumers)]

    records = {topic.name: await desk.records(topic) for topic in topics}

    expected = {
        REPAIR_REQUESTED.name,
        REPAIR_ASSIGNED.name,
        PAYMENT_ORDERED.name,
        DECISION_MADE.name,
        REPORT_RECEIVED.name,
    }
    assert all(records[name] for name in expected)
    assert any(POSTCODE[:4].encode() in record for record in records[REPAIR_REQUESTED.name])
    found = [
        (name, word)
        for name, sent in records.items()
        for record in sent
        for word in personal
        if word.lower().encode() in record.lower()
    ]
    assert found == []


async def test_what_if_is_the_same_over_http_and_by_command_and_leaves_no_trace(desk: Desk, tmp_path: Path) -> None:
    number = policy("11")
    tried = {**loss(number, OVER_LAND, ("buildings", 150_000)), "reported_at": datetime.now(UTC).isoformat()}
    by_http = await desk.operator.post("/claims/assess", tried, status=200)

    facts = {name: {"value": value, "source": "customer"} for name, value in OVER_LAND.items()}
    asked = tmp_path / "what-if.json"
    asked.write_text(json.dumps({**tried, "facts": facts}))
    printed = await desk.whole.platform.printed_by("claims-svc", "assess", str(asked))

    assert json.loads(printed[printed.index("{\n") :]) == by_http
    assert by_http["decisions"]["heavy_rain"]["payable_cents"] == 150_000 - BEARING
    assert by_http["decisions"]["no_rain"]["outcome"] == "denied"
    assert by_http["questions"] == []
    vague = await desk.handler.post("/claims/assess", loss(number, {}, ("buildings", 150_000)), status=200)
    assert vague["questions"][0] == {"code": "route", "asked_of": "reporter"}
    assert await desk.found(policy_number=number) == []
    of_claims = [topic for topic in TOPICS if "claims-svc" in topic.producers]
    assert [
        topic.name for topic in of_claims if any(number.encode() in each for each in await desk.records(topic))
    ] == []


async def test_what_the_stories_above_decided_can_be_decided_again_from_its_proofs_by_anybody(
    desk: Desk, proofs: Path
) -> None:
    found = [claim for number in NUMBERS for claim in await desk.found(policy_number=policy(number))]
    paths = proofs_of({claim["reference"] for claim in found}, proofs)
    by_hand = [path for path in paths if "rulings" in json.loads(path.read_bytes())["basis"]]

    printed = await desk.whole.platform.printed_by("claims-svc", "proofs", "verify", *map(str, paths))

    said = [line for line in printed.splitlines() if ".json: " in line]
    assert [line for line in said if ": MATCH sha256 " not in line] == []
    assert len(said) == len(paths)
    assert len(by_hand) >= 8


def claims_with_proofs(directory: Path) -> set[str]:
    """Return the references of all claims of which proofs were exported."""
    return {path.name.partition("-v")[0] for path in directory.glob("W*.json")}


def proofs_of(references: Collection[str], directory: Path) -> list[Path]:
    """Return the proofs of these claims among those that were exported."""
    return [path for path in sorted(directory.glob("*.json")) if path.name.partition("-v")[0] in references]


async def test_a_backtest_tells_per_ground_what_other_parameters_would_cost(
    desk: Desk, proofs: Path, tmp_path: Path
) -> None:
    claims = claims_with_proofs(proofs)
    candidate = tmp_path / "candidate.toml"
    candidate.write_text('version = "home-candidate"\nweather_deductible_minimum_cents = 0\n')

    printed = await desk.whole.platform.printed_by(
        *("claims-svc", "rules", "backtest", "--product", str(candidate), "--against", str(proofs))
    )

    table = printed[printed.index("product home-candidate") :].splitlines()
    rows = {words[0]: words for words in (line.removeprefix("in ").split() for line in table[2:]) if words}
    assert table[1].split()[:3] == ["decided", "on", "claims"]
    assert {"heavy_local_precipitation", "handler_covers", "all"} <= set(rows)
    assert int(rows["all"][1]) == len(claims)
    more = float(rows["heavy_local_precipitation"][-1].replace(",", ""))
    assert more >= BEARING / 100


async def agreed_by_two(desk: Desk, reference: str, what: str, body: dict[str, str]) -> None:
    """Join or part claims, which a colleague must approve where it moves money."""
    asked = await desk.handler.post(f"/desk/claims/{reference}/{what}", body, status=201)
    if asked["proposal_id"] is None:
        return
    approval, why = f"/desk/claims/{reference}/proposals/{asked['proposal_id']}/approval", {"reason": "Zo is het"}
    assert await desk.handler.refused("POST", approval, why) == "second-person-needed"
    await desk.colleague.post(approval, why, status=200)


async def report_as_partner(desk: Desk, policy_number: str, *damage: DamageItem) -> ReportReceived:
    """Report what the others did on Kafka; return the answer."""
    at = moment(WET_DAY)
    report = LossReported(
        report_id=uuid4(),
        policy_number=policy_number,
        channel=ReportChannel.PARTNER,
        reported_at=datetime.now(UTC),
        loss=LossInterval(from_at=at, until_at=at),
        facts=LossFacts(**{name: Fact(value=Truth(value)) for name, value in OVER_LAND.items()}),
        damage=damage,
    )
    await desk.outside.send(LOSS_REPORTED, report)
    return await desk.outside.find(REPORT_RECEIVED, lambda answer: answer.report_id == report.report_id)


async def settle(desk: Desk, payment_id: UUID, failure: PaymentFailure | None = None) -> None:
    """Tell how a payment ended, as who pays does."""
    outcome = PaymentOutcome.SETTLED if failure is None else PaymentOutcome.FAILED
    settled = PaymentSettled(payment_id=payment_id, outcome=outcome, failure=failure, ended_at=datetime.now(UTC))
    await desk.outside.send(PAYMENT_SETTLED, settled)


async def tell(desk: Desk, job: RepairRequested, firm: str, status: JobStatus, *items: RepairedItem) -> None:
    """Tell something of a job, as the repair network does."""
    told = RepairJobReported(
        job_id=job.job_id, partner_id=firm, status=status, items=items, reported_at=datetime.now(UTC)
    )
    await desk.outside.send(REPAIR_JOB_REPORTED, told)


async def assignments(desk: Desk, job: RepairRequested) -> list[bytes]:
    """Return what was told of whose job it is."""
    return [record for record in await desk.records(REPAIR_ASSIGNED) if str(job.job_id).encode() in record]


async def queued(desk: Desk, **filters: str) -> list[str]:
    """Return the references of claims in the queue."""
    answer = await desk.handler.get("/desk/queue", limit="100", **filters)
    return [item["reference"] for item in answer["items"]]


async def promises(desk: Desk, what: str) -> int:
    """Return how many promises to take a claim up the running service has made or held."""
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"http://127.0.0.1:{desk.whole.platform.ports['claims-svc']}/metrics")).text
    found = re.search(rf'^claims_promises_total{{what="{what}"}} ([0-9.]+)$', text, re.MULTILINE)
    return int(float(found[1])) if found else 0


async def overturned(desk: Desk) -> Counter[tuple[str, str]]:
    """Return how often people decided what a rule had left to them, by ground and outcome."""
    printed = await desk.whole.platform.printed_by("claims-svc", "overturned")
    rows = [line.split("\t") for line in printed.splitlines() if line.count("\t") == 2]
    return Counter({(ground, outcome): int(times) for ground, outcome, times in rows})
