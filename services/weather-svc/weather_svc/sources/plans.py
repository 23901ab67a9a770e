"""What is asked, how often and of whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from weather_svc.domain.hours import HourSpan, last_border
from weather_svc.sources.addresses import Sources
from weather_svc.sources.port import Source

HOURLY, CONTROL, TEN_MINUTE = "hourly", "control", "ten-minute"
"""The names of polls. Those of bulk files are the names of the files."""
NOT_BEFORE = {HOURLY: timedelta(minutes=5), CONTROL: timedelta(hours=1), TEN_MINUTE: timedelta(minutes=2)}
"""How soon each may be asked again, however often KNMI says that there is something new."""
_MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_LOOK_BACK = timedelta(days=40)
"""After a longer outage an operator fetches what is missing."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A poll: whom it asks, in that order, how often, how long after midnight UTC, and how far back."""

    name: str
    sources: Sequence[Source]
    every: timedelta
    after_midnight: timedelta
    look_back: timedelta

    def next_due(self, now: datetime) -> datetime:
        """Return the first moment after `now` at which it is due."""
        start = _MIDNIGHT + self.after_midnight
        return start + ((now - start) // self.every + 1) * self.every

    def hours(self, now: datetime, *, answered_at: datetime | None) -> HourSpan:
        """Return the hours to ask for: after an outage as many more as it lasted."""
        since = now if answered_at is None else min(now, answered_at + self.every)
        first = max(since - self.look_back, now - _LONGEST_LOOK_BACK)
        return HourSpan(last_border(first), last_border(now))


def plans(sources: Sources) -> Sequence[Plan]:
    """Return what `sources` are asked."""
    found = []
    if sources.hourly:
        hourly = Plan(
            name=HOURLY,
            sources=sources.hourly,
            every=timedelta(hours=1),
            after_midnight=timedelta(minutes=10),
            # KNMI's validated hours were seen one to two days late.
            look_back=timedelta(hours=72),
        )
        control = Plan(
            name=CONTROL,
            sources=sources.hourly,
            every=timedelta(days=1),
            # By then KNMI has delivered what it corrected. A day more than it corrects: each hour is asked for once
            # when it is validated, or lost.
            after_midnight=timedelta(hours=12, minutes=35),
            look_back=timedelta(days=10),
        )
        found += [hourly, control]
    if sources.ten_minute is not None:
        ten_minute = Plan(
            name=TEN_MINUTE,
            sources=[sources.ten_minute],
            every=timedelta(minutes=10),
            after_midnight=timedelta(minutes=4),
            look_back=timedelta(hours=3),
        )
        found.append(ten_minute)
    return [*found, *(_weekly(file) for file in sources.bulk)]


def _weekly(file: Source) -> Plan:
    return Plan(
        name=file.name,
        sources=[file],
        every=timedelta(days=7),
        after_midnight=timedelta(hours=3),
        look_back=timedelta(0),
    )
