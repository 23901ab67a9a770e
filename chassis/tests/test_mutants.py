"""Every promise is broken once, on purpose, and the test that guards it must fail: only then does it guard anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mutants import MUTANTS
from mutants.mutant import ROOT, Mutant, guard_of, source_of

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TESTS_FAILED = 1
UNFINISHED_BYTECODE = "*.pyc.*"
"""Files that another process renames at any moment. Finished ones are copied, and spare the guard compiling."""


def test_every_mutant_has_a_name_of_its_own() -> None:
    names = [mutant.name for mutant in MUTANTS]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_promise_is_noticed(tmp_path: Path, mutant: Mutant) -> None:
    if mutant.stack == "jvm" and os.environ.get("STACK") != "jvm":
        pytest.skip("only real Kafka shows it: run with STACK=jvm")
    shutil.copytree(source_of(mutant), tmp_path / mutant.package, ignore=shutil.ignore_patterns(UNFINISHED_BYTECODE))
    module = tmp_path / mutant.package / mutant.module
    sound = module.read_text()
    assert mutant.sound in sound, f"{mutant.package}/{mutant.module} has changed: mend the mutant"
    module.write_text(sound.replace(mutant.sound, mutant.broken))

    code, output = _run_guard(tmp_path, mutant)

    assert code == TESTS_FAILED, output[-3_000:]
    assert "1 failed" in output, output[-3_000:]


def _run_guard(mutated: Path, mutant: Mutant) -> tuple[int, str]:
    """Run one test on servers of its own, with the mutated package in front of the sound one."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment = {
        **inherited,
        "STACK": mutant.stack,
        "PYTHONPATH": str(mutated),
        "SPECIMEN_DEADLINE_SECONDS": "15",
    }
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", guard_of(mutant)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
