"""The product's answer beside a slow reading of the rules that shares nothing with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import rain_by_the_minute as slow
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rain_answers import STATIONS, answer
from rain_by_the_minute import Case
from rain_samples import CLAIM_ID, HALFWAY_ELL_EINDHOVEN, SIX

from contracts.claims import RainfallRequested, ReadingRequested
from contracts.vocabulary import Establishment, LossInterval, Network, RainThreshold, Truth, WaterReading
from contracts.weather import DoubtKind, RainfallAssessed, ReadingAssessment, StationAssessment, UndeterminedReason
from weather_svc.domain.assessment import hours_of, inquire, measure
from weather_svc.domain.hours import HourSpan, border_at, last_border
from weather_svc.domain.windows import Doubt, Figures

WORDS = {
    None: None,
    UndeterminedReason.MISSING_HOURS: slow.WAITS,
    UndeterminedReason.BETWEEN_WHOLE_HOURS: slow.BETWEEN,
    UndeterminedReason.RAIN_AFTER_LOSS: slow.AFTER,
    UndeterminedReason.RAIN_LONG_BEFORE_LOSS: slow.LONG_BEFORE,
    UndeterminedReason.LOSS_INTERVAL_TOO_LONG: slow.TOO_LONG,
    UndeterminedReason.STATIONS_DISAGREE: slow.DISAGREE,
    UndeterminedReason.LOST_HOURS: slow.LOST,
    UndeterminedReason.SUSPECT_FIGURES: slow.SUSPECT,
}
FIRST, LAST = SIX - 18, SIX + 18
"""More hours on both sides than any drawn question asks for."""
BURST, RECENT = (2, 6), (3, 5)


def figures_of_a_station(draw: st.DrawFn) -> dict[int, int | None]:
    usual = draw(st.sampled_from([(0,), (0, 0, 3), (0, None), (0, 0, 2, 7, None), (1, 4, 9)]))
    figures = draw(st.lists(st.sampled_from(usual), min_size=37, max_size=37))
    return dict(zip(range(FIRST, LAST + 1), figures, strict=True))


def hours_in_doubt(draw: st.DrawFn) -> frozenset[int]:
    return draw(st.one_of(st.just(frozenset()), st.frozensets(st.integers(FIRST, LAST), max_size=9)))


@st.composite
def questions(draw: st.DrawFn) -> tuple[Case, Case]:
    """Draw one question with the figures of two stations."""
    minutes = st.one_of(st.integers(-150, 150), st.integers(-2, 2).map(lambda hours: 60 * hours))
    lasting = st.one_of(st.just(0), st.integers(0, 400), st.integers(0, 6).map(lambda hours: 60 * hours))
    from_minute = 60 * SIX + draw(minutes)
    lengths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3, unique=True))
    may_lag_hours = draw(st.integers(0, 4))
    case = Case(
        rain=figures_of_a_station(draw),
        doubtful=hours_in_doubt(draw),
        from_minute=from_minute,
        until_minute=from_minute + draw(lasting),
        may_lag_hours=may_lag_hours,
        may_lag_at_most_hours=may_lag_hours + draw(st.integers(0, 4)),
        rain_before_loss=draw(st.integers(0, 12)),
        thresholds=tuple((length, draw(st.integers(0, 24))) for length in sorted(lengths)),
        in_favour_hours=draw(st.integers(0, 4)),
        most_in_an_hour=draw(st.sampled_from([5, 9, 30])),
    )
    return case, replace(case, rain=figures_of_a_station(draw), doubtful=hours_in_doubt(draw))


def ask(case: Case) -> RainfallRequested:
    from_at = border_at(0) + timedelta(minutes=case.from_minute)
    until_at = border_at(0) + timedelta(minutes=case.until_minute)
    return RainfallRequested(
        claim_id=CLAIM_ID,
        request_version=1,
        loss=LossInterval(from_at=from_at, until_at=until_at),
        home=HALFWAY_ELL_EINDHOVEN,
        network=Network.AWS,
        readings=(
            ReadingRequested(
                reading=WaterReading.SURFACE_WATER,
                may_lag_hours=case.may_lag_hours,
                may_lag_at_most_hours=case.may_lag_at_most_hours,
                rain_before_loss_tenths_mm=case.rain_before_loss,
            ),
        ),
        thresholds=tuple(threshold(*asked) for asked in case.thresholds),
        cloudburst=threshold(*BURST),
        recent_rain=threshold(*RECENT),
        interval_in_favour_hours=case.in_favour_hours,
        most_in_an_hour_tenths_mm=case.most_in_an_hour,
    )


def threshold(length: int, at_least: int) -> RainThreshold:
    return RainThreshold(within_hours=length, at_least_tenths_mm=at_least)


def assess(cases: Sequence[Case]) -> RainfallAssessed:
    inquiry = inquire(ask(cases[0]), stations=STATIONS)
    span = hours_of(inquiry.question)
    by_station = [measure(figures_of(case, span), question=inquiry.question) for case in cases]
    return answer(inquiry, by_station)


def figures_of(case: Case, span: HourSpan) -> Figures:
    doubts = [
        Doubt(DoubtKind.LOST if case.rain[hour] is None else DoubtKind.DRIPPING, HourSpan(hour, hour))
        for hour in sorted(case.doubtful.intersection(span.numbers))
    ]
    return Figures(span.first, tuple(case.rain[hour] for hour in span.numbers), tuple(doubts))


def word(establishment: Establishment, reason: UndeterminedReason | None) -> str | None:
    if establishment is Establishment.UNDETERMINED:
        return WORDS[reason]
    assert reason is None
    return slow.YES if establishment is Establishment.ESTABLISHED else slow.NO


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questions())
def test_every_answer_is_that_of_the_slow_reading(cases: tuple[Case, Case]) -> None:
    compare(cases)


@pytest.mark.slow
@pytest.mark.timeout(600)
@settings(max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questions())
def test_every_one_of_many_answers_is_that_of_the_slow_reading(cases: tuple[Case, Case]) -> None:
    compare(cases)


def compare(cases: tuple[Case, Case]) -> None:
    assessed = assess(cases)
    for station, case in zip(assessed.stations, cases, strict=True):
        compare_station(station, case)

    (reading,) = assessed.readings
    verdict = slow.of_stations([slow.of_loss(case) for case in cases])
    assert word(reading.establishment, reading.undetermined_reason) == verdict
    assert reading.final == (verdict != slow.WAITS)
    recently = [slow.recent_rain(case, length=RECENT[0], at_least=RECENT[1]) for case in cases]
    assert assessed.final == (verdict != slow.WAITS and "waits" not in recently)
    assert assessed.settled_by == (None if assessed.final else latest_open_hour(assessed, cases) + timedelta(days=9))
    alike = recently[0] == recently[1] and recently[0] in {"true", "false"}
    assert assessed.recent_rain == (recently[0] if alike else Truth.UNKNOWN)
    bursts = [slow.cloudburst(case, length=BURST[0], at_least=BURST[1]) for case in cases]
    assert assessed.cloudburst == (
        "false" if "false" in bursts else "true" if bursts == ["true", "true"] else "unknown"
    )


def latest_open_hour(assessed: RainfallAssessed, cases: Sequence[Case]) -> datetime:
    """Return when the last hour asked ended that has no figure and is not lost."""
    first = last_border(assessed.stations[0].hours.first_hour_ends_at)
    asked = range(first, first + len(assessed.stations[0].hours.tenths_mm))
    return border_at(
        max(hour for case in cases for hour in asked if case.rain[hour] is None and hour not in case.doubtful)
    )


def compare_station(station: StationAssessment, case: Case) -> None:
    (reading,) = station.readings
    assert word(reading.establishment, reading.undetermined_reason) == slow.of_loss(case)
    compare_windows(reading, case)
    recently = slow.recent_rain(case, length=RECENT[0], at_least=RECENT[1])
    assert station.recent_rain == ("unknown" if recently == "waits" else recently)
    assert station.cloudburst == slow.cloudburst(case, length=BURST[0], at_least=BURST[1])
    for measured, (length, _) in ((station.recent_rain_tenths_mm, RECENT), (station.cloudburst_tenths_mm, BURST)):
        most = max(slow.by_each_hour(case, case.rain_if(open_as=0, raised=slow.STANDS), length=length))
        assert measured == most or (measured is None and most == 0)


def compare_windows(reading: ReadingAssessment, case: Case) -> None:
    for window, (length, at_least) in zip(reading.windows, case.thresholds, strict=True):
        expected = slow.reported(case, length=length, at_least=at_least)
        if expected is None:
            assert (window.best_sum_tenths_mm, window.starts_at, window.ends_at) == (None, None, None)
            assert (window.loss_hour_ends_at, window.rain_by_loss_tenths_mm, window.lag_minutes) == (None, None, None)
            continue
        assert window.starts_at is not None
        assert window.ends_at is not None
        assert window.loss_hour_ends_at is not None
        assert last_border(window.starts_at) == last_border(window.ends_at) - length
        assert expected == (
            window.best_sum_tenths_mm,
            last_border(window.ends_at),
            last_border(window.loss_hour_ends_at),
            window.rain_by_loss_tenths_mm,
            window.lag_minutes,
        )


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questions(), st.integers(FIRST, LAST))
def test_a_figure_that_becomes_suspect_costs_nobody_anything(cases: tuple[Case, Case], hour: int) -> None:
    assume(cases[0].rain[hour] is not None)
    trusting, doubting = (
        assess_twice(replace(cases[0], doubtful=doubtful)) for doubtful in (frozenset[int](), frozenset({hour}))
    )
    before, after = trusting.readings[0], doubting.readings[0]
    if after.establishment is Establishment.NOT_ESTABLISHED or before.establishment is Establishment.ESTABLISHED:
        assert after == before
    assert doubting.recent_rain in {trusting.recent_rain, Truth.UNKNOWN}
    assert not (trusting.recent_rain is Truth.TRUE and doubting.recent_rain is not Truth.TRUE)
    assert doubting.cloudburst in {trusting.cloudburst, Truth.UNKNOWN}


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questions())
def test_an_hour_that_is_given_up_denies_nobody_anything(cases: tuple[Case, Case]) -> None:
    case = replace(cases[0], doubtful=frozenset())
    missing = frozenset(hour for hour, rain in case.rain.items() if rain is None)
    still_open, lost = assess_twice(case), assess_twice(replace(case, doubtful=missing))
    assert lost.final
    no, reading = Establishment.NOT_ESTABLISHED, lost.readings[0]
    assert reading.establishment is not no or still_open.readings[0].establishment is no
    assert lost.recent_rain is not Truth.FALSE or still_open.recent_rain is Truth.FALSE


def assess_twice(case: Case) -> RainfallAssessed:
    """Answer as if both stations had measured the same."""
    return assess([case, case])
