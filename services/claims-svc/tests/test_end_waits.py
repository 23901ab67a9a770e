from __future__ import annotations

from claim_events import policy, rainfall, report
from claims_desk import REPORT_TRACE, Desk

from contracts.claims import DecisionMade, GroundCode, Outcome


async def test_a_claim_whose_policy_stays_unknown_goes_to_a_handler_after_the_wait(desk: Desk) -> None:
    reported = report()
    await desk.report(reported)

    await desk.wait(days=1, hours=23)
    assert await desk.said() == []
    await desk.wait(hours=1)

    (decision,) = await desk.decisions()
    assert decision.outcome is Outcome.REFERRED
    assert decision.deciding_ground is GroundCode.POLICY_UNKNOWN
    assert decision.customer_id is None
    assert decision.postcode_area is None
    assert await desk.state(reported) == "referred"


async def test_a_policy_that_arrives_after_the_wait_takes_the_claim_up_again(desk: Desk) -> None:
    reported = report()
    await desk.report(reported)
    await desk.wait(days=2)
    await desk.said()

    await desk.policy(policy())
    (question,) = await desk.questions()
    assert await desk.state(reported) == "waiting_for_rainfall"
    await desk.rain(rainfall(question.claim_id, tenths_mm=402))

    (decision,) = await desk.decisions()
    assert (decision.claim_version, decision.outcome) == (2, Outcome.COVERED)
    assert decision.previous_proof_sha256 is not None
    assert await desk.state(reported) == "decided"


async def test_a_claim_whose_rain_stays_unknown_goes_to_a_handler_after_the_wait(desk: Desk) -> None:
    await desk.policy(policy())
    reported = report()
    await desk.open_claims(reported)

    await desk.wait(days=9, hours=23)
    assert await desk.said() == []
    await desk.wait(hours=1)

    (decision,) = await desk.decisions()
    assert decision.outcome is Outcome.REFERRED
    assert decision.deciding_ground is GroundCode.RAINFALL_NOT_RECEIVED
    assert await desk.state(reported) == "referred"


async def test_rain_that_arrives_after_the_wait_decides_in_the_customers_favour(desk: Desk) -> None:
    await desk.policy(policy())
    (claim_id,) = await desk.open_claims(report())
    await desk.rain(rainfall(claim_id, tenths_mm=310, hours_missing=True))
    await desk.wait(days=10)
    (referred,) = await desk.decisions()
    assert referred.outcome is Outcome.REFERRED

    await desk.rain(rainfall(claim_id, tenths_mm=402, assessment_version=2))

    (decision,) = await desk.decisions()
    assert (decision.claim_version, decision.outcome) == (2, Outcome.COVERED)
    assert decision.previous_proof_sha256 == referred.proof_sha256


async def test_an_answer_that_is_not_final_does_not_lengthen_the_wait(desk: Desk) -> None:
    await desk.policy(policy())
    (claim_id,) = await desk.open_claims(report())
    await desk.wait(days=9)

    await desk.rain(rainfall(claim_id, tenths_mm=310, hours_missing=True))
    await desk.wait(days=1)

    (decision,) = await desk.decisions()
    assert decision.outcome is Outcome.REFERRED


async def test_waits_count_from_the_systems_clock_and_not_from_the_date_of_loss(desk: Desk) -> None:
    await desk.policy(policy())
    await desk.open_claims(report())

    (timer,) = await desk.rows("SELECT kind, due_at - $1::timestamptz AS wait FROM messaging.timer", desk.clock.at)

    assert timer["kind"] == "rainfall-deadline"
    assert timer["wait"].days == 10


async def test_a_decision_by_deadline_continues_the_trace_of_the_report(desk: Desk) -> None:
    await desk.report(report())

    await desk.wait(days=2)

    said = await desk.harness.published_with_traces()
    assert [(type(event), trace) for event, trace in said] == [(DecisionMade, REPORT_TRACE)]


async def test_a_corrected_question_starts_a_new_wait(desk: Desk) -> None:
    await desk.policy(policy())
    reported = report()
    await desk.open_claims(reported)
    await desk.wait(days=9)

    await desk.report(
        report(report_id=reported.report_id, report_version=2, loss_at=reported.loss.from_at.replace(hour=4))
    )
    await desk.said()
    await desk.wait(days=9)
    assert await desk.said() == []

    await desk.wait(days=1)
    assert len(await desk.decisions()) == 1


async def test_a_question_asked_after_a_wait_has_ended_is_waited_for_anew(desk: Desk) -> None:
    await desk.policy(policy())
    reported = report()
    (claim_id,) = await desk.open_claims(reported)
    await desk.wait(days=10)
    moved_to = reported.loss.from_at.replace(hour=4)
    await desk.report(report(report_id=reported.report_id, report_version=2, loss_at=moved_to))
    await desk.said()

    await desk.rain(
        rainfall(claim_id, tenths_mm=310, request_version=2, loss_at=moved_to, hours_missing=True),
    )

    assert await desk.said() == []
    assert await desk.state(reported) == "waiting_for_rainfall"


async def test_a_deadline_of_a_wait_that_has_ended_decides_nothing(desk: Desk) -> None:
    await desk.policy(policy())
    (claim_id,) = await desk.open_claims(report())
    await desk.rain(rainfall(claim_id, tenths_mm=402))
    await desk.said()
    stale = "INSERT INTO messaging.timer (kind, key, due_at) VALUES ('rainfall-deadline', $1, $2)"
    await desk.rows(stale, str(claim_id), desk.clock.at)

    await desk.wait(days=10)

    assert await desk.said() == []
