from __future__ import annotations

import argparse
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
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


@pytest.fixture
async def exported(driver: ClaimsDriver, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[Path]:
    """Proofs of a claim that was denied at 39.9 mm and covered at the corrected 40.2 mm."""
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(
        rainfall_answer(claim_id, tenths_mm=399), rainfall_answer(claim_id, tenths_mm=402, assessment_version=2)
    )
    assert await run("proofs", "export", "--to", str(tmp_path / "proofs")) == 0
    capsys.readouterr()
    return sorted((tmp_path / "proofs").iterdir())


async def test_proofs_are_exported_byte_for_byte_under_reference_and_version(
    driver: ClaimsDriver, exported: list[Path]
) -> None:
    decisions = await driver.decisions()
    rows = await driver.rows("SELECT proof FROM decision ORDER BY claim_version")

    assert [path.name for path in exported] == [
        f"{decision.claim_reference}-v{decision.claim_version}.json" for decision in decisions
    ]
    assert [path.read_bytes() for path in exported] == [row["proof"] for row in rows]


async def test_exported_proofs_hold(exported: list[Path], run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run("proofs", "verify", *map(str, exported)) == 0

    assert capsys.readouterr().out == "".join(f"{path.name}: holds\n" for path in exported)


async def test_a_proof_with_one_changed_figure_does_not_hold(
    exported: list[Path], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    forged = exported[0]
    forged.write_bytes(forged.read_bytes().replace(b"184000", b"984000"))

    assert await run("proofs", "verify", str(forged)) == 1

    assert capsys.readouterr().out == f"{forged.name}: the hash of the proof is not the hash that was kept\n"


async def test_a_proof_under_the_name_of_another_version_does_not_hold(
    exported: list[Path], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = exported
    first.write_bytes(second.read_bytes())

    assert await run("proofs", "verify", str(first), str(second)) == 1

    out = capsys.readouterr().out
    assert f"{first.name}: does not continue the proof of the version before" in out
    assert f"{second.name}: holds" in out


@pytest.mark.parametrize("contents", [b"", b"{}", b"[1]", b"\xff", b'{"version":1}'])
async def test_a_file_that_is_no_proof_is_reported_as_none(
    contents: bytes, exported: list[Path], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    exported[0].write_bytes(contents)

    assert await run("proofs", "verify", str(exported[0])) == 1

    out = capsys.readouterr().out
    assert out.startswith(f"{exported[0].name}: cannot be read: not a proof of form water-claim-proof.v1: ")


async def test_a_file_with_another_name_and_one_without_a_record_are_refused(
    exported: list[Path], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    misnamed = exported[0].rename(exported[0].with_name("proof.json"))
    unrecorded = exported[1].rename(exported[1].with_name("W0123456789-v1.json"))

    assert await run("proofs", "verify", str(misnamed), str(unrecorded)) == 1

    out = capsys.readouterr().out
    assert "proof.json: is not named" in out
    assert "W0123456789-v1.json: no such decision is on record" in out


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

    assert capsys.readouterr().err == f"no claim was opened for report {missing}\n"


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
