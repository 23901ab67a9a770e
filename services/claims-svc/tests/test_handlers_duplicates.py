"""One loss, one claim: the same damage is never paid twice, whoever reports it, in whatever order."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import UUID

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
from claims_driver import REPORT_TRACE, ClaimsDriver
from msgspec.structs import replace
from structlog.testing import capture_logs

from chassis.telemetry.tracing import trace_id_of
from claims_svc.domain.claim import MOST_REPORTS
from contracts.claims import DecisionMade
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.vocabulary import Fact, FactSource, LossInterval, Truth

OTHER_NUMBER = "654321-531-04"
ANOTHER_TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
AN_HOUR_LATER = LOSS_AT + timedelta(hours=1)
BY_APP = report()
BY_PHONE = report(loss_at=AN_HOUR_LATER, channel=ReportChannel.PHONE)
FLOOD = LossFacts(
    flood_water_entered=YES,
    **{
        name: Fact(value=value, source=FactSource.REGISTER)
        for name, value in {
            "flood_defence_present": Truth.TRUE,
            "flood_defence_failed": Truth.TRUE,
            "flood_defence_overtopped": Truth.FALSE,
            "flood_defence_is_primary": Truth.FALSE,
            "sea_water_involved": Truth.FALSE,
            "home_in_unembanked_area": Truth.FALSE,
            "government_caused_flood": Truth.FALSE,
        }.items()
    },
)
"""A regional dyke broke: covered whatever the rain."""


async def decided(driver: ClaimsDriver, *reports: LossReported, together: bool = True) -> dict[UUID, DecisionMade]:
    """Let reports arrive, answer every question about rain with 40.2 mm; return the last decision on each claim."""
    if together:
        await driver.report(*reports)
    else:
        for each in reports:
            await driver.report(each)
    claims = await driver.rows(
        "SELECT claim_id, request_version, loss_from_at FROM claim WHERE request_version > 0 ORDER BY claim_id"
    )
    await driver.rain(
        *(
            rainfall_answer(claim_id, tenths_mm=402, request_version=version, loss_at=loss_at)
            for claim_id, version, loss_at in claims
        )
    )
    return {decision.report_id: decision for decision in await driver.decisions()}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("reports", [(BY_APP, BY_PHONE), (BY_PHONE, BY_APP)], ids=["app first", "phone first"])
async def test_a_loss_reported_by_app_and_by_phone_is_one_claim_and_paid_once(
    driver: ClaimsDriver, reports: tuple[LossReported, LossReported], *, together: bool
) -> None:
    await driver.policy(policy())
    opening, joining = reports

    found = await decided(driver, *reports, together=together)

    (decision,) = found.values()
    assert (decision.outcome, decision.money.payable_cents) == (Outcome.COVERED, 159_000)
    assert decision.report_ids == (opening.report_id, joining.report_id)
    assert await driver.joined() == {joining.report_id: opening.report_id}
    assert len(await driver.rows("SELECT FROM claim")) == 1


async def test_a_report_that_joins_is_logged_with_the_claim_it_joins(driver: ClaimsDriver) -> None:
    await driver.report(BY_APP)
    ((claim_id,),) = await driver.rows("SELECT claim_id FROM claim")

    with capture_logs() as logged:
        await driver.report(BY_PHONE, trace=ANOTHER_TRACE)

    (line,) = [line for line in logged if line["event"] == "report.joined"]
    assert line["claim_id"] == str(claim_id)
    assert line["report_id"] == str(BY_PHONE.report_id)
    assert line["trace_id"] == trace_id_of(REPORT_TRACE)
    assert not [line for line in logged if line["event"] == "claim.opened"]


async def test_the_same_report_again_changes_nothing_once_it_has_joined(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    await driver.report(BY_APP, BY_PHONE)
    before = await driver.rows("SELECT * FROM claim")
    await driver.published()

    await driver.report(BY_PHONE, BY_APP, BY_PHONE)

    assert await driver.published() == []
    assert await driver.rows("SELECT * FROM claim") == before
    assert len(await driver.joined()) == 1


async def test_a_report_that_joins_a_decided_claim_publishes_nothing_when_nothing_gets_better(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    await decided(driver, BY_APP)

    assert await decided(driver, BY_PHONE) == {}

    assert await driver.joined() == {BY_PHONE.report_id: BY_APP.report_id}
    assert await driver.rows("SELECT FROM human_review") == []


async def test_a_report_that_joins_can_bring_the_fact_that_was_missing(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    unsure = report(facts=LossFacts(precipitation_left_its_course=YES))
    assert await decided(driver, unsure) == {}
    assert await driver.state(unsure) == "waiting_for_answer"

    (covered,) = (await decided(driver, BY_PHONE)).values()

    assert covered.outcome is Outcome.COVERED
    assert covered.report_ids == (unsure.report_id, BY_PHONE.report_id)


async def test_reporters_who_contradict_each_other_leave_the_fact_to_a_handler(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    open_window = replace(HEAVY_RAIN_CAME_IN, came_through_open_window_or_door=YES)

    (decision,) = (await decided(driver, BY_APP, report(facts=open_window))).values()

    assert (decision.outcome, decision.deciding_ground) == (Outcome.REFERRED, GroundCode.FACT_MISSING)
    assert decision.turned_statements == ()


async def test_a_joined_report_that_names_groundwater_asks_for_the_rain_anew(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    await driver.report(BY_APP)
    (first,) = await driver.questions()
    in_the_cellar = replace(HEAVY_RAIN_CAME_IN, groundwater_entered=YES, came_through_cellar_wall=YES)

    await driver.report(report(facts=in_the_cellar))

    (second,) = await driver.questions()
    assert (second.claim_id, second.request_version) == (first.claim_id, 2)
    assert (len(first.readings), len(second.readings)) == (1, 2)
    await driver.rain(rainfall_answer(first.claim_id, tenths_mm=402))
    assert await driver.published() == []


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    "second",
    [report(damage_cents=90_000), report(loss_at=LOSS_AT + timedelta(hours=30))],
    ids=["other amount", "other moment"],
)
async def test_a_second_report_of_the_same_kind_of_damage_goes_to_a_handler_with_both_claims(
    driver: ClaimsDriver, second: LossReported, *, together: bool
) -> None:
    await driver.policy(policy())

    found = await decided(driver, BY_APP, second, together=together)

    first_decision, second_decision = found[BY_APP.report_id], found[second.report_id]
    assert (first_decision.outcome, first_decision.possible_duplicate_of) == (Outcome.COVERED, None)
    assert (second_decision.outcome, second_decision.deciding_ground) == (
        Outcome.REFERRED,
        GroundCode.POSSIBLE_DUPLICATE,
    )
    assert second_decision.possible_duplicate_of == first_decision.claim_id
    assert second_decision.money.payable_cents is None
    assert await driver.duplicates() == {second_decision.claim_id: first_decision.claim_id}


@pytest.mark.parametrize(
    "second",
    [
        report(kind=DamageKind.CONTENTS, damage_cents=50_000),
        report(facts=FLOOD, damage_cents=50_000),
        report(loss_at=LOSS_AT + timedelta(days=3)),
        report(policy_number=OTHER_NUMBER),
    ],
    ids=["other kind of damage", "other family of perils", "other event", "other policy"],
)
@pytest.mark.parametrize("together", [True, False])
async def test_a_report_of_other_damage_is_decided_by_itself(
    driver: ClaimsDriver, second: LossReported, *, together: bool
) -> None:
    await driver.policy(policy(), policy(policy_number=OTHER_NUMBER))

    found = await decided(driver, BY_APP, second, together=together)

    assert {decision.outcome for decision in found.values()} == {Outcome.COVERED}
    assert len(found) == 2
    assert (await driver.duplicates(), await driver.joined()) == ({}, {})


async def test_a_third_report_that_is_the_same_as_the_second_joins_that(driver: ClaimsDriver) -> None:
    other = report(damage_cents=90_000)
    third = report(damage_cents=90_000)

    await driver.report(BY_APP)
    await driver.report(other)
    await driver.report(third)

    assert await driver.joined() == {third.report_id: other.report_id}
    assert len(await driver.duplicates()) == 1


async def test_a_correction_that_makes_two_claims_alike_holds_the_one_that_was_corrected(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    contents = report(kind=DamageKind.CONTENTS, damage_cents=50_000)
    found = await decided(driver, BY_APP, contents)

    assert await decided(driver, corrected(BY_APP, damage=(*BY_APP.damage, *contents.damage))) == {}

    first, second = (found[each.report_id].claim_id for each in (BY_APP, contents))
    assert await driver.duplicates() == {first: second}
    (review,) = await driver.rows("SELECT claim_id, reason FROM human_review")
    assert review["claim_id"] == first
    assert GroundCode.POSSIBLE_DUPLICATE in review["reason"]


async def test_a_correction_of_the_first_claim_is_not_held_by_the_one_that_waits_because_of_it(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    second = report(damage_cents=90_000)
    await decided(driver, BY_APP, second)

    found = await decided(driver, corrected(BY_APP, damage=report(damage_cents=200_000).damage))

    assert found[BY_APP.report_id].money.payable_cents == 175_000
    assert len(await driver.duplicates()) == 1


CONTENTS = DamageItem(kind=DamageKind.CONTENTS, amount_cents=90_000)


async def test_damage_that_its_customer_calls_another_kind_stays_with_the_handler(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    second = report(damage_cents=90_000)
    found = await decided(driver, BY_APP, second)
    assert found[second.report_id].deciding_ground is GroundCode.POSSIBLE_DUPLICATE

    assert await decided(driver, corrected(second, damage=(CONTENTS,))) == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"policy_number": OTHER_NUMBER},
        {"damage": (replace(CONTENTS, estimated_by=FactSource.REPAIR_PARTNER),)},
    ],
    ids=["policy", "assessed damage"],
)
async def test_a_correction_to_other_damage_or_another_policy_is_looked_at_anew(
    driver: ClaimsDriver, changed: dict[str, object]
) -> None:
    await driver.policy(policy(), policy(policy_number=OTHER_NUMBER))
    second = report(damage_cents=90_000)
    await decided(driver, BY_APP, second)

    found = await decided(driver, corrected(second, **changed))

    assert found[second.report_id].outcome is Outcome.COVERED
    assert await driver.duplicates() == {}


async def test_a_joined_report_that_is_corrected_to_other_damage_leaves_the_claim_to_a_handler(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    await driver.report(BY_APP, BY_PHONE)

    (decision,) = (await decided(driver, corrected(BY_PHONE, damage=report(damage_cents=90_000).damage))).values()

    assert (decision.outcome, decision.deciding_ground) == (Outcome.REFERRED, GroundCode.REPORTERS_DIFFER)
    assert [tuple(row) for row in await driver.rows("SELECT report ->> 'report_version' FROM joined_report")] == [
        ("2",)
    ]


async def test_an_assessment_of_a_claim_with_two_reporters_is_paid(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    await decided(driver, BY_APP, BY_PHONE)
    (item,) = BY_APP.damage
    assessed = replace(item, amount_cents=250_000, estimated_by=FactSource.HANDLER)

    (decision,) = (await decided(driver, corrected(BY_APP, damage=(assessed,)))).values()

    assert (decision.outcome, decision.money.payable_cents) == (Outcome.COVERED, 225_000)


@pytest.mark.parametrize(
    "changed",
    [
        {"policy_number": OTHER_NUMBER},
        {"loss": LossInterval(from_at=LOSS_AT + timedelta(days=4), until_at=LOSS_AT + timedelta(days=4))},
    ],
    ids=["policy", "event"],
)
@pytest.mark.parametrize("together", [True, False])
async def test_a_joined_report_that_is_corrected_to_another_loss_opens_a_claim_of_its_own(
    driver: ClaimsDriver, changed: dict[str, object], *, together: bool
) -> None:
    await driver.policy(policy(), policy(policy_number=OTHER_NUMBER))

    found = await decided(driver, BY_APP, BY_PHONE, corrected(BY_PHONE, **changed), together=together)

    assert {report_id: decision.report_ids for report_id, decision in found.items()} == {
        BY_APP.report_id: (BY_APP.report_id,),
        BY_PHONE.report_id: (BY_PHONE.report_id,),
    }
    assert await driver.joined() == {}


async def test_a_joined_report_that_is_corrected_to_the_loss_of_another_claim_joins_that(driver: ClaimsDriver) -> None:
    elsewhere = report(policy_number=OTHER_NUMBER)
    await driver.report(BY_APP, elsewhere)
    await driver.report(BY_PHONE)

    await driver.report(corrected(BY_PHONE, policy_number=OTHER_NUMBER))

    assert await driver.joined() == {BY_PHONE.report_id: elsewhere.report_id}
    assert len(await driver.rows("SELECT FROM claim")) == 2


MOVED = {
    "policy": {"policy_number": OTHER_NUMBER},
    "event": {"loss": LossInterval(from_at=LOSS_AT - timedelta(days=20), until_at=LOSS_AT - timedelta(days=20))},
    "damage": {"damage": report(kind=DamageKind.CONTENTS).damage},
}
OPEN_WINDOW = replace(HEAVY_RAIN_CAME_IN, came_through_open_window_or_door=YES)


@pytest.mark.parametrize("changed", MOVED.values(), ids=MOVED)
@pytest.mark.parametrize("opening", [BY_APP, report(facts=OPEN_WINDOW)], ids=["paid", "denied"])
@pytest.mark.parametrize("together", [True, False])
async def test_a_loss_that_a_correction_moved_away_is_not_paid_to_another_claim(
    driver: ClaimsDriver, opening: LossReported, changed: dict[str, object], *, together: bool
) -> None:
    await driver.policy(policy(), policy(policy_number=OTHER_NUMBER))
    first = (await decided(driver, opening))[opening.report_id]

    again = await decided(driver, corrected(opening, **changed), BY_PHONE, together=together)

    assert again[BY_PHONE.report_id].deciding_ground is GroundCode.POSSIBLE_DUPLICATE
    assert again[BY_PHONE.report_id].possible_duplicate_of == first.claim_id
    assert await driver.duplicates() == {again[BY_PHONE.report_id].claim_id: first.claim_id}


async def test_a_claim_that_was_held_for_a_loss_moved_away_stays_held_by_its_own_correction(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy(), policy(policy_number=OTHER_NUMBER))
    second = report(damage_cents=90_000)
    await decided(driver, BY_APP, second)
    held = await driver.duplicates()

    assert await decided(driver, corrected(BY_APP, policy_number=OTHER_NUMBER), corrected(second)) == {}

    assert await driver.duplicates() == held != {}


async def test_a_claim_that_comes_back_to_what_it_was_is_not_held_by_itself(driver: ClaimsDriver) -> None:
    await driver.policy(policy(), policy(policy_number=OTHER_NUMBER))
    moved = corrected(BY_APP, policy_number=OTHER_NUMBER)

    await driver.report(BY_APP)
    await driver.report(moved)
    await driver.report(corrected(moved, policy_number=POLICY_NUMBER))

    assert await driver.duplicates() == {}


async def test_what_a_joined_report_said_before_is_compared_after_it_has_left(driver: ClaimsDriver) -> None:
    await driver.policy(policy(), policy(policy_number=OTHER_NUMBER))
    more = corrected(BY_PHONE, damage=(*BY_PHONE.damage, *report(kind=DamageKind.CONTENTS).damage))
    await driver.report(BY_APP, BY_PHONE)
    await driver.report(more)
    await driver.report(corrected(more, policy_number=OTHER_NUMBER))
    contents = report(kind=DamageKind.CONTENTS)

    found = await decided(driver, contents)

    assert found[contents.report_id].deciding_ground is GroundCode.POSSIBLE_DUPLICATE
    assert found[contents.report_id].possible_duplicate_of == found[BY_APP.report_id].claim_id


@pytest.mark.parametrize("together", [True, False])
async def test_a_joined_report_that_leaves_for_another_loss_takes_along_what_was_said_first(
    driver: ClaimsDriver, *, together: bool
) -> None:
    await driver.policy(policy())
    joining = report(facts=OPEN_WINDOW)
    days_later = LossInterval(from_at=LOSS_AT + timedelta(days=4), until_at=LOSS_AT + timedelta(days=4))
    leaving = corrected(joining, facts=HEAVY_RAIN_CAME_IN, loss=days_later)

    found = await decided(driver, report(facts=OPEN_WINDOW), joining, leaving, together=together)

    decision = found[joining.report_id]
    assert (decision.outcome, decision.deciding_ground) == (Outcome.REFERRED, GroundCode.STATEMENT_TURNED)
    assert decision.turned_statements == ("came_through_open_window_or_door", "loss")


@pytest.mark.parametrize("together", [True, False])
async def test_a_claim_that_was_paid_holds_the_one_because_of_which_it_is_held_itself(
    driver: ClaimsDriver, *, together: bool
) -> None:
    await driver.policy(policy())
    contents = report(kind=DamageKind.CONTENTS, damage_cents=50_000)
    found = await decided(driver, contents, BY_APP)
    both = (*BY_APP.damage, *contents.damage)

    again = await decided(driver, corrected(BY_APP, damage=both), corrected(contents, damage=both), together=together)

    assert again == {}
    first, second = (found[each.report_id].claim_id for each in (BY_APP, contents))
    assert await driver.duplicates() == {first: second, second: first}
    assert len(await driver.rows("SELECT FROM human_review")) == 2


@pytest.mark.parametrize("together", [True, False])
async def test_one_damage_is_not_paid_as_rain_and_as_flood(driver: ClaimsDriver, *, together: bool) -> None:
    await driver.policy(policy())

    found = await decided(driver, BY_APP, BY_PHONE, corrected(BY_PHONE, facts=FLOOD), together=together)

    first, second = found[BY_APP.report_id], found[BY_PHONE.report_id]
    assert (first.outcome, second.deciding_ground) == (Outcome.COVERED, GroundCode.POSSIBLE_DUPLICATE)
    assert second.possible_duplicate_of == first.claim_id


@pytest.mark.parametrize("assessed_cents", [350_000, 400_000])
@pytest.mark.parametrize("together", [True, False])
async def test_an_assessment_that_comes_with_another_report_of_the_loss_is_paid(
    driver: ClaimsDriver, assessed_cents: int, *, together: bool
) -> None:
    await driver.policy(policy())
    opening, joining = report(damage_cents=400_000), report(damage_cents=400_000)
    (awaiting,) = (await decided(driver, opening, joining)).values()
    assert awaiting.money.awaits_assessment
    (item,) = opening.damage
    assessed = replace(item, amount_cents=assessed_cents, estimated_by=FactSource.REPAIR_PARTNER)

    (decision,) = (await decided(driver, corrected(joining, damage=(assessed,)), together=together)).values()

    assert (decision.claim_version, decision.money.payable_cents) == (2, assessed_cents - 25_000)
    assert [(each.amount_cents, each.outcome) for each in decision.items] == [(assessed_cents, Outcome.COVERED)]
    assert not decision.money.awaits_assessment


async def test_an_assessment_of_other_damage_in_another_report_goes_to_a_handler(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    await driver.report(BY_APP, BY_PHONE)
    (contents,) = report(kind=DamageKind.CONTENTS).damage
    assessed = replace(contents, estimated_by=FactSource.HANDLER)

    (decision,) = (await decided(driver, corrected(BY_PHONE, damage=(assessed,)))).values()

    assert (decision.outcome, decision.deciding_ground) == (Outcome.REFERRED, GroundCode.REPORTERS_DIFFER)


async def test_two_instances_that_receive_the_two_reports_at_the_same_time_open_one_claim(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    async with driver.harness.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute("SELECT FROM policy WHERE policy_number = $1 FOR UPDATE", POLICY_NUMBER)
        both = asyncio.gather(driver.report(BY_APP), driver.report(BY_PHONE))
        await driver.until_waiting_for_locks(2)
        await transaction.commit()
    await both

    assert len(await driver.rows("SELECT FROM claim")) == len(await driver.joined()) == 1
    assert len(await driver.questions()) == 1
    assert await driver.dead_letters() == []


async def test_of_many_reports_of_one_loss_sent_under_new_ids_a_household_joins_and_the_rest_is_held(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())

    await driver.report(*(report() for _ in range(MOST_REPORTS - 5)))
    await driver.report(*(report() for _ in range(200)))
    await driver.report(*(report() for _ in range(200)))

    assert len(await driver.joined()) == MOST_REPORTS - 1
    ((first,),) = await driver.rows("SELECT claim_id FROM claim WHERE possible_duplicate_of IS NULL")
    assert set((await driver.duplicates()).values()) == {first}
    assert len(await driver.duplicates()) == 400 - 5


async def test_a_report_whose_policy_is_still_unknown_joins_too(driver: ClaimsDriver) -> None:
    await driver.report(BY_APP)
    await driver.report(BY_PHONE)
    await driver.policy(policy())

    assert len(await driver.questions()) == 1
    assert await driver.joined() == {BY_PHONE.report_id: BY_APP.report_id}


def test_the_reports_of_these_tests_are_of_one_loss() -> None:
    assert BY_APP.facts.came_through_open_window_or_door == NO
    assert BY_PHONE.loss.from_at - BY_APP.loss.from_at == timedelta(hours=1)
