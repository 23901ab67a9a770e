"""What operators see of claims: how many are in which state and for how long, what was decided, ordered, suspected."""

from __future__ import annotations

from datetime import timedelta

from claim_events import LOSS_AT, policy, rainfall_answer, report
from claims_driver import ClaimsDriver
from prometheus_client import REGISTRY

from claims_svc.metrics import STORED_STATES, WAITING_STATES
from contracts.coverage import GroundCode, Outcome

HEAVY = {"outcome": Outcome.COVERED, "ground": GroundCode.HEAVY_LOCAL_PRECIPITATION}
NOT_RECEIVED = {"outcome": Outcome.REFERRED, "ground": GroundCode.RAINFALL_NOT_RECEIVED}


def value_of(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_claims_are_counted_by_state_and_the_oldest_that_waits_tells_its_age(driver: ClaimsDriver) -> None:
    await driver.harness.measure()
    assert {value_of("claims_claims", state=state) for state in STORED_STATES} == {0.0}

    await driver.report(report(policy_number="654321-531-04"))
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.open_claims(report(loss_at=LOSS_AT + timedelta(days=9)))
    await driver.wait(minutes=10)
    await driver.harness.measure()

    counted = {state: value_of("claims_claims", state=state) for state in STORED_STATES}
    assert counted == dict.fromkeys(STORED_STATES, 0) | {
        "waiting_for_policy": 1,
        "waiting_for_rainfall": 1,
        "decided": 1,
    }
    waits = {state: value_of("claims_oldest_wait_seconds", state=state) for state in WAITING_STATES}
    assert waits == dict.fromkeys(WAITING_STATES, 0) | {"waiting_for_policy": 600, "waiting_for_rainfall": 600}
    assert REGISTRY.get_sample_value("claims_oldest_wait_seconds", {"state": "decided"}) is None


async def test_a_decision_counts_with_its_ground_and_its_money(driver: ClaimsDriver) -> None:
    decided, ordered = value_of("claims_decisions_total", **HEAVY), value_of("claims_ordered_cents_total")
    referred = value_of("claims_referred_total")
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report(damage_cents=184_000))
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))

    assert value_of("claims_decisions_total", **HEAVY) == decided + 1
    assert value_of("claims_ordered_cents_total") == ordered + 159_000
    assert value_of("claims_referred_total") == referred


async def test_what_is_left_to_a_person_counts_as_referred(driver: ClaimsDriver) -> None:
    decided, referred = value_of("claims_decisions_total", **NOT_RECEIVED), value_of("claims_referred_total")
    await driver.policy(policy())
    await driver.open_claims(report())
    await driver.wait(days=30)

    assert value_of("claims_decisions_total", **NOT_RECEIVED) == decided + 1
    assert value_of("claims_referred_total") == referred + 1


async def test_a_claim_that_is_held_because_of_another_is_suspected(driver: ClaimsDriver) -> None:
    suspected = value_of("claims_duplicates_suspected_total")
    await driver.policy(policy())
    await driver.report(report())
    assert value_of("claims_duplicates_suspected_total") == suspected

    await driver.report(report(loss_at=LOSS_AT + timedelta(hours=30)))

    assert len(await driver.duplicates()) == 1
    assert value_of("claims_duplicates_suspected_total") == suspected + 1
