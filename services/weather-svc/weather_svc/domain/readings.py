"""What one station establishes for one kind of water: judged for each hour of the loss, then for the loss as a whole.

An hour of the loss asks in this order, and the first answer stands. Does a window that counts reach its threshold? Does
one an hour longer, so that whole hours cannot tell? Does one whose rain fell after the loss? Does one that ended long
before it? Each is asked of the figures as they stand first, then with lost hours at their most, then with suspect ones
too: what only these reach is undetermined for good. What it takes open hours to reach waits for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from contracts.vocabulary import Establishment, WaterReading
from contracts.weather import ReadingAssessment, UndeterminedReason, WindowAssessment
from weather_svc.domain.hours import HourSpan, border_at
from weather_svc.domain.windows import FoundWindow, Position, Rain, RunningSums, Threshold


class Verdict(NamedTuple):
    """Whether heavy rain is established, and when it cannot be said, why."""

    establishment: Establishment
    reason: UndeterminedReason | None = None

    @property
    def is_final(self) -> bool:
        """Whether waiting cannot help."""
        return self.reason is not UndeterminedReason.MISSING_HOURS


def undetermined(reason: UndeterminedReason) -> Verdict:
    return Verdict(Establishment.UNDETERMINED, reason)


_YES = Verdict(Establishment.ESTABLISHED)
_WAITS = undetermined(UndeterminedReason.MISSING_HOURS)
_LOST = undetermined(UndeterminedReason.LOST_HOURS)
_SUSPECT = undetermined(UndeterminedReason.SUSPECT_FIGURES)
_BETWEEN_WHOLE_HOURS = undetermined(UndeterminedReason.BETWEEN_WHOLE_HOURS)
_RAIN_AFTER_LOSS = undetermined(UndeterminedReason.RAIN_AFTER_LOSS)
_RAIN_LONG_BEFORE_LOSS = undetermined(UndeterminedReason.RAIN_LONG_BEFORE_LOSS)
_NO = Verdict(Establishment.NOT_ESTABLISHED)
_IN_FAVOUR = (_YES, _WAITS, _LOST, _SUSPECT, _BETWEEN_WHOLE_HOURS, _RAIN_AFTER_LOSS, _RAIN_LONG_BEFORE_LOSS, _NO)
"""From the best for the customer to the worst."""
_COULD_BE_ANY = {_WAITS, _LOST, _SUSPECT}


class _Step(NamedTuple):
    """What an hour of the loss asks, and the verdict when it is so."""

    position: Position
    spare_hours: int
    verdict: Verdict


class Reading(NamedTuple):
    """A kind of water: how long after the rain it can still come in, and how much rain must have fallen before."""

    water: WaterReading
    may_lag_hours: int
    may_lag_at_most_hours: int
    rain_before_loss_tenths_mm: int

    @property
    def counts(self) -> Position:
        return Position(self.may_lag_hours, self.rain_before_loss_tenths_mm)

    @property
    def around_loss(self) -> Position:
        return Position(self.may_lag_hours, 0)

    @property
    def long_before_loss(self) -> Position:
        return Position(max(self.may_lag_hours, self.may_lag_at_most_hours), 0)

    @property
    def steps(self) -> Sequence[_Step]:
        """Each step also holds whenever the one before it does."""
        return (
            _Step(self.counts, 0, _YES),
            _Step(self.counts, 1, _BETWEEN_WHOLE_HOURS),
            _Step(self.around_loss, 1, _RAIN_AFTER_LOSS),
            _Step(self.long_before_loss, 1, _RAIN_LONG_BEFORE_LOSS),
        )

    def hours(self, loss: HourSpan, *, length: int) -> HourSpan:
        """Return all hours in windows of `length` hours, and in stretches one hour longer, that are looked at."""
        ends = self.long_before_loss.ends(loss, length=length + 1)
        return HourSpan(ends.first - length, ends.last)


def assess_reading(
    rain: Rain,
    *,
    reading: Reading,
    thresholds: Sequence[Threshold],
    loss: HourSpan,
    best_hour_counts: bool,
) -> ReadingAssessment:
    """Answer for the hours of `loss`, whose best one for the customer decides when `best_hour_counts`.

    The minutes of each window's lag are those to the end of the hour that holds the moment of loss.
    """
    within_reach = [
        threshold
        for threshold in thresholds
        if reading.long_before_loss.reached_for(threshold, loss=loss, sums=rain.most, spare_hours=1)
    ]
    by_hour = set(_verdicts(rain, reading=reading, thresholds=within_reach, loss=loss))
    verdict = _of_all_hours(by_hour, best_hour_counts=best_hour_counts)
    return ReadingAssessment(
        reading=reading.water,
        establishment=verdict.establishment,
        undetermined_reason=verdict.reason,
        windows=tuple(
            _assess_window(
                rain, reading=reading, threshold=threshold, loss=loss, within_reach=threshold in within_reach
            )
            for threshold in thresholds
        ),
    )


def _verdicts(rain: Rain, *, reading: Reading, thresholds: Sequence[Threshold], loss: HourSpan) -> Iterator[Verdict]:
    """Yield the verdicts on the hours of `loss`."""
    undecided = set(loss.numbers)
    for position, spare_hours, verdict in reading.steps:
        for sums, then in _beliefs(rain, verdict):
            decided: set[int] = set()
            for threshold in thresholds:
                decided |= undecided & position.reached_for(threshold, loss=loss, sums=sums, spare_hours=spare_hours)
            if decided:
                yield then
                undecided -= decided
            if not undecided:
                return
    yield _NO


def _beliefs(rain: Rain, verdict: Verdict) -> Iterator[tuple[RunningSums, Verdict]]:
    """Yield the sums that a step looks at, and what it says when they are the first that reach: `verdict`, or a doubt.

    A doubt is certain when the open hours cannot take it away nor bring what comes before it.
    """
    for least, most, doubt in rain.bounds:
        yield least, verdict if doubt is None else undetermined(doubt)
        if most is not least:
            yield most, _WAITS


def _of_all_hours(by_hour: set[Verdict], *, best_hour_counts: bool) -> Verdict:
    """Return the verdict on the loss from the different ones on its hours.

    Of an interval too long to choose its best hour all hours must agree. As long as those that are certain do, it waits
    for the others, or doubts as they do.
    """
    if not best_hour_counts and len(by_hour - _COULD_BE_ANY) > 1:
        return undetermined(UndeterminedReason.LOSS_INTERVAL_TOO_LONG)
    could_be_any = by_hour & _COULD_BE_ANY
    return min((not best_hour_counts and could_be_any) or by_hour, key=_IN_FAVOUR.index)


def _assess_window(
    rain: Rain, *, reading: Reading, threshold: Threshold, loss: HourSpan, within_reach: bool
) -> WindowAssessment:
    """Report the window that says most about `threshold`, and what this threshold alone says."""
    length, at_least = threshold
    missing_hours = rain.missing_in(reading.hours(loss, length=length))
    counting = reading.counts.wettest_reaching(threshold, loss=loss, sums=rain.known) if within_reach else None
    if counting:
        establishment = Establishment.ESTABLISHED
    else:
        establishment = Establishment.UNDETERMINED if within_reach else Establishment.NOT_ESTABLISHED
    found = counting or _window_that_does_not_count(
        rain, reading=reading, threshold=threshold, loss=loss, within_reach=within_reach
    )
    if found is None:
        return WindowAssessment(
            within_hours=length,
            at_least_tenths_mm=at_least,
            best_sum_tenths_mm=None,
            starts_at=None,
            ends_at=None,
            loss_hour_ends_at=None,
            rain_by_loss_tenths_mm=None,
            lag_minutes=None,
            missing_hours=missing_hours,
            establishment=establishment,
        )
    starts_after = found.end - length
    return WindowAssessment(
        within_hours=length,
        at_least_tenths_mm=at_least,
        best_sum_tenths_mm=rain.known.between(starts_after, found.end),
        starts_at=border_at(starts_after),
        ends_at=border_at(found.end),
        loss_hour_ends_at=border_at(found.loss_hour),
        rain_by_loss_tenths_mm=rain.known.between(starts_after, min(found.end, found.loss_hour)),
        lag_minutes=60 * _lag_hours(found, loss=loss),
        missing_hours=missing_hours,
        establishment=establishment,
    )


def _window_that_does_not_count(
    rain: Rain, *, reading: Reading, threshold: Threshold, loss: HourSpan, within_reach: bool
) -> FoundWindow | None:
    """Return the window that comes nearest to counting; None when no hour around the loss is known."""
    positions = (reading.around_loss, reading.long_before_loss) if within_reach else ()
    for position in positions:
        found = position.wettest_reaching(threshold, loss=loss, sums=rain.known)
        if found:
            return found
    length = threshold.within_hours
    ends = reading.around_loss.ends(loss, length=length)
    if not rain.has_any_in(HourSpan(ends.first - length + 1, ends.last)):
        return None
    return reading.around_loss.wettest(length=length, loss=loss, sums=rain.known)


def _lag_hours(found: FoundWindow, *, loss: HourSpan) -> int:
    """Return the hours from the end of a window to the moment of loss, which is the beginning of a later hour."""
    if found.end >= found.loss_hour:
        return 0
    return found.loss_hour - found.end - (found.loss_hour > loss.first)
