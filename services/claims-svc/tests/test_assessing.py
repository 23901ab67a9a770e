"""What would be decided about a loss, by HTTP and by command: nothing is kept of it."""

from __future__ import annotations

import argparse
import asyncio
import json
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from claim_events import YES, policy, report
from claims_driver import OPENED_AT, ClaimsDriver
from claims_http import ClaimsDesk
from typing_extensions import override

from claims_svc.commands.assess import ASSESS
from claims_svc.domain.questions import AskedOf
from claims_svc.flows.assessing import assess
from contracts.access import Role
from contracts.loss_reports import LossFacts

LOSS: dict[str, Any] = {
    "policy_number": "123456-531-04",
    "loss": {"from_at": "2021-07-15T01:30:00Z", "until_at": "2021-07-15T01:30:00Z"},
    "facts": {"precipitation_left_its_course": "true", "came_through_open_window_or_door": "false"},
    "damage": [{"kind": "buildings", "amount_cents": 184_000}],
}


async def test_what_would_be_decided_is_told_by_rain_and_nothing_is_kept(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())

    answer = await desk.post("/claims/assess", LOSS, role=Role.CLAIMS_HANDLER)

    assert answer.status_code == 200, answer.text
    told = answer.json()
    outcomes = {kind: decision["outcome"] for kind, decision in told["decisions"].items()}
    assert outcomes == {"cloudburst": "covered", "heavy_rain": "covered", "some_rain": "denied", "no_rain": "denied"}
    assert told["decisions"]["heavy_rain"]["payable_cents"] == 159_000
    assert told["insurance"] == "insured"
    assert await desk.driver.rows("SELECT FROM claim") == []
    assert await desk.driver.published() == []


async def test_a_policy_nobody_knows_is_told(desk: ClaimsDesk) -> None:
    answer = await desk.post("/claims/assess", LOSS, role=Role.OPERATOR)

    assert answer.json()["insurance"] == "unknown"
    assert {each["deciding_ground"] for each in answer.json()["decisions"].values()} == {"policy_unknown"}


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"reported_at": "2027-01-01T00:00:00Z"}, "/reported_at"),
        ({"loss": {"from_at": "2027-01-01T00:00:00Z", "until_at": "2027-01-01T00:00:00Z"}}, "/loss"),
        ({"damage": [{"kind": "buildings", "amount_cents": 10**11}] * 2}, "/damage"),
        ({"facts": {"sewer_water": "true"}}, "/facts/sewer_water"),
    ],
)
async def test_what_is_wrong_is_named(desk: ClaimsDesk, changed: dict[str, Any], field: str) -> None:
    answer = await desk.post("/claims/assess", {**LOSS, **changed}, role=Role.SENIOR_HANDLER)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith(field.rpartition("/")[0] or field)


async def test_more_items_than_can_be_tried_in_time_are_refused(desk: ClaimsDesk) -> None:
    await desk.driver.policy(policy())
    items = [{"kind": "buildings", "amount_cents": 1_000}] * 20
    most = await desk.post("/claims/assess", {**LOSS, "damage": items}, role=Role.CLAIMS_HANDLER)
    more = await desk.post("/claims/assess", {**LOSS, "damage": [*items, items[0]]}, role=Role.CLAIMS_HANDLER)

    assert (most.status_code, more.status_code) == (200, 422)
    (error,) = more.json()["errors"]
    assert error["field"] == "/damage"
    assert str(20) in error["message"]


async def test_customers_do_not_try_out_what_pays(desk: ClaimsDesk) -> None:
    assert (await desk.post("/claims/assess", LOSS)).status_code == 403


async def test_the_command_reads_a_report_from_a_file(
    driver: ClaimsDriver, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await driver.policy(policy())
    file = tmp_path / "loss.json"
    facts = {name: {"value": value} for name, value in LOSS["facts"].items()}
    file.write_text(json.dumps({**LOSS, "facts": facts, "reported_at": "2021-07-15T06:30:00Z"}))

    parser = argparse.ArgumentParser()
    ASSESS.add_arguments(parser)
    assert await ASSESS.run(parser.parse_args([str(file)]), driver.harness.runtime) == 0
    assert json.loads(capsys.readouterr().out)["decisions"]["heavy_rain"]["payable_cents"] == 159_000

    file.write_text(json.dumps({**LOSS, "facts": facts, "damage": [{"kind": "roof", "amount_cents": 1}]}))
    assert await ASSESS.run(parser.parse_args([str(file)]), driver.harness.runtime) == 1
    assert "damage.0.kind: must be" in capsys.readouterr().err


class Beside(ThreadPoolExecutor):
    """Runs what would hold up the event loop, and counts it."""

    begun = 0

    @override
    def submit(self, *given: Any, **named: Any) -> Future[Any]:
        self.begun += 1
        return super().submit(*given, **named)


async def test_a_loss_is_tried_beside_the_event_loop(driver: ClaimsDriver) -> None:
    beside = Beside()
    asyncio.get_running_loop().set_default_executor(beside)
    flood = report(facts=LossFacts(flood_water_entered=YES))
    async with driver.harness.pool.acquire() as connection:
        tried = await assess(connection, flood, now=OPENED_AT)

    assert [each.code for each in tried.questions if each.asked_of is AskedOf.HANDLER]
    assert beside.begun == 1
