"""What a mutant is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One change to the chassis, and the test that must notice it. `stack` is "jvm" when only real Kafka shows it."""

    name: str
    module: str
    sound: str
    broken: str
    guard: str
    stack: str = "embedded"
