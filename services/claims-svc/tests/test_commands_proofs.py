"""Proofs and roots are exported, verified on a machine with nothing but the files, and compared with the record."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import pytest
from claim_events import policy, rainfall_answer, report
from claims_driver import ClaimsDriver
from root_keys import ROOT_KEY

from claims_svc import proof_roots
from claims_svc.commands.proofs import PROOFS
from claims_svc.commands.verification import VERIFY
from claims_svc.repository import stored_proofs
from contracts.proof_roots import short_hash

Export = Callable[[], Awaitable[list[Path]]]
Run = Callable[..., Awaitable[int]]


@pytest.fixture
def run(driver: ClaimsDriver) -> Run:
    """Run an action of `proofs` on the driver's database."""

    async def run_action(*words: object) -> int:
        parser = argparse.ArgumentParser()
        PROOFS.add_arguments(parser)
        return await PROOFS.run(parser.parse_args([str(word) for word in words]), driver.harness.runtime)

    return run_action


def verify(*words: object) -> int:
    parser = argparse.ArgumentParser()
    VERIFY.add_arguments(parser)
    return VERIFY.run(parser.parse_args([str(word) for word in words]))


async def make_root(driver: ClaimsDriver) -> None:
    driver.harness.runtime.stopping.set()
    await proof_roots.begin(driver.harness.runtime)
    await driver.harness.fire_due_timers()


async def open_claims(driver: ClaimsDriver, *policy_numbers: str) -> list[UUID]:
    """Open a claim on each of these policies, all of which ask for rain."""
    await driver.policy(*(policy(policy_number=number) for number in policy_numbers))
    return await driver.open_claims(*(report(policy_number=number) for number in policy_numbers))


async def decide_claims(driver: ClaimsDriver) -> None:
    """Decide a claim, denied at 39.9 mm and covered at the corrected 40.2 mm, and two others; make their root."""
    claim_id, *others = await open_claims(driver, "123456-531-04", "234567-531-04", "345678-531-04")
    await driver.rain(
        rainfall_answer(claim_id, tenths_mm=399), rainfall_answer(claim_id, tenths_mm=402, assessment_version=2)
    )
    await driver.rain(*(rainfall_answer(other, tenths_mm=0) for other in others))
    await make_root(driver)


