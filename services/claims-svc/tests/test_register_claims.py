from __future__ import annotations

from datetime import date

from claim_events import GROUNDWATER_CAME_IN, LOSS_AT, POLICY_NUMBER, policy, rainfall, report
from claims_desk import REPORT_TRACE, Desk

from contracts.claims import DecisionMade, GroundCode, Outcome, RainfallRequested
from contracts.policy import PolicyTerms
from contracts.upstream import LossReported
from contracts.vocabulary import WindowReading

ANOTHER_TRACE = "00-1bf7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01"


async def test_a_report_whose_policy_is_known_asks_for_the_rain_at_the_insured_home(desk: Desk) -> None:
    await desk.policy(policy())
    reported = report()

    await desk.report(reported)

    (question,) = await desk.questions()
    assert question.request_version == 1
    assert question.loss == reported.loss
    assert question.home == policy().terms[0].home.location
    assert question.reading is WindowReading.CONTAINS_LOSS
    assert [threshold.at_least_tenths_mm for threshold in question.thresholds] == [400, 530, 670]
    assert await desk.state(reported) == "waiting_for_rainfall"


async def test_a_report_that_comes_before_its_policy_waits_and_asks_once_the_policy_is_there(desk: Desk) -> None:
    reported = report()
    await desk.report(reported)
    assert await desk.said() == []
    assert await desk.state(reported) == "waiting_for_policy"

    await desk.policy(policy())

    assert len(await desk.questions()) == 1
    assert await desk.state(reported) == "waiting_for_rainfall"


async def test_a_claim_that_no_rain_can_change_is_decided_at_once(desk: Desk) -> None:
    await desk.policy(policy().model_copy(update={"terms": (_insured_since_2022(),)}))

    await desk.report(report())

    (decision,) = await desk.decisions()
    assert decision.deciding_ground is GroundCode.NOT_INSURED_AT_LOSS
    assert decision.outcome in {Outcome.DENIED, Outcome.REFERRED}
    assert decision.claim_version == 1


def _insured_since_2022() -> PolicyTerms:
    return policy().terms[0].model_copy(update={"effective_on": date(2022, 1, 1)})


async def test_the_same_report_three_times_in_one_batch_opens_one_claim(desk: Desk) -> None:
    await desk.policy(policy())
    reported = report()

    await desk.report(reported, reported, reported)

    assert len(await desk.questions()) == 1
    assert len(await desk.rows("SELECT FROM claim")) == 1


async def test_the_same_report_in_a_later_batch_changes_nothing(desk: Desk) -> None:
    await desk.policy(policy())
    reported = report()
    await desk.report(reported)
    before = await desk.rows("SELECT * FROM claim")
    await desk.said()

    await desk.report(reported, reported)

    assert await desk.said() == []
    assert await desk.rows("SELECT * FROM claim") == before


async def test_a_corrected_report_asks_again_when_the_question_changes(desk: Desk) -> None:
    await desk.policy(policy())
    first = report()
    await desk.report(first)
    await desk.said()
    corrected = report(report_id=first.report_id, report_version=2, loss_at=LOSS_AT.replace(hour=4))

    await desk.report(corrected)

    (question,) = await desk.questions()
    assert question.request_version == 2
    assert question.loss == corrected.loss


async def test_a_corrected_report_keeps_its_question_when_only_the_damage_changes(desk: Desk) -> None:
    await desk.policy(policy())
    first = report()
    await desk.report(first)
    await desk.said()

    await desk.report(report(report_id=first.report_id, report_version=2, damage_cents=90_000))

    assert await desk.said() == []
    (row,) = await desk.rows("SELECT report_version, request_version FROM claim")
    assert tuple(row) == (2, 1)


async def test_an_older_version_of_a_report_changes_nothing(desk: Desk) -> None:
    await desk.policy(policy())
    first = report()
    newest = report(report_id=first.report_id, report_version=3, facts=GROUNDWATER_CAME_IN)
    await desk.report(newest)
    before = await desk.rows("SELECT * FROM claim")

    await desk.report(first, report(report_id=first.report_id, report_version=2))

    assert await desk.rows("SELECT * FROM claim") == before


async def test_other_facts_under_a_version_already_known_change_nothing(desk: Desk) -> None:
    await desk.policy(policy())
    first = report()
    await desk.report(first)
    before = await desk.rows("SELECT * FROM claim")
    await desk.said()

    await desk.report(report(report_id=first.report_id, report_version=1, loss_at=LOSS_AT.replace(hour=4)))

    assert await desk.said() == []
    assert await desk.rows("SELECT * FROM claim") == before


async def test_two_versions_in_one_batch_end_as_in_two_batches(desk: Desk) -> None:
    await desk.policy(policy())
    together, apart = _two_versions(), _two_versions()

    await desk.report(*together)
    said_together = await desk.questions()
    for version in apart:
        await desk.report(version)
    said_apart = await desk.questions()

    assert [question.request_version for question in said_together] == [1, 2]
    assert [question.loss for question in said_together] == [question.loss for question in said_apart]
    rows = await desk.rows("SELECT state, report_version, request_version, claim_version FROM claim")
    assert rows[0] == rows[1]


def _two_versions() -> tuple[LossReported, LossReported]:
    first = report()
    return first, report(report_id=first.report_id, report_version=2, loss_at=LOSS_AT.replace(hour=4))


async def test_a_report_corrected_to_another_policy_leaves_the_policy_it_named_in_error(desk: Desk) -> None:
    await desk.policy(policy())
    mistyped = report(policy_number="123456-531-05")
    await desk.report(mistyped)
    assert await desk.state(mistyped) == "waiting_for_policy"

    await desk.report(mistyped.model_copy(update={"report_version": 2, "policy_number": POLICY_NUMBER}))

    assert len(await desk.questions()) == 1
    assert await desk.rows("SELECT FROM messaging.timer WHERE kind = 'policy-deadline'") == []


async def test_everything_said_about_a_claim_continues_the_trace_of_its_first_report(desk: Desk) -> None:
    await desk.report(report(), trace=REPORT_TRACE)
    await desk.harness.published()
    await desk.policy(policy())

    said = await desk.harness.published_with_traces()

    assert [(type(event), trace) for event, trace in said] == [(RainfallRequested, REPORT_TRACE)]


async def test_a_claim_whose_first_report_had_no_trace_lets_an_answer_bring_one(desk: Desk) -> None:
    await desk.policy(policy())
    await desk.report(report(), trace=None)
    (question,) = await desk.questions()

    await desk.rain(rainfall(question.claim_id, tenths_mm=402), trace=ANOTHER_TRACE)

    said = await desk.harness.published_with_traces()
    assert [(type(event), trace) for event, trace in said] == [(DecisionMade, ANOTHER_TRACE)]
