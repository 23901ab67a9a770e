"""How much rain had fallen by the hours of a loss: recent rain, and a cloudburst."""

from __future__ import annotations

from typing import NamedTuple

from contracts.vocabulary import Truth
from weather_svc.domain.hours import HourSpan
from weather_svc.domain.windows import Rain, Threshold


class RainByLoss(NamedTuple):
    """The least and the most rain, over the hours of a loss, of the hours up to the end of each, beside a threshold.

    `known` of the known figures, `possible` with every missing hour at its most.
    """

    at_least_tenths_mm: int
    least_known: int
    most_known: int
    least_possible: int
    most_possible: int
    most_tenths_mm: int | None

    @property
    def of_best_hour(self) -> Truth:
        """Whether it is reached in one hour of the loss at least."""
        return self._truth(surely=self.most_known, possibly=self.most_possible)

    @property
    def of_worst_hour(self) -> Truth:
        """Whether it is reached in each hour of the loss."""
        return self._truth(surely=self.least_known, possibly=self.least_possible)

    @property
    def of_all_hours(self) -> Truth:
        """Whether it is reached, when all hours of the loss say the same."""
        return self._truth(surely=self.least_known, possibly=self.most_possible)

    @property
    def differs(self) -> bool:
        """Whether some hour surely reaches it and another surely does not."""
        return self.most_known >= self.at_least_tenths_mm > self.least_possible

    def _truth(self, *, surely: int, possibly: int) -> Truth:
        if surely >= self.at_least_tenths_mm:
            return Truth.TRUE
        return Truth.UNKNOWN if possibly >= self.at_least_tenths_mm else Truth.FALSE


def rain_by_each_hour(rain: Rain, *, threshold: Threshold, loss: HourSpan) -> RainByLoss:
    """Sum the hours within `threshold` up to the end of each hour of `loss`."""
    length = threshold.within_hours
    known = rain.known.of_windows(loss, length=length)
    possible = rain.most.of_windows(loss, length=length)
    has_any = rain.has_any_in(HourSpan(loss.first - length + 1, loss.last))
    return RainByLoss(
        threshold.at_least_tenths_mm,
        min(known),
        max(known),
        min(possible),
        max(possible),
        max(known) if has_any else None,
    )
