"""How long wrong passwords in a row block what they were tried on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from auth_svc.domain.parameters import (
    FIRST_BLOCK,
    LONGEST_BLOCK,
    WRONG_PASSWORDS_BEFORE_BLOCK,
    WRONG_PASSWORDS_BEFORE_RESET,
)

_MOST_DOUBLINGS: Final = (LONGEST_BLOCK // FIRST_BLOCK).bit_length()


@dataclass(frozen=True, slots=True)
class WrongPasswords:
    """Wrong passwords `in_a_row` on one address or device, and until when it takes none."""

    in_a_row: int = 0
    blocked_until: datetime | None = None

    def is_blocked(self, now: datetime) -> bool:
        """Whether no password is right at the moment, or ever again before a reset."""
        if self.in_a_row >= WRONG_PASSWORDS_BEFORE_RESET:
            return True
        return self.blocked_until is not None and now < self.blocked_until

    def and_another(self, now: datetime) -> WrongPasswords:
        """Return what stands after one more."""
        in_a_row = self.in_a_row + 1
        too_many = in_a_row - WRONG_PASSWORDS_BEFORE_BLOCK
        return WrongPasswords(in_a_row, None if too_many < 0 else now + _block(too_many))

    @property
    def begins_block(self) -> bool:
        """Whether the last one began a block, or made it one for good. One that grows has begun before."""
        return self.in_a_row in {WRONG_PASSWORDS_BEFORE_BLOCK, WRONG_PASSWORDS_BEFORE_RESET}


def _block(too_many: int) -> timedelta:
    longest: timedelta = min(FIRST_BLOCK * 2 ** min(too_many, _MOST_DOUBLINGS), LONGEST_BLOCK)
    return longest
