"""Which mutants a run takes when it has no time for all of them."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable

from mutants.mutant import ROOT, Mutant


def one_in(share: int, mutants: Iterable[Mutant]) -> list[Mutant]:
    """Return about one in `share` of the mutants: the same ones for one commit, others for the next."""
    if share == 1:
        return list(mutants)
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [mutant for mutant in mutants if _place(f"{commit}{mutant.name}") % share == 0]


def _place(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