@pytest.fixture
async def exported(driver: ClaimsDriver, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return the directory of an export."""
    await decide_claims(driver)
    assert await run("export", "--to", tmp_path / "proofs") == 0
    capsys.readouterr()
    return tmp_path / "proofs"


def proofs_in(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.json"))


def paths_in(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.tlog-proof"))


def two_versions(directory: Path) -> tuple[Path, Path]:
    """Return both proofs of the claim that has two."""
    (second,) = directory.glob("*-v2.json")
    return second.with_name(second.name.replace("-v2", "-v1")), second


async def test_proofs_are_exported_byte_for_byte_each_with_its_path_to_the_root(
    driver: ClaimsDriver, exported: Path
) -> None:
    rows = await driver.rows(
        """
        SELECT claim_reference, decision.claim_version, proof, checkpoint
          FROM proof_root, decision JOIN claim USING (claim_id)
        """
    )

    assert {file.name: file.read_bytes() for file in proofs_in(exported)} == {
        f"{row['claim_reference']}-v{row['claim_version']}.json": stored_proofs.unpack(row["proof"]) for row in rows
    }
    assert {file.stem for file in paths_in(exported)} == {file.stem for file in proofs_in(exported)}
    assert (exported / "proof-root.txt").read_text() == rows[0]["checkpoint"]


async def test_a_proof_that_no_root_covers_yet_is_exported_without_a_path(
    driver: ClaimsDriver, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await decide_claims(driver)
    (claim_id,) = await open_claims(driver, "456789-531-04")
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))

    await run("export", "--to", tmp_path)

    assert capsys.readouterr().out.endswith(f"5 proofs written to {tmp_path}, 4 of them covered by a root\n")
    assert len(paths_in(tmp_path)) == 4


async def test_the_newest_root_is_written_with_the_key_that_signed_it(
    driver: ClaimsDriver, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await decide_claims(driver)
    await driver.wait(hours=1)

    assert await run("root", "--to", tmp_path / "root") == 0

    assert (tmp_path / "root").read_text().startswith("waterschade.nl/claims-svc/proofs\n4\n")
    assert capsys.readouterr().out.endswith(f"public key: {ROOT_KEY.public_key.text}\n")


async def test_without_any_root_none_is_written(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert await run("root", "--to", tmp_path / "root") == 1

    assert not (tmp_path / "root").exists()
    assert capsys.readouterr().err == "no root was made yet: the service makes one when it runs\n"


def test_proofs_are_verified_on_a_bare_machine(exported: Path) -> None:
    first, second = two_versions(exported)
    second.write_bytes(second.read_bytes().replace(b'"payable_cents":159000', b'"payable_cents":184000'))

    done = subprocess.run(
        [sys.executable, "-m", "claims_svc", "proofs", "verify", first, second],
        env={},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1, done.stderr
    assert done.stdout.splitlines()[0].startswith(f"{first.name}: MATCH sha256 ")
    assert f"{second.name}: DIFFERENT: deciding again gives another money" in done.stdout
    assert done.stderr == ""


def test_a_proof_that_holds_is_told_with_its_hash_and_as_letters_name_it(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = two_versions(exported)
    sha256 = json.loads(second.read_bytes())["previous_sha256"]

    assert verify(first) == 0

    assert capsys.readouterr().out == f"{first.name}: MATCH sha256 {sha256}, in letters {short_hash(sha256)}\n"


def test_all_that_was_exported_matches_the_root_and_its_key(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = exported / "proof-root.txt"

    assert verify("--root", root, "--key", ROOT_KEY.public_key.text, *proofs_in(exported)) == 0

    told = capsys.readouterr()
    assert told.out.count(": MATCH") == 5
    assert told.err == ""


def test_without_a_key_it_is_said_that_nobody_looked_who_signed(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify("--root", exported / "proof-root.txt", proofs_in(exported)[0]) == 0

    assert capsys.readouterr().err == ("proof-root.txt: who signed it was not checked, because there is no --key\n")


def test_a_proof_that_was_replaced_afterwards_is_not_covered_by_the_root(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is a sound proof in itself: only somebody who kept the root can tell."""
    first, second = two_versions(exported)
    other = next(file for file in proofs_in(exported) if file not in (first, second))
    first.write_bytes(other.read_bytes())

    assert verify("--root", exported / "proof-root.txt", first) == 1

    out = capsys.readouterr().out
    assert f"proof-root.txt: MATCH\n{first.name}: DIFFERENT: the root does not cover this proof\n" in out
    assert f"{first.name}: DIFFERENT: is the proof of {other.name.removesuffix('-v1.json')}, version 1\n" in out


async def test_a_path_to_another_root_is_told_from_a_wrong_one(
    driver: ClaimsDriver, exported: Path, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (claim_id,) = await open_claims(driver, "456789-531-04")
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.wait(hours=1)
    await run("root", "--to", tmp_path / "later.txt")
    file = proofs_in(exported)[0]
    capsys.readouterr()

    assert verify("--root", tmp_path / "later.txt", file) == 1

    assert (
        "its path leads to the root of 4 proofs, not to that of 5: export both from one root" in capsys.readouterr().out
    )


def test_a_proof_without_its_path_is_not_shown_to_be_covered(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = proofs_in(exported)[0]
    file.with_suffix(".tlog-proof").unlink()

    assert verify("--root", exported / "proof-root.txt", file) == 1

    assert f"{file.stem}.tlog-proof, cannot be read: No such file or directory" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        (lambda text: text.replace("\n4\n", "\n5\n"), "was not signed by this key"),
        (lambda text: text.partition("— ")[0] + "— witness.example c2VlbiE=\n", "was not signed by this key"),
        (lambda _: "no root", "cannot be read: not a signed root (C2SP checkpoint)"),
    ],
    ids=["changed", "signed by another", "no root"],
)
def test_a_root_that_the_insurer_did_not_sign_is_found(
    exported: Path, capsys: pytest.CaptureFixture[str], forge: Callable[[str], str], found: str
) -> None:
    root = exported / "proof-root.txt"
    root.write_text(forge(root.read_text()))

    assert verify("--root", root, "--key", ROOT_KEY.public_key.text, proofs_in(exported)[0]) == 1

    assert f"proof-root.txt: DIFFERENT: {found}\n" in capsys.readouterr().out


@pytest.mark.parametrize("words", [[], ["--key", ROOT_KEY.public_key.text, "file"], ["--root", "r", "--key", "k", "f"]])
def test_wrong_use_is_told_apart_from_a_difference(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        verify(*words)

    assert ended.value.code == 2


def test_versions_of_one_claim_must_continue_one_another(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = two_versions(exported)
    forged = json.loads(second.read_bytes()) | {"previous_sha256": "0" * 64}
    second.write_text(json.dumps(forged, separators=(",", ":")))

    assert verify(second) == 0
    assert verify(first, second) == 1

    assert f"{second.name}: DIFFERENT: does not continue the proof of version 1, with hash" in capsys.readouterr().out


async def test_a_damaged_proof_is_exported_with_the_others_and_found_among_them(
    driver: ClaimsDriver, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await decide_claims(driver)
    await driver.rows("ALTER TABLE decision DISABLE TRIGGER decision_is_final")
    await driver.rows("UPDATE decision SET proof = substr(proof, 1, 100) WHERE claim_version = 2")

    assert await run("export", "--to", tmp_path) == 0
    capsys.readouterr()
    assert verify(*proofs_in(tmp_path)) == 1

    verdicts = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    (damaged,) = (verdict for name, verdict in verdicts.items() if name.endswith("-v2.json"))
    assert damaged.startswith("DIFFERENT: not a proof of form water-claim-proof.v1: ")
    assert sum(verdict.startswith("MATCH") for verdict in verdicts.values()) == 3


@pytest.mark.parametrize("contents", [b"", b"{}", b"[1]", b"\xff", b'{"version":1}'])
def test_a_file_that_is_no_proof_is_reported_as_none(
    contents: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_bytes(contents)

    assert verify(tmp_path / "file") == 1

    assert capsys.readouterr().out.startswith("file: DIFFERENT: not a proof of form water-claim-proof.v1: ")


def test_a_file_that_is_not_there_is_named_and_the_others_are_verified(
    exported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = proofs_in(exported)[0]

    assert verify(exported / "missing.json", file) == 1

    out = capsys.readouterr().out
    assert out.startswith("missing.json: DIFFERENT: cannot be read: No such file or directory\n")
    assert f"{file.name}: MATCH" in out


async def test_exported_proofs_are_those_on_record(
    exported: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    files = proofs_in(exported)

    assert await run("check", *files) == 0

    assert capsys.readouterr().out == "".join(f"{file.name}: MATCH\n" for file in files)


async def test_a_proof_with_one_changed_figure_is_not_the_one_on_record(
    exported: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    _, forged = two_versions(exported)
    forged.write_bytes(forged.read_bytes().replace(b"184000", b"984000"))

    assert await run("check", forged) == 1

    assert capsys.readouterr().out == f"{forged.name}: DIFFERENT: the hash of the proof is not the hash that was kept\n"


async def test_a_proof_under_the_name_of_another_version_is_not_the_one_on_record(
    exported: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = two_versions(exported)
    first.write_bytes(second.read_bytes())

    assert await run("check", first, second) == 1

    out = capsys.readouterr().out
    assert f"{first.name}: DIFFERENT: does not continue the proof of the version before" in out
    assert f"{second.name}: MATCH" in out


async def test_a_file_with_another_name_and_one_without_a_record_cannot_be_compared(
    exported: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = two_versions(exported)
    misnamed = first.rename(first.with_name("proof.json"))
    unrecorded = second.rename(second.with_name("W0123456789-v1.json"))

    assert await run("check", misnamed, unrecorded) == 1

    out = capsys.readouterr().out
    assert "proof.json: DIFFERENT: is not named" in out
    assert "W0123456789-v1.json: DIFFERENT: no such decision is on record" in out


async def test_a_root_announced_earlier_is_found_in_the_tree_that_grew_since(
    driver: ClaimsDriver, exported: Path, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    (claim_id,) = await open_claims(driver, "456789-531-04")
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))
    await driver.wait(hours=1)

    assert await run("check-root", exported / "proof-root.txt") == 0

    assert capsys.readouterr().out.endswith("proof-root.txt: MATCH\n")


@pytest.mark.parametrize(
    ("forge", "found"),
    [
        (lambda text: text.replace("\n4\n", "\n5\n"), "covers 5 proofs, but this tree has 4"),
        (lambda text: text.replace("\n4\n", "\n3\n"), "the first 3 proofs of this tree have another root"),
        (lambda _: "", "cannot be read: not a signed root (C2SP checkpoint)"),
    ],
)
async def test_a_database_that_lost_what_was_announced_is_found_out(
    exported: Path, run: Run, capsys: pytest.CaptureFixture[str], forge: Callable[[str], str], found: str
) -> None:
    announced = exported / "proof-root.txt"
    announced.write_text(forge(announced.read_text()))

    assert await run("check-root", announced) == 1

    assert capsys.readouterr().out == f"proof-root.txt: DIFFERENT: {found}\n"
