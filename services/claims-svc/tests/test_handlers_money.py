"""What is paid over the life of a claim: estimates, assessments, what is undisputed, and what its events keep of it."""

from __future__ import annotations

import json
from datetime import timedelta

from claim_events import HEAVY_RAIN_CAME_IN, LOSS_AT, POLICY_NUMBER, YES, corrected, policy, rainfall_answer, report
from claims_driver import ClaimsDriver
from msgspec.structs import replace

from claims_svc.repository import stored_proofs
from contracts.claims import DecisionMade
from contracts.coverage import Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported
from contracts.vocabulary import Fact, FactSource, Truth, WaterRoute

TEN_HOURS_LATER = LOSS_AT + timedelta(hours=10)
SAYS_REGISTER, DENIES_REGISTER = (Fact(value=value, source=FactSource.REGISTER) for value in (Truth.TRUE, Truth.FALSE))
RAIN_AND_FLOOD = LossFacts(
    precipitation_left_its_course=YES,
    came_through_open_window_or_door=Fact(value=Truth.FALSE),
    flood_water_entered=YES,
    flood_defence_present=YES,
    flood_defence_failed=SAYS_REGISTER,
    flood_defence_overtopped=DENIES_REGISTER,
    flood_defence_is_primary=DENIES_REGISTER,
    sea_water_involved=DENIES_REGISTER,
    home_in_unembanked_area=DENIES_REGISTER,
    government_caused_flood=DENIES_REGISTER,
)
RAIN, FLOOD, STORM = WaterRoute.INDIRECT_PRECIPITATION, WaterRoute.FLOOD, WaterRoute.STORM


def damage(
    cents: int,
    route: WaterRoute | None = None,
    *,
    kind: DamageKind = DamageKind.BUILDINGS,
    by: FactSource = FactSource.CUSTOMER,
) -> DamageItem:
    return DamageItem(kind=kind, amount_cents=cents, route=route, estimated_by=by)


def assessed(before: LossReported, *items: DamageItem) -> LossReported:
    """Return the report with these items as a handler assessed them."""
    by_handler = tuple(replace(item, estimated_by=FactSource.HANDLER) for item in items)
    return corrected(before, damage=by_handler)


async def decided(driver: ClaimsDriver, reported: LossReported) -> DecisionMade:
    """Open a claim, let it rain heavily, and return the decision."""
    (claim_id,) = await driver.open_claims(reported)
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402, loss_at=reported.loss.from_at))
    (decision,) = await driver.decisions()
    return decision


async def uses(driver: ClaimsDriver) -> list[tuple[object, ...]]:
    """Return family, covered, heavy, estimated and borne cents of what claims have of their events."""
    rows = await driver.rows(
        """
        SELECT family, covered_cents, heavy_cents, estimated_cents, borne_cents
          FROM event_use JOIN claim USING (claim_id) ORDER BY opened_at, claim_id, family DESC
        """
    )
    return [tuple(row) for row in rows]


