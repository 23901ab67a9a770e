"""Every promise is broken once, on purpose, and the test that guards it must fail: only then does it guard anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mutants import MUTANTS
from mutants.mutant import Mutant

import chassis

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TESTS_FAILED = 1
_SOURCE = Path(chassis.__file__).parent
_TESTS = Path(__file__).parent
_ROOT = _TESTS.parents[1]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_promise_is_noticed(tmp_path: Path, mutant: Mutant) -> None:
    if mutant.stack == "jvm" and os.environ.get("STACK") != "jvm":
        pytest.skip("only real Kafka shows it: run with STACK=jvm")
    shutil.copytree(_SOURCE, tmp_path / "chassis")
    module = tmp_path / "chassis" / mutant.module
    sound = module.read_text()
    assert mutant.sound in sound, f"{mutant.module} has changed: mend the mutant"
    module.write_text(sound.replace(mutant.sound, mutant.broken))

    code, output = _run_guard(tmp_path, mutant)

    assert code == TESTS_FAILED, output[-3_000:]
    assert "1 failed" in output, output[-3_000:]


def _run_guard(mutated: Path, mutant: Mutant) -> tuple[int, str]:
    """Run one test on servers of its own, with the mutated chassis in front of the sound one."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    environment = {
        **inherited,
        "STACK": mutant.stack,
        "PYTHONPATH": str(mutated),
        "SPECIMEN_DEADLINE_SECONDS": "15",
    }
    guard = f"{_TESTS.relative_to(_ROOT)}/{mutant.guard}"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", guard],
        cwd=_ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr
