"""How much rain had fallen by the hours of a loss: recent rain, and a cloudburst."""

from __future__ import annotations

from typing import NamedTuple

from contracts.vocabulary import Truth
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.windows import Rain, RunningSums, Threshold


class RecentRain(NamedTuple):
    """Whether it rained recently. `waits`: open hours decide it; it can stay unknown without waiting."""

    reached: Truth
    waits: bool


def recent_rain(rain: Rain, *, threshold: Threshold, loss: HourSpan, best_hour_counts: bool) -> RecentRain:
    """Tell whether `threshold` is reached up to the end of the best hour of `loss`, else of all its hours alike.

    It is in the customer's favour: a suspect figure counts, and no doubt makes it too little.
    """
    length, at_least = threshold
    least = max if best_hour_counts else min

    def reached(sums: RunningSums, in_doubt: RunningSums) -> Truth:
        if least(sums.of_windows(loss, length=length)) >= at_least:
            return Truth.TRUE
        return Truth.UNKNOWN if max(in_doubt.of_windows(loss, length=length)) >= at_least else Truth.FALSE

    stands, doubted = rain.bounds[0], rain.bounds[-1]
    now = reached(stands.least, doubted.least)
    if stands.most is stands.least or reached(stands.most, doubted.most) is now:
        return RecentRain(now, waits=False)
    return RecentRain(Truth.UNKNOWN, waits=True)


def cloudburst(rain: Rain, *, threshold: Threshold, loss: HourSpan) -> Truth:
    """Tell whether `threshold` is reached up to the end of every hour of `loss`.

    It raises what the customer bears, so that no suspect figure counts for it.
    """
    length, at_least = threshold
    if min(rain.trusted.of_windows(loss, length=length)) >= at_least:
        return Truth.TRUE
    return Truth.UNKNOWN if min(rain.most.of_windows(loss, length=length)) >= at_least else Truth.FALSE


def most_by_loss(rain: Rain, *, threshold: Threshold, loss: HourSpan) -> int | None:
    """Return the most rain up to the end of an hour of `loss`; None when no hour of it has a figure."""
    length = threshold.within_hours
    if not rain.has_any_in(HourSpan(loss.first - length + 1, loss.last)):
        return None
    return max(rain.known.of_windows(loss, length=length))
