"""Which PINs somebody who finds a phone would try first."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

_LEAST_DIFFERENT_DIGITS: Final = 3


def is_guessable(pin: str) -> bool:
    """Whether `pin` counts up or down (12345, 98765, 67890), or has less than three different digits (00000, 12121)."""
    steps = {(int(later) - int(earlier)) % 10 for earlier, later in pairwise(pin)}
    return steps in ({1}, {9}) or len(set(pin)) < _LEAST_DIFFERENT_DIGITS
