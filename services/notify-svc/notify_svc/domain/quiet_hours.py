"""When no telephone is to ring for a message that can wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

HOME_ZONE = ZoneInfo("Europe/Amsterdam")
"""Where customers live, unless it is known otherwise; of nobody it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuietHours:
    """From `begin` until `end` by the clock on the wall in `zone`, over midnight when the end is not later.

    Equal ones are none at all. The wall's clock is asked each time, so that a night in which it is changed is an hour
    longer or shorter and begins and ends as any other.
    """

    begin: time
    end: time
    zone: ZoneInfo = HOME_ZONE

    def cover(self, moment: datetime) -> bool:
        """Whether `moment` is within; the end is not."""
        wall = moment.astimezone(self.zone).time()
        if self.begin <= self.end:
            return self.begin <= wall < self.end
        return wall >= self.begin or wall < self.end
