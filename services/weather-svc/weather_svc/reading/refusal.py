"""Why a file or reply of KNMI is no evidence: what is wrong with it, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LISTED_AT_MOST = 20


class PassedOver(NamedTuple):
    """The rows of a station that are left out: the register knows no rain gauge there, and none has a figure."""

    first_row: str
    station: int
    rows: int

    @property
    def sentence(self) -> str:
        rows = f"{self.rows} rows without a figure passed over"
        return f"{self.first_row}: station {self.station} is no rain station: {rows}"


class UnreadableError(Exception):
    """Nothing of what was read is taken. Every reason is a sentence that begins with where; `more` were not listed.

    `passed_over` is what was left out of the file so far.
    """

    def __init__(self, *reasons: str, more: int = 0, passed_over: Sequence[PassedOver] = ()) -> None:
        super().__init__("; ".join(reasons) + (f"; and {more} more" if more else ""))
        self.reasons = reasons
        self.more = more
        self.passed_over = passed_over

    def within(self, member: str) -> UnreadableError:
        """The same with the member of the archive that it is about."""
        return UnreadableError(*(f"{member}: {reason}" for reason in self.reasons), more=self.more)


class RefusedRows:
    """Collects what is wrong while the rest is read, so that a file is mended at once and not row by row."""

    def __init__(self) -> None:
        self._reasons: list[str] = []
        self._count = 0

    def add(self, place: str, reason: object) -> None:
        self._count += 1
        if len(self._reasons) < LISTED_AT_MOST:
            self._reasons.append(f"{place}: {reason}")

    def add_more(self, count: int) -> None:
        """Count reasons that cannot be told any more."""
        self._count += count

    def raise_any(self) -> None:
        if self._reasons:
            raise UnreadableError(*self._reasons, more=self._count - len(self._reasons))
