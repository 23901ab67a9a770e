"""Every promise is broken once, on purpose, and the test that guards it must fail: only then does it guard anything."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from operator import attrgetter
from pathlib import Path

import guard_forks
import pytest
from mutant_draw import one_in
from mutants import MUTANTS
from mutants.mutant import ROOT, Mutant, guard_of, source_of

from devstack.pytest_plugin import LENT_DATABASES
from devstack.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TESTS_FAILED = 1
SHARE = int(os.environ.get("MUTANT_SHARE", "1"))
"""One in so many is run: CI has no time for all of them each time."""

DEADLINES = {"SPECIMEN_DEADLINE_SECONDS": "10", "DESK_DEADLINE_SECONDS": "6"}
UNFINISHED_BYTECODE = "*.pyc.*"
"""Files that another process renames at any moment. Finished ones are copied, and spare the guard compiling."""

CONTRACTS = ("devstack.pytest_plugin", "contracts.topics", "contracts.access")
CHASSIS = (*CONTRACTS, "chassis.testing", "chassis.command_line")
SOUND = {"contracts": ("devstack.pytest_plugin",), "chassis": CONTRACTS, "demo": CONTRACTS, "provision": CONTRACTS}
"""Modules of ours that stay sound while a package is broken, because none of them imports it; a service has CHASSIS."""

Forks = subprocess.Popen[str]


@pytest.fixture(scope="module")
def forks_for(stack: Stack) -> Iterator[Callable[[str], Forks]]:
    """Forks for the mutants of a package, until those of another are asked for."""
    with ExitStack() as running:

        def start(package: str) -> Forks:
            running.close()
            return running.enter_context(_forks(package, database_server=stack.database_url))

        yield lru_cache(maxsize=1)(start)


def _forks(package: str, *, database_server: str) -> Forks:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("COV")}
    return subprocess.Popen(
        [sys.executable, guard_forks.__file__, *SOUND.get(package, CHASSIS)],
        cwd=ROOT,
        env={**inherited, **DEADLINES, LENT_DATABASES: database_server},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_every_mutant_has_a_name_of_its_own() -> None:
    names = [mutant.name for mutant in MUTANTS]
    assert sorted(set(names)) == sorted(names)


def test_a_share_is_drawn_anew_for_each_commit_and_misses_nobody_for_ever() -> None:
    drawn = one_in(3, MUTANTS)
    assert one_in(1, MUTANTS) == list(MUTANTS)
    assert len(MUTANTS) / 5 < len(drawn) < len(MUTANTS) / 2
    assert one_in(3, MUTANTS) == drawn


@pytest.mark.parametrize(
    "mutant",
    [
        pytest.param(mutant, marks=() if mutant.stack == "jvm" else pytest.mark.mutant, id=mutant.name)
        for mutant in sorted(one_in(SHARE, MUTANTS), key=attrgetter("package"))
    ],
)
def test_a_broken_promise_is_noticed(tmp_path: Path, forks_for: Callable[[str], Forks], mutant: Mutant) -> None:
    if mutant.stack == "jvm" and os.environ.get("STACK") != "jvm":
        pytest.skip("only real Kafka shows it: run with STACK=jvm")
    mutated = tmp_path / mutant.package
    shutil.copytree(source_of(mutant), mutated, ignore=shutil.ignore_patterns(UNFINISHED_BYTECODE))
    module = mutated / mutant.module
    sound = module.read_text()
    assert mutant.sound in sound, f"{mutant.package}/{mutant.module} has changed: mend the mutant"
    module.write_text(sound.replace(mutant.sound, mutant.broken))

    code, output = _run_guard(forks_for(mutant.package), tmp_path, mutant)

    assert code == TESTS_FAILED, output[-3_000:]
    assert "1 failed" in output, output[-3_000:]


def _run_guard(forks: Forks, directory: Path, mutant: Mutant) -> tuple[int, str]:
    """Run one test; what it needs beside a database are servers of its own, see `LENT_DATABASES`."""
    assert forks.stdin is not None
    assert forks.stdout is not None
    output = directory / "output.txt"
    order = {
        "mutated": str(directory),
        "environment": {"STACK": mutant.stack},
        "arguments": ["-q", "-x", "--tb=native", "-p", "no:cacheprovider", guard_of(mutant)],
        "output": str(output),
    }
    print(json.dumps(order), file=forks.stdin, flush=True)
    code = int(forks.stdout.readline())
    return code, output.read_text()
