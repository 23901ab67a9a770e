from __future__ import annotations

import argparse
import json
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest
from claim_events import policy, rainfall_answer, report
from claims_driver import ClaimsDriver

Run = Callable[..., Awaitable[int]]


@pytest.fixture
def run(driver: ClaimsDriver) -> Run:
    """Run a command of the service as its command line would."""

    async def run_command(name: str, *words: str) -> int:
        (command,) = [command for command in driver.harness.service.commands if command.name == name]
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        return await command.run(parser.parse_args(words), driver.harness.runtime)

    return run_command


async def test_show_prints_a_claim_with_all_its_decisions_and_reviews(
    driver: ClaimsDriver, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    await driver.policy(policy())
    reported = report()
    (claim_id,) = await driver.open_claims(reported)
    await driver.rain(
        rainfall_answer(claim_id, tenths_mm=402), rainfall_answer(claim_id, tenths_mm=399, assessment_version=2)
    )

    capsys.readouterr()

    assert await run("claims", "show", "--report", str(reported.report_id)) == 0

    shown = json.loads(capsys.readouterr().out)
    assert (shown["claim_id"], shown["state"], shown["claim_version"]) == (str(claim_id), "decided", 1)
    assert [decision["payable_cents"] for decision in shown["decisions"]] == [159_000]
    assert [review["assessment_version"] for review in shown["human_reviews"]] == [2]


async def test_show_says_when_no_claim_was_opened(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    missing = uuid4()

    assert await run("claims", "show", "--report", str(missing)) == 1

    assert capsys.readouterr().err == f"no claim holds report {missing}\n"


async def test_list_prints_one_claim_a_line_and_can_be_narrowed_to_a_state(
    driver: ClaimsDriver, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.report(report(policy_number="999999-531-04"))
    capsys.readouterr()

    await run("claims", "list")
    everything = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    await run("claims", "list", "--state", "waiting_for_policy")
    waiting = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert [(claim["state"], claim["outcome"]) for claim in everything] == [
        ("decided", "covered"),
        ("waiting_for_policy", None),
    ]
    assert waiting == everything[1:]
