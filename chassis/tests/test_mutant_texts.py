"""Every mutant still finds its line and can be run: known in seconds, where trying them all takes half an hour."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest
from mutants import MUTANTS
from mutants.mutant import Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_can_be_run(mutant: Mutant) -> None:
    spec = find_spec(mutant.package)
    assert spec is not None
    assert spec.origin is not None
    module = Path(spec.origin).parent / mutant.module
    sound = module.read_text(encoding="utf-8")
    assert mutant.sound in sound, f"{mutant.package}/{mutant.module} has changed: mend the mutant"
    broken = sound.replace(mutant.sound, mutant.broken)
    assert broken != sound
    if module.suffix == ".py":
        compile(broken, str(module), "exec")
