"""A monotonic clock for tests of what waits."""

from __future__ import annotations


class SteppedTime:
    """A monotonic clock that is moved by hand."""

    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds
