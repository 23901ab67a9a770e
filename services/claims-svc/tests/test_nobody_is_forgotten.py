"""Whatever still needs somebody waits for somebody, and what was promised about it is promised anew."""

from __future__ import annotations

from datetime import date

from claim_events import YES, policy, rainfall_answer, report
from claims_http import HANDLER, ClaimsDesk
from msgspec.structs import replace

from claims_svc.app import MIGRATIONS
from contracts.access import Role
from contracts.claim_messages import ClaimMessageRequested, ClaimOccasion
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported
from contracts.repairs import REPAIR_JOB_REPORTED, JobStatus, RepairedItem, RepairJobReported, RepairRequested

HANDLERS, SENIOR = Role.CLAIMS_HANDLER, Role.SENIOR_HANDLER
MUCH = report(damage_cents=1_000_000)
STORM = report(facts=LossFacts(storm_caused_damage=YES))


async def decided(desk: ClaimsDesk, reported: LossReported) -> str:
    """Report a loss that heavy rain covers; return the reference of its claim."""
    await desk.driver.policy(policy())
    (claim_id,) = await desk.driver.open_claims(reported)
    await desk.driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    return await desk.reference()


async def waits_for(desk: ClaimsDesk) -> list[str]:
    """Return why the only claim of the queue waits; nothing when it waits for nobody."""
    cases = (await desk.get("/desk/queue", role=SENIOR)).json()["items"]
    return [cause for case in cases for cause in case["causes"]]


async def open_promises(desk: ClaimsDesk) -> int:
    return len(await desk.driver.rows("SELECT FROM promise WHERE kept_at IS NULL"))


async def test_covered_damage_waits_for_somebody_to_assess_it_until_it_is_assessed(desk: ClaimsDesk) -> None:
    reference = await decided(desk, report(damage_cents=1_000_000, kind=DamageKind.CONTENTS))
    assert (await waits_for(desk), await open_promises(desk)) == (["assessment"], 1)

    body = {"damage": [{"kind": "contents", "amount_cents": 400_000}], "reason": "Seen on the spot"}
    assessed = await desk.post(f"/desk/claims/{reference}/assessments", body, role=HANDLERS)

    assert assessed.status_code in {200, 204}, assessed.text
    assert (await waits_for(desk), await open_promises(desk)) == ([], 0)


async def test_what_a_firm_is_to_repair_waits_for_nobody_until_it_is_not_repaired_after_all(desk: ClaimsDesk) -> None:
    reference = await decided(desk, MUCH)
    repair = f"/customers/123456/claims/{reference}/repair"
    await desk.post(repair, {"choice": "repair", "contact_may_be_given": True})
    assert (await waits_for(desk), await open_promises(desk)) == ([], 0)

    await desk.driver.wait(days=3)

    assert (await waits_for(desk), await open_promises(desk)) == (["assessment"], 1)


async def test_contents_wait_for_somebody_while_a_firm_repairs_the_building(desk: ClaimsDesk) -> None:
    items = ((DamageKind.BUILDINGS, 1_000_000), (DamageKind.CONTENTS, 800_000))
    damage = tuple(DamageItem(kind=kind, amount_cents=cents) for kind, cents in items)
    reference = await decided(desk, report(damage=damage))

    await desk.post(f"/customers/123456/claims/{reference}/repair", {"choice": "repair"})
    assert (await waits_for(desk), await open_promises(desk)) == (["assessment"], 1)
    found = [{"kind": "buildings", "amount_cents": 900_000}, {"kind": "contents", "amount_cents": 300_000}]
    assessed = {"damage": found, "reason": "Seen on the spot"}
    answer = await desk.post(f"/desk/claims/{reference}/assessments", assessed, role=SENIOR)

    assert answer.status_code == 204, answer.text
    assert (await waits_for(desk), await open_promises(desk)) == ([], 0)


async def test_what_a_handler_asks_in_vain_is_asked_again_half_way_and_looked_at_on_its_day(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(STORM)
    reference = await desk.reference()
    question = {"codes": ["facts.sewer_water_entered"], "due_on": "2021-08-12", "reason": "It is not said"}
    asked = await desk.post(f"/desk/claims/{reference}/questions", question, role=HANDLERS)
    assert asked.status_code == 204, asked.text
    await desk.driver.published()

    await desk.driver.wait(days=6)
    again = [event for event in await desk.driver.published() if isinstance(event, ClaimMessageRequested)]
    assert [(each.questions, each.due_on) for each in again if each.occasion is ClaimOccasion.ANSWERS_AWAITED] == [
        (("facts.sewer_water_entered",), date(2021, 8, 12))
    ]
    assert "unanswered" not in await waits_for(desk)
    await desk.driver.wait(days=6)

    assert "unanswered" in await waits_for(desk)
    headers = desk.token_of(HANDLERS)
    await desk.client.put(f"/desk/claims/{reference}/assignment", headers=headers)
    await desk.client.delete(f"/desk/claims/{reference}/assignment", headers=headers)
    assert "unanswered" not in await waits_for(desk)


async def test_what_was_asked_before_questions_had_timers_is_looked_at_as_well(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(STORM)
    question = {"codes": ["facts.sewer_water_entered"], "due_on": "2021-08-12", "reason": "It is not said"}
    await desk.post(f"/desk/claims/{await desk.reference()}/questions", question, role=HANDLERS)
    due = "SELECT key, due_at, traceparent FROM messaging.timer WHERE kind = 'question-due'"
    today = [tuple(row) for row in await desk.driver.rows(due)]
    async with desk.driver.harness.pool.acquire() as connection:
        await connection.execute("DELETE FROM messaging.timer")
        await connection.execute((MIGRATIONS / "0028_questions_are_due.sql").read_text())

    assert [tuple(row) for row in await desk.driver.rows(due)] == today
    assert len(today) == 1


async def test_what_was_proposed_about_a_claim_that_rain_decides_is_looked_at(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    (claim_id,) = await desk.driver.open_claims(report(damage_cents=184_000))
    reference = await desk.reference()
    said = await desk.post(f"/customers/123456/claims/{reference}/withdrawal", {"reason": "She called"}, role=HANDLERS)
    assert (said.status_code, await waits_for(desk)) == (200, ["proposed"])

    await desk.driver.rain(rainfall_answer(claim_id, tenths_mm=402))

    assert await waits_for(desk) == ["answered"]
    (proposal,) = await desk.driver.rows("SELECT state FROM proposal")
    assert proposal["state"] == "stale"


async def accepted_without_consent(desk: ClaimsDesk) -> RepairJobReported:
    """Let a firm accept the repair of a claim whose customer has not agreed to be called; it is Monday."""
    reference = await decided(desk, MUCH)
    await desk.post(f"/customers/123456/claims/{reference}/repair", {"choice": "repair"})
    (asked,) = [event for event in await desk.driver.published() if isinstance(event, RepairRequested)]
    accepted = RepairJobReported(
        job_id=asked.job_id,
        partner_id="partner-droog",
        status=JobStatus.ACCEPTED,
        items=(),
        reported_at=asked.requested_at,
    )
    await desk.driver.harness.deliver(REPAIR_JOB_REPORTED, accepted)
    return accepted


async def asked_to_agree(desk: ClaimsDesk) -> int:
    """Return how often the customer was asked, since this was asked last, whether the firm may call."""
    told = [event.occasion for event in await desk.driver.published() if isinstance(event, ClaimMessageRequested)]
    return told.count(ClaimOccasion.REPAIR_NEEDS_CONSENT)


async def test_who_has_not_agreed_to_be_called_is_asked_when_a_firm_has_the_job(desk: ClaimsDesk) -> None:
    await accepted_without_consent(desk)

    told = [event.occasion for event in await desk.driver.published() if isinstance(event, ClaimMessageRequested)]
    assert told == [ClaimOccasion.REPAIR_NEEDS_CONSENT]


async def test_who_does_not_agree_to_be_called_is_reminded_once_and_then_waits_for_a_handler(desk: ClaimsDesk) -> None:
    await accepted_without_consent(desk)
    assert await asked_to_agree(desk) == 1

    await desk.driver.wait(days=1)
    assert await asked_to_agree(desk) == 0
    await desk.driver.wait(days=1)
    assert (await asked_to_agree(desk), await waits_for(desk)) == (1, [])

    await desk.driver.wait(days=5)
    assert (await asked_to_agree(desk), await waits_for(desk)) == (0, [])
    await desk.driver.wait(days=1)
    assert (await asked_to_agree(desk), await waits_for(desk)) == (0, ["repair_consent"])

    repair = f"/customers/123456/claims/{await desk.reference()}/repair"
    await desk.post(repair, {"choice": "repair", "contact_may_be_given": True})
    assert await waits_for(desk) == []


async def test_who_agrees_in_time_to_be_called_is_neither_reminded_nor_waited_for(desk: ClaimsDesk) -> None:
    await accepted_without_consent(desk)
    repair = f"/customers/123456/claims/{await desk.reference()}/repair"
    await desk.post(repair, {"choice": "repair", "contact_may_be_given": True})
    await desk.driver.published()

    await desk.driver.wait(days=14)

    assert (await asked_to_agree(desk), await waits_for(desk)) == (0, [])


async def test_nobody_waits_for_consent_to_a_job_that_its_firm_has_given_back(desk: ClaimsDesk) -> None:
    accepted = await accepted_without_consent(desk)
    await desk.driver.wait(days=8)
    assert await waits_for(desk) == ["repair_consent"]

    await desk.driver.harness.deliver(REPAIR_JOB_REPORTED, replace(accepted, status=JobStatus.DECLINED))
    assert await waits_for(desk) == []

    await desk.driver.published()
    await desk.driver.harness.deliver(REPAIR_JOB_REPORTED, replace(accepted, partner_id="partner-herstel"))
    assert (await asked_to_agree(desk), await waits_for(desk)) == (1, [])
    await desk.driver.wait(days=8)
    assert (await asked_to_agree(desk), await waits_for(desk)) == (1, ["repair_consent"])


async def test_who_waited_for_consent_before_anybody_was_reminded_is_not_forgotten_either(desk: ClaimsDesk) -> None:
    accepted = await accepted_without_consent(desk)
    kinds = "SELECT kind, key FROM messaging.timer WHERE kind LIKE 'repair-consent-%' ORDER BY kind"
    today = [tuple(row) for row in await desk.driver.rows(kinds)]
    async with desk.driver.harness.pool.acquire() as connection:
        await connection.execute("DELETE FROM messaging.timer")
        await connection.execute((MIGRATIONS / "0021_consent_to_repair.sql").read_text())

    assert [tuple(row) for row in await desk.driver.rows(kinds)] == today
    assert {key for _, key in today} == {str(accepted.job_id)}


async def test_a_claim_that_is_released_is_promised_anew(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(STORM)
    at_desk = f"/desk/claims/{await desk.reference()}"
    headers = desk.token_of(HANDLERS)
    assert (await desk.client.put(f"{at_desk}/assignment", headers=headers)).status_code == 204
    assert await open_promises(desk) == 0
    await desk.driver.wait(hours=1)

    await desk.client.delete(f"{at_desk}/assignment", headers=headers)

    assert await open_promises(desk) == 1


async def test_news_that_changes_nothing_of_a_decided_claim_is_looked_at(desk: ClaimsDesk) -> None:
    reference = await decided(desk, report(damage_cents=184_000))
    assert await waits_for(desk) == []

    news = {"facts": {"came_through_open_window_or_door": "false"}}
    told = await desk.post(f"/customers/123456/claims/{reference}/news", news)

    assert told.status_code == 200, told.text
    assert await waits_for(desk) == ["answered"]


async def test_a_handler_who_writes_down_what_a_customer_says_answers_for_it(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report(damage_cents=200_000, facts=LossFacts(precipitation_left_its_course=YES)))
    own = f"/customers/123456/claims/{await desk.reference()}"
    answer = {"answers": [{"code": "facts.came_through_open_window_or_door", "known": "false"}]}

    told = await desk.post(f"{own}/answers", answer, role=HANDLERS)

    assert told.status_code == 200, told.text
    ((by, role),) = await desk.driver.rows("SELECT done_by, role FROM desk_action WHERE kind = 'told_for_customer'")
    assert (by, role) == (HANDLER, HANDLERS)


async def test_what_a_customer_says_and_a_claim_is_denied_by_is_for_two_to_write_down(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    await desk.driver.report(report())
    news = {"facts": {"came_through_open_window_or_door": "true"}}

    told = await desk.post(f"/customers/123456/claims/{await desk.reference()}/news", news, role=HANDLERS)

    assert (told.status_code, told.json()["type"]) == (409, "/problems/above-authority")
    assert await desk.driver.decisions() == []


async def with_contact(desk: ClaimsDesk) -> RepairJobReported:
    """Let a firm accept the repair of a claim whose customer may be called."""
    accepted = await accepted_without_consent(desk)
    repair = f"/customers/123456/claims/{await desk.reference()}/repair"
    await desk.post(repair, {"choice": "repair", "contact_may_be_given": True})
    return accepted


def completed(accepted: RepairJobReported) -> RepairJobReported:
    repaired = (RepairedItem(kind=DamageKind.BUILDINGS, amount_cents=900_000),)
    return replace(accepted, status=JobStatus.COMPLETED, items=repaired)


async def test_a_repair_that_its_firm_never_completes_comes_to_a_handler(desk: ClaimsDesk) -> None:
    accepted = await with_contact(desk)
    await desk.driver.wait(days=40)
    assert await waits_for(desk) == []

    await desk.driver.wait(days=3)

    assert await waits_for(desk) == ["repair_late"]
    told = await desk.get(f"/customers/123456/claims/{await desk.reference()}/timeline")
    assert "repair_late" in told.text
    await desk.driver.harness.deliver(REPAIR_JOB_REPORTED, completed(accepted))
    assert "repair_late" not in await waits_for(desk)


async def test_a_repair_that_is_given_back_is_waited_for_anew_from_when_the_next_firm_has_it(desk: ClaimsDesk) -> None:
    accepted = await with_contact(desk)
    await desk.driver.wait(days=43)
    await desk.driver.harness.deliver(REPAIR_JOB_REPORTED, replace(accepted, status=JobStatus.DECLINED))
    assert await waits_for(desk) == []

    await desk.driver.harness.deliver(REPAIR_JOB_REPORTED, replace(accepted, partner_id="partner-herstel"))
    await desk.driver.wait(days=40)
    assert await waits_for(desk) == []
    await desk.driver.wait(days=3)
    assert await waits_for(desk) == ["repair_late"]

    repair = f"/customers/123456/claims/{await desk.reference()}/repair"
    await desk.post(repair, {"choice": "money"})
    assert "repair_late" not in await waits_for(desk)


async def test_nobody_waits_for_a_repair_that_is_completed_in_time(desk: ClaimsDesk) -> None:
    accepted = await with_contact(desk)
    await desk.driver.harness.deliver(REPAIR_JOB_REPORTED, completed(accepted))

    await desk.driver.wait(days=50)

    assert "repair_late" not in await waits_for(desk)
