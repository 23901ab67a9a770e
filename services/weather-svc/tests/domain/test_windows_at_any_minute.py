"""The rule about whole hours, compared with windows that begin at any minute."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from rain_samples import at

from contracts.vocabulary import Establishment, LossInterval, WindowReading
from weather_svc.domain.hours import HourSpan, LossHours, border_at, last_border, next_border
from weather_svc.domain.windows import Figures, Threshold, assess_window, window_ends

FIRST_HOUR = last_border(at("2021-07-15T00:00"))
HOURS = 30
MINUTES = st.integers(min_value=0, max_value=6 * 60)
FIGURE = st.one_of(st.none(), st.integers(min_value=0, max_value=9))


def hours_touched(starts_minute: int, *, length: int) -> HourSpan:
    """Return the whole hours in which a window lies that begins so many minutes after the twelfth hour."""
    starts_at = border_at(FIRST_HOUR + 12) + timedelta(minutes=starts_minute)
    return HourSpan(last_border(starts_at) + 1, next_border(starts_at + timedelta(hours=length)))


@given(
    tenths_mm=st.lists(FIGURE, min_size=HOURS, max_size=HOURS),
    loss_minutes=st.tuples(MINUTES, MINUTES).map(sorted),
    length=st.integers(min_value=1, max_value=4),
    at_least=st.integers(min_value=1, max_value=20),
    reading=st.sampled_from(WindowReading),
)
def test_whole_hours_establish_only_what_windows_of_every_minute_allow(
    tenths_mm: list[int | None], loss_minutes: list[int], length: int, at_least: int, reading: WindowReading
) -> None:
    earliest, latest = loss_minutes
    noon = border_at(FIRST_HOUR + 12)
    loss = LossInterval(from_at=noon + timedelta(minutes=earliest), until_at=noon + timedelta(minutes=latest))
    by_hour = {FIRST_HOUR + index: figure for index, figure in enumerate(tenths_mm)}
    last_start = latest
    if reading is WindowReading.ENDS_BY_LOSS:
        last_start = (next_border(loss.until_at) - FIRST_HOUR - 12 - length) * 60
    certain, possible = False, False
    for start in range(earliest - length * 60, last_start + 1):
        hours = hours_touched(start, length=length)
        known = [by_hour[hour] for hour in range(hours.first, hours.last + 1)]
        reaches = sum(figure or 0 for figure in known) >= at_least
        certain = certain or (start % 60 == 0 and reaches)
        possible = possible or reaches or None in known

    figures = Figures(first_hour=FIRST_HOUR, tenths_mm=tenths_mm)
    ends = window_ends(LossHours.of(loss), length=length, reading=reading)
    threshold = Threshold(length, at_least)
    assessed = assess_window(figures, threshold=threshold, ends=ends).establishment

    if certain:
        assert assessed is Establishment.ESTABLISHED
    else:
        assert assessed is (Establishment.UNDETERMINED if possible else Establishment.NOT_ESTABLISHED)
