"""Losses around KNMI's real outages: what is said while their hours are open, and once they are lost.

What `outages.csv` says of each is compared with the product, and with the slow reading that shares nothing with it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import NamedTuple

import pytest
import rain_by_the_minute as slow
from rain_samples import FIGURES, NEAR_ARCEN, SURFACE_WATER, at, moment, read_sample, request

from contracts.vocabulary import Establishment
from contracts.weather import DoubtKind, PassedOverReason, Quality
from weather_svc.domain.assessment import Conclusion, Question, conclude, hours_of, inquire, measure
from weather_svc.domain.hours import HourSpan, border_at
from weather_svc.domain.stations import shipped_stations
from weather_svc.domain.windows import Doubt, Figures


class Golden(NamedTuple):
    """A loss near a station: how many of the hours asked are missing, what fell in its last day, and what is said."""

    station: int
    loss_at: str
    missing: int
    last_day_tenths_mm: int | None
    while_open: str
    once_lost: str


def golden() -> list[Golden]:
    with (FIGURES / "outages.csv").open() as lines:
        rows = csv.reader(line for line in lines if not line.startswith("#"))
        return [
            Golden(int(row[0]), row[1], int(row[2]), int(row[3]) if row[3] else None, *row[4:])
            for row in list(rows)[1:]
        ]


@cache
def measured_at(station: int) -> Mapping[int, int | None]:
    return {row.hour: row.tenths_mm for row in read_sample("outages.txt") if row.station_number == station}


def concluded(loss: Golden, *, lost: bool) -> Conclusion:
    question = Question.of(request(loss=moment(loss.loss_at)))
    asked = hours_of(question)
    tenths_mm = tuple(measured_at(loss.station).get(hour) for hour in asked.numbers)
    missing = [hour for hour, figure in zip(asked.numbers, tenths_mm, strict=True) if figure is None]
    doubts = [Doubt(DoubtKind.LOST, HourSpan(hour, hour)) for hour in missing if lost]
    figures = Figures(asked.first, tenths_mm, tuple(doubts), Quality.VALIDATED)
    return conclude([measure(figures, question=question)], question=question)


def said(conclusion: Conclusion) -> str:
    (reading,) = conclusion.readings
    return reading.undetermined_reason or reading.establishment


@pytest.mark.parametrize("loss", golden(), ids=lambda loss: f"{loss.station}-{loss.loss_at}")
def test_an_outage_is_waited_for_while_it_is_open_and_final_once_it_is_lost(loss: Golden) -> None:
    while_open, once_lost = concluded(loss, lost=False), concluded(loss, lost=True)
    (station,) = while_open.measured
    assert station.hours.tenths_mm.count(None) == loss.missing
    assert station.recent_rain_tenths_mm == loss.last_day_tenths_mm
    assert (said(while_open), said(once_lost)) == (loss.while_open, loss.once_lost)
    assert (once_lost.final, once_lost.settled_by) == (True, None)
    assert while_open.final is (loss.missing == 0 or loss.while_open == Establishment.ESTABLISHED)


WORDS = {
    slow.YES: "established",
    slow.NO: "not_established",
    slow.WAITS: "missing_hours",
    slow.LOST: "lost_hours",
    slow.BETWEEN: "between_whole_hours",
    slow.AFTER: "rain_after_loss",
    slow.LONG_BEFORE: "rain_long_before_loss",
}


@pytest.mark.parametrize("loss", golden(), ids=lambda loss: f"{loss.station}-{loss.loss_at}")
def test_the_slow_reading_says_the_same_of_outages(loss: Golden) -> None:
    minute = (at(loss.loss_at) - border_at(0)) // timedelta(minutes=1)
    loss_hour = minute // 60 + 1
    still_open = slow.Case(
        rain={hour: measured_at(loss.station).get(hour) for hour in range(loss_hour - 168, loss_hour + 96)},
        doubtful=frozenset(),
        from_minute=minute,
        until_minute=minute,
        may_lag_hours=SURFACE_WATER.may_lag_hours,
        may_lag_at_most_hours=SURFACE_WATER.may_lag_at_most_hours,
        rain_before_loss=SURFACE_WATER.rain_before_loss_tenths_mm,
        thresholds=((24, 400), (48, 530), (72, 670)),
        in_favour_hours=72,
        most_in_an_hour=1_000,
    )
    given_up = replace(still_open, doubtful=frozenset(hour for hour, rain in still_open.rain.items() if rain is None))
    assert [WORDS[slow.of_loss(case)] for case in (still_open, given_up)] == [loss.while_open, loss.once_lost]


def test_arcen_decides_until_its_last_day_and_is_passed_over_afterwards() -> None:
    """It ended on 8 June 2025; the register says so, its hours in the files of May do not."""
    before, after = (
        inquire(request(home=NEAR_ARCEN, loss=moment(loss)), stations=shipped_stations())
        for loss in ("2025-06-08T23:30", "2025-06-09T00:30")
    )
    assert [near.station.number for near in before.near] == [391]
    assert 391 not in [near.station.number for near in after.near]
    assert (after.passed_over[0].station.number, after.passed_over[0].reason) == (391, PassedOverReason.NOT_MEASURING)
