"""What a change of a policy does to claims: nothing to a loss before it; and a position that comes later."""

from __future__ import annotations

from datetime import date, timedelta

from claim_events import LOSS_AT, policy, rainfall_answer, report
from claims_driver import ClaimsDriver
from msgspec.structs import replace

from claims_svc.domain.proof_check import differences
from claims_svc.repository import stored_proofs
from contracts import example_values
from contracts.coverage import GroundCode, Outcome
from contracts.policy import Home, HomeType, PolicyChanged, PolicyTerms
from contracts.vocabulary import Location

DAY_AFTER_LOSS = date(2021, 7, 16)
NEW_PLACE = Location(latitude_microdegrees=52_100_000, longitude_microdegrees=5_180_000, accuracy_metres=5)
NEW_HOME = Home(postcode="3731GA", house_number="1", location=NEW_PLACE, home_type=HomeType.CORNER)


def changed(before: PolicyChanged, *, on: date, **changes: object) -> PolicyChanged:
    """Return the policy's next version, otherwise insured from a day on."""
    (terms,) = before.terms
    ended, begun = replace(terms, ends_on=on), replace(terms, effective_on=on, **changes)
    return replace(before, version=before.version + 1, terms=(ended, begun))


def not_located(known: PolicyChanged) -> PolicyChanged:
    return replace(known, terms=tuple(map(_without_position, known.terms)))


def _without_position(terms: PolicyTerms) -> PolicyTerms:
    assert terms.home is not None
    return replace(terms, home=replace(terms.home, location=None))


async def test_a_loss_before_a_change_of_deductible_is_decided_on_the_old_one(driver: ClaimsDriver) -> None:
    before = policy(deductible_cents=100_000)
    after = changed(before, on=DAY_AFTER_LOSS, deductible_cents=0)
    await driver.policy(before)
    (claim_id,) = await driver.open_claims(report())
    await driver.policy(after)
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))

    (decision,) = await driver.decisions()
    assert decision.money.payable_cents == 184_000 - 100_000
    await driver.policy(replace(after, version=3))
    assert await driver.published() == []


async def test_a_loss_reported_after_a_change_of_deductible_is_decided_on_that_of_its_day(driver: ClaimsDriver) -> None:
    await driver.policy(changed(policy(deductible_cents=100_000), on=DAY_AFTER_LOSS, deductible_cents=50_000))
    claim_ids = await driver.open_claims(report(), report(loss_at=LOSS_AT + timedelta(days=9)))
    for claim_id, loss_at in zip(claim_ids, (LOSS_AT, LOSS_AT + timedelta(days=9)), strict=True):
        await driver.rain(rainfall_answer(claim_id, tenths_mm=402, loss_at=loss_at))

    paid = [decision.money.payable_cents for decision in await driver.decisions()]
    assert paid == [184_000 - 100_000, 184_000 - 50_000]


async def test_a_move_changes_where_rain_is_asked_for_from_its_day_on(driver: ClaimsDriver) -> None:
    before = policy()
    moved = changed(before, on=DAY_AFTER_LOSS, home=NEW_HOME)
    await driver.policy(before)
    waiting = report()
    await driver.report(waiting)
    (asked_before_the_move,) = await driver.questions()

    await driver.policy(moved)
    assert await driver.questions() == []
    await driver.report(report(loss_at=LOSS_AT + timedelta(hours=20)), report(loss_at=LOSS_AT + timedelta(days=9)))

    on_the_last_day, after_the_move = await driver.questions()
    assert asked_before_the_move.home == on_the_last_day.home == example_values.HOME
    assert after_the_move.home == NEW_PLACE


async def test_a_claim_waits_for_the_position_of_its_home_and_then_goes_on(driver: ClaimsDriver) -> None:
    await driver.policy(not_located(policy()))
    reported = report()
    await driver.report(reported)
    assert await driver.published() == []
    assert await driver.state(reported) == "waiting_for_policy"

    await driver.policy(policy(version=2))
    (question,) = await driver.questions()
    await driver.rain(rainfall_answer(question.claim_id, tenths_mm=402))

    (decision,) = await driver.decisions()
    assert (decision.outcome, decision.claim_version) == (Outcome.COVERED, 1)


async def test_a_position_that_comes_after_the_wait_lets_the_machine_decide_after_all(driver: ClaimsDriver) -> None:
    await driver.policy(not_located(policy()))
    reported = report()
    await driver.report(reported)
    await driver.wait(days=2)
    (referred,) = await driver.decisions()
    assert (referred.outcome, referred.deciding_ground) == (Outcome.REFERRED, GroundCode.POLICY_UNKNOWN)
    assert referred.customer_id == policy().customer_id
    (stored,) = await driver.rows("SELECT proof FROM decision")
    assert differences(stored_proofs.unpack(stored["proof"])) == []

    await driver.policy(policy(version=2))
    (question,) = await driver.questions()
    await driver.rain(rainfall_answer(question.claim_id, tenths_mm=402))

    (decision,) = await driver.decisions()
    assert (decision.outcome, decision.claim_version) == (Outcome.COVERED, 2)
