"""A claim and those who work at it: handlers, partners, who pays, over HTTP and Kafka on the running platform."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest
from at_the_desk import (
    BEARING,
    DRY_DAY,
    OVER_LAND,
    POSTCODE,
    RELATION_NUMBER,
    STORM,
    TODAY,
    WET_DAY,
    Desk,
    loss,
    moment,
    own,
    policy,
)

from claims_svc.domain.handling import HANDLER_LIMIT_CENTS
from contracts.claim_reports import REPORT_RECEIVED, ReportReceived
from contracts.loss_reports import LOSS_REPORTED, DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.vocabulary import Fact, LossInterval, Truth

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
    assert await desk.queued(due_before=waiting["since"]) == []
    assert (await desk.handler.send("PUT", f"{path}/assignment")).status_code == 204
    assert await desk.colleague.refused("PUT", f"{path}/assignment") == "taken-by-another"
    cover = {"route": "storm", "outcome": "covered", "reason": "Het dak van de buren ligt er ook af"}
    body = await desk.rulings(reference, cover)
    assert await desk.colleague.refused("POST", f"{path}/rulings", body) == "taken-by-another"
    assert await desk.colleague.refused("DELETE", f"{path}/assignment") == "taken-by-another"
    assert (await desk.senior.send("DELETE", f"{path}/assignment")).status_code == 204
    assert (await desk.handler.send("PUT", f"{path}/assignment")).status_code == 204
    assert reference in await desk.queued(whose="mine")
    assert reference not in await desk.queued(whose="free")
    # It was taken up twice: as it was released there was a new promise.
    assert await promises(desk, "held") == held_before + 2
    unexplained = {"route": "storm", "outcome": "covered"}
    answer = await desk.handler.send("POST", f"{path}/rulings", await desk.rulings(reference, unexplained))
    assert answer.status_code == 422
    assert (await desk.handler.post(f"{path}/rulings", body, status=200))["state"] == "decided"
    assert reference not in await desk.queued()
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
    assert reference in await desk.queued(cause="answered")
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
        assert reference in await desk.queued(cause="proposed")
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


async def test_a_handler_takes_a_claim_back_for_its_customer_when_a_second_one_agrees(desk: Desk) -> None:
    reference = await desk.phoned(policy("14"), STORM, ("buildings", 90_000))
    withdrawal, why = f"{own(reference)}/withdrawal", {"reason": "Zij belde: de buren betalen het"}
    silent = await desk.handler.send("POST", withdrawal, {})
    assert silent.status_code == 422

    asked = await desk.handler.post(withdrawal, why, status=200)
    approval = f"/desk/claims/{reference}/proposals/{asked['proposal_id']}/approval"
    assert (await desk.claim(reference))["state"] == "referred"
    assert reference in await desk.queued(cause="proposed")
    assert await desk.handler.refused("POST", approval, why) == "second-person-needed"
    await desk.colleague.post(approval, {"reason": "Ik heb haar ook gesproken"}, status=200)

    ended = await desk.claim(reference)
    assert (ended["state"], ended["outcome"], await desk.paid(reference)) == ("withdrawn", "withdrawn", [])
    assert reference not in await desk.queued()
    assert "withdrawn" in await desk.kinds(reference)
    assert await desk.customer.refused("POST", f"{own(reference)}/news", {"facts": OVER_LAND}) == "claim-has-ended"


async def test_an_operator_finds_a_claim_by_what_is_known_of_it_and_follows_it_in_its_traces(desk: Desk) -> None:
    number, began = policy("13"), datetime.now(UTC).isoformat()
    reference = await desk.phoned(number, STORM, ("buildings", 100_000))
    said = {"codes": ["facts.precipitation_fell_directly"], "due_on": f"{TODAY + timedelta(days=7)}"}
    reason = {"reason": "Kwam de regen door het dak?"}
    await desk.handler.post(f"/desk/claims/{reference}/questions", {**said, **reason}, status=204)

    everything: dict[str, str] = {"reference": reference, "postcode_area": POSTCODE[:4], "opened_from": began}
    for known in (*({name: value} for name, value in everything.items()), {"state": "referred"}):
        assert [claim["reference"] for claim in await desk.found(policy_number=number, **known)] == [reference]
    for unlike in ({"postcode_area": "1011"}, {"state": "decided"}, {"opened_before": began}):
        assert await desk.found(policy_number=number, **unlike) == []

    # One history by three lenses: only an operator has the traces, and nobody's words stand beside them.
    read = (await desk.operator.get(f"/claims/{reference}/timeline", limit="100"))["items"]
    at_desk = await desk.history(reference)
    assert [entry["kind"] for entry in read] == [entry["kind"] for entry in at_desk]
    decided = next(entry for entry in read if entry["kind"] == "decided")
    assert re.fullmatch("[0-9a-f]{32}", decided["trace_id"])
    assert reason["reason"] in str(at_desk)
    assert reason["reason"] not in str(read)
    of_customer = (await desk.customer.get(f"{own(reference)}/timeline", limit="100"))["items"]
    assert "trace_id" not in str([of_customer, at_desk])
    for stranger in (desk.customer, desk.handler):
        answer = await stranger.send("GET", f"/claims/{reference}/timeline")
        assert (answer.status_code == 403) is (stranger is desk.customer)


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
