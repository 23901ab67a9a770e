from __future__ import annotations

from datetime import date

from claim_events import GROUNDWATER_CAME_IN, LOSS_AT, POLICY_NUMBER, policy, rainfall_answer, report
from claims_driver import REPORT_TRACE, ClaimsDriver
from msgspec.structs import replace
from structlog.testing import capture_logs

from contracts import example_values
from contracts.claims import DecisionMade, RainfallRequested
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import LossReported
from contracts.policy import PolicyTerms
from contracts.vocabulary import WaterReading

ANOTHER_TRACE = "00-1bf7651916cd43dd8448eb211c80319c-c7ad6b7169203331-01"


async def test_a_report_whose_policy_is_known_asks_for_the_rain_at_the_insured_home(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report()

    await driver.report(reported)

    (question,) = await driver.questions()
    assert question.request_version == 1
    assert question.loss == reported.loss
    assert question.home == example_values.HOME
    assert [reading.reading for reading in question.readings] == [WaterReading.SURFACE_WATER]
    assert [threshold.at_least_tenths_mm for threshold in question.thresholds] == [400, 530, 670]
    assert await driver.state(reported) == "waiting_for_rainfall"


async def test_a_report_that_comes_before_its_policy_waits_and_asks_once_the_policy_is_there(
    driver: ClaimsDriver,
) -> None:
    reported = report()
    await driver.report(reported)
    assert await driver.published() == []
    assert await driver.state(reported) == "waiting_for_policy"

    await driver.policy(policy())

    assert len(await driver.questions()) == 1
    assert await driver.state(reported) == "waiting_for_rainfall"


async def test_a_claim_that_no_rain_can_change_is_decided_at_once(driver: ClaimsDriver) -> None:
    await driver.policy(replace(policy(), terms=(_insured_since_2022(),)))

    await driver.report(report())

    (decision,) = await driver.decisions()
    assert decision.deciding_ground is GroundCode.NOT_INSURED_AT_LOSS
    assert decision.outcome is Outcome.DENIED
    assert decision.claim_version == 1


def _insured_since_2022() -> PolicyTerms:
    return replace(policy().terms[0], effective_on=date(2022, 1, 1))


async def test_the_same_report_three_times_in_one_batch_opens_one_claim(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report()

    await driver.report(reported, reported, reported)

    assert len(await driver.questions()) == 1
    assert len(await driver.rows("SELECT FROM claim")) == 1


async def test_the_same_report_in_a_later_batch_changes_nothing(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report()
    await driver.report(reported)
    before = await driver.rows("SELECT * FROM claim")
    await driver.published()

    await driver.report(reported, reported)

    assert await driver.published() == []
    assert await driver.rows("SELECT * FROM claim") == before


async def test_a_corrected_report_asks_again_when_the_question_changes(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first = report()
    await driver.report(first)
    await driver.published()
    corrected = report(report_id=first.report_id, report_version=2, loss_at=LOSS_AT.replace(hour=4))

    await driver.report(corrected)

    (question,) = await driver.questions()
    assert question.request_version == 2
    assert question.loss == corrected.loss


async def test_a_corrected_report_keeps_its_question_when_only_the_damage_changes(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first = report()
    await driver.report(first)
    await driver.published()

    await driver.report(report(report_id=first.report_id, report_version=2, damage_cents=90_000))

    assert await driver.published() == []
    (row,) = await driver.rows("SELECT report_version, request_version FROM claim")
    assert tuple(row) == (2, 1)


async def test_an_older_version_of_a_report_changes_nothing(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first = report()
    newest = report(report_id=first.report_id, report_version=3, facts=GROUNDWATER_CAME_IN)
    await driver.report(newest)
    before = await driver.rows("SELECT * FROM claim")

    await driver.report(first, report(report_id=first.report_id, report_version=2))

    assert await driver.rows("SELECT * FROM claim") == before


async def test_other_facts_under_a_version_already_known_change_nothing(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    first = report()
    await driver.report(first)
    before = await driver.rows("SELECT * FROM claim")
    await driver.published()

    await driver.report(report(report_id=first.report_id, report_version=1, loss_at=LOSS_AT.replace(hour=4)))

    assert await driver.published() == []
    assert await driver.rows("SELECT * FROM claim") == before


async def test_two_versions_in_one_batch_end_as_in_two_batches(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    together, apart = _two_versions(), _two_versions()

    await driver.report(*together)
    asked_together = await driver.questions()
    for version in apart:
        await driver.report(version)
    asked_apart = await driver.questions()

    assert [question.request_version for question in asked_together] == [1, 2]
    assert [question.loss for question in asked_together] == [question.loss for question in asked_apart]
    rows = await driver.rows("SELECT state, report_version, request_version, claim_version FROM claim")
    assert rows[0] == rows[1]


def _two_versions() -> tuple[LossReported, LossReported]:
    first = report()
    return first, report(report_id=first.report_id, report_version=2, loss_at=LOSS_AT.replace(hour=4))


async def test_a_report_corrected_to_another_policy_leaves_the_policy_it_named_in_error(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    mistyped = report(policy_number="123456-531-05")
    await driver.report(mistyped)
    assert await driver.state(mistyped) == "waiting_for_policy"

    await driver.report(replace(mistyped, report_version=2, policy_number=POLICY_NUMBER))

    assert len(await driver.questions()) == 1
    await driver.wait(days=2)
    assert await driver.published() == []
    assert await driver.state(mistyped) == "waiting_for_rainfall"


async def test_everything_published_about_a_claim_continues_the_trace_of_its_first_report(driver: ClaimsDriver) -> None:
    await driver.report(report(), trace=REPORT_TRACE)
    await driver.harness.published()
    await driver.policy(policy())

    published = await driver.harness.published_with_traces()

    assert [(type(event), trace) for event, trace in published] == [(RainfallRequested, REPORT_TRACE)]


async def test_a_claim_whose_first_report_had_no_trace_lets_an_answer_bring_one(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    await driver.report(report(), trace=None)
    (question,) = await driver.questions()

    await driver.rain(rainfall_answer(question.claim_id, tenths_mm=402), trace=ANOTHER_TRACE)

    published = await driver.harness.published_with_traces()
    assert DecisionMade in {type(event) for event, _ in published}
    assert {trace for _, trace in published} == {ANOTHER_TRACE}


async def test_a_claim_that_was_not_committed_is_not_logged(driver: ClaimsDriver) -> None:
    await driver.rows(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$"
    )
    await driver.rows(
        """
        CREATE CONSTRAINT TRIGGER refuse_at_commit AFTER INSERT ON claim DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION refuse()
        """
    )

    with capture_logs() as logged:
        await driver.report(report())

    assert await driver.rows("SELECT FROM claim") == []
    assert [line["event"] for line in logged] == ["message.dead_lettered"]
