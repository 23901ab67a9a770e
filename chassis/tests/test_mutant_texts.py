"""Every mutant finds its line and its guard: known in seconds, where trying them all takes half an hour."""

from __future__ import annotations

import subprocess
import sys

import pytest
from mutants import MUTANTS
from mutants.mutant import ROOT, Mutant, guard_of, source_of


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_can_be_run(mutant: Mutant) -> None:
    module = source_of(mutant) / mutant.module
    sound = module.read_text(encoding="utf-8")
    assert mutant.sound in sound, f"{mutant.package}/{mutant.module} has changed: mend the mutant"
    broken = sound.replace(mutant.sound, mutant.broken)
    assert broken != sound
    if module.suffix == ".py":
        compile(broken, str(module), "exec")


@pytest.mark.timeout(300)  # it collects a third of all tests
def test_every_guard_is_a_test() -> None:
    guards = {mutant.name: guard_of(mutant) for mutant in MUTANTS}

    tests = _collected({guard.partition("::")[0] for guard in guards.values()})

    selected = {selector for test in tests for selector in (test, test.partition("[")[0], test.partition("::")[0])}
    assert {name: guard for name, guard in guards.items() if guard not in selected} == {}


def _collected(files: set[str]) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *sorted(files)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr
    return set(done.stdout.splitlines())