async def test_what_is_undisputed_is_paid_while_a_handler_decides_about_the_rest(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report(damage=(damage(100_000, RAIN), damage(40_000, STORM)))

    first = await decided(driver, reported)
    assert (first.outcome, first.money.payable_cents, first.money.to_pay_cents) == (Outcome.REFERRED, 75_000, 75_000)
    assert await driver.state(reported) == "referred"
    assert await uses(driver) == [("rain", 100_000, 100_000, 100_000, 25_000)]

    await driver.report(assessed(reported, damage(100_000, RAIN), damage(40_000, RAIN)))

    (second,) = await driver.decisions()
    assert (second.claim_version, second.outcome, second.money.payable_cents) == (2, Outcome.COVERED, 115_000)
    assert (second.money.decided_before_cents, second.money.to_pay_cents) == (75_000, 40_000)
    assert await driver.state(reported) == "decided"


async def test_an_estimate_above_the_limit_is_covered_and_paid_when_it_is_assessed_lower(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report(damage_cents=300_000)

    first = await decided(driver, reported)
    assert (first.outcome, first.money.payable_cents, first.money.awaits_assessment) == (Outcome.COVERED, None, True)
    assert await uses(driver) == [("rain", 0, 0, 300_000, 0)]

    await driver.report(assessed(reported, damage(260_000)))

    (second,) = await driver.decisions()
    assert (second.claim_version, second.money.payable_cents, second.money.to_pay_cents) == (2, 235_000, 235_000)
    assert await uses(driver) == [("rain", 260_000, 260_000, 0, 25_000)]
    assert await driver.rows("SELECT FROM human_review") == []


async def test_an_assessment_upwards_says_what_is_still_to_come(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    reported = report(damage_cents=200_000)
    await decided(driver, reported)

    await driver.report(assessed(reported, damage(320_000)))

    (second,) = await driver.decisions()
    money = second.money
    assert (money.payable_cents, money.decided_before_cents, money.to_pay_cents) == (295_000, 175_000, 120_000)


async def test_damage_assessed_as_estimated_leaves_the_limit_to_the_other_claims_of_the_event(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy())
    reported = report(damage_cents=200_000)
    await decided(driver, reported)

    await driver.report(assessed(reported, damage(200_000)))

    (second,) = await driver.decisions()
    assert (second.claim_version, second.money.payable_cents, second.money.to_pay_cents) == (2, 175_000, 0)
    assert await uses(driver) == [("rain", 200_000, 200_000, 0, 25_000)]
    contents = report(damage=(damage(200_000, kind=DamageKind.CONTENTS),), loss_at=TEN_HOURS_LATER)
    assert (await decided(driver, contents)).money.payable_cents == 200_000


async def test_an_assessment_below_what_was_decided_to_be_paid_changes_neither_decision_nor_event(
    driver: ClaimsDriver,
) -> None:
    await driver.policy(policy(deductible_cents=100_000))
    reported = report(damage_cents=60_000)
    await decided(driver, reported)
    contents = report(damage=(damage(90_000, kind=DamageKind.CONTENTS),), loss_at=TEN_HOURS_LATER)
    paid = await decided(driver, contents)
    assert paid.money.payable_cents == 50_000
    before = await uses(driver)

    await driver.report(assessed(contents, damage(80_000, kind=DamageKind.CONTENTS)))

    assert await driver.published() == []
    assert await uses(driver) == before
    assert len(await driver.rows("SELECT FROM human_review")) == 1


async def test_customers_estimate_up_to_the_limit_for_all_claims_of_an_event_together(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    await decided(driver, report(damage_cents=200_000))

    contents = report(damage=(damage(60_000, kind=DamageKind.CONTENTS),), loss_at=TEN_HOURS_LATER)
    second = await decided(driver, contents)
    assert (second.outcome, second.money.payable_cents) == (Outcome.COVERED, None)

    await driver.report(assessed(contents, damage(60_000, kind=DamageKind.CONTENTS)))

    assert [decision.money.payable_cents for decision in await driver.decisions()] == [60_000]


async def test_a_claim_by_rain_and_flood_has_its_part_of_both_events(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=50_000))
    both = report(facts=RAIN_AND_FLOOD, damage=(damage(100_000, RAIN), damage(30_000, FLOOD)))

    first = await decided(driver, both)
    assert first.money.payable_cents == 50_000
    assert await uses(driver) == [("rain", 100_000, 100_000, 100_000, 50_000), ("flood", 30_000, 0, 30_000, 30_000)]

    flooded = report(
        facts=RAIN_AND_FLOOD,
        damage=(damage(100_000, FLOOD, kind=DamageKind.CONTENTS),),
        loss_at=TEN_HOURS_LATER,
    )
    second = await decided(driver, flooded)

    (deductible,) = second.money.deductibles
    assert (deductible.borne_by_event_cents, deductible.borne_by_others_cents, deductible.borne_cents) == (
        50_000,
        30_000,
        20_000,
    )
    assert second.money.payable_cents == 80_000
    (row,) = await driver.rows("SELECT proof FROM decision WHERE claim_id = $1", second.claim_id)
    (use,) = json.loads(stored_proofs.unpack(row["proof"]))["basis"]["event_uses"]
    assert (use["family"], use["borne_cents"], use["proofs"]) == ("flood", 30_000, [first.proof_sha256])


async def test_a_claim_that_no_longer_has_damage_by_flood_has_nothing_of_that_event(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=50_000))
    reported = report(facts=RAIN_AND_FLOOD, damage=(damage(100_000, RAIN), damage(100_000, FLOOD)))
    first = await decided(driver, reported)

    await driver.report(assessed(reported, damage(200_000, RAIN)))

    (second,) = await driver.decisions()
    assert (first.money.payable_cents, second.money.payable_cents) == (100_000, 150_000)
    assert await uses(driver) == [("rain", 200_000, 200_000, 0, 50_000)]


async def test_a_flood_reported_after_damage_of_either_water_bears_no_second_deductible(driver: ClaimsDriver) -> None:
    await driver.policy(policy(deductible_cents=50_000))
    nobody_knows = report(facts=RAIN_AND_FLOOD, damage=(damage(80_000),))
    assert (await decided(driver, nobody_knows)).money.payable_cents == 30_000
    flooded = report(
        facts=RAIN_AND_FLOOD,
        damage=(damage(100_000, FLOOD, kind=DamageKind.CONTENTS),),
        loss_at=TEN_HOURS_LATER,
    )

    assert (await decided(driver, flooded)).money.payable_cents == 100_000


async def test_a_denied_claim_has_nothing_of_an_event(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report(facts=HEAVY_RAIN_CAME_IN, policy_number=POLICY_NUMBER))

    await driver.rain(rainfall_answer(claim_id, tenths_mm=100))

    assert [decision.outcome for decision in await driver.decisions()] == [Outcome.DENIED]
    assert await uses(driver) == []
