"""What a mutant is."""

from __future__ import annotations

from dataclasses import dataclass


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
