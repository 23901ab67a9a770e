"""What a mutant is, and where its package and its guard stand."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Mutant:
    """One change to a package, and the test that must notice it. `stack` is "jvm" when only real Kafka shows it.

    `module` is a file inside `package`, `guard` a test below the `tests` beside that package.
    """

    name: str
    module: str
    sound: str
    broken: str
    guard: str
    stack: str = "embedded"
    package: str = "chassis"


def source_of(mutant: Mutant) -> Path:
    """The directory of the package, sound, in this checkout."""
    spec = find_spec(mutant.package)
    assert spec is not None
    assert spec.origin is not None, f"{mutant.package} is not installed from this checkout"
    return Path(spec.origin).parent


def guard_of(mutant: Mutant) -> str:
    """The guard as pytest, started in the root, names it."""
    return f"{source_of(mutant).parent.relative_to(ROOT)}/tests/{mutant.guard}"
