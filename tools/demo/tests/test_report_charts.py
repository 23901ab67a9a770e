"""Bars, bands and spans stand where their hours and moments are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from contracts import example_values
from contracts.vocabulary import Establishment, LossInterval
from contracts.weather import RAINFALL_ASSESSED, HourlySeries
from demo import report_rain, report_trace
from demo.report_language import Language
from demo.report_rain import rain_chart
from demo.report_trace import Span, waterfall

(ASSESSED,) = RAINFALL_ASSESSED.examples
(READING,) = ASSESSED.stations[0].readings
LOSS = example_values.LOSS
BEGINS_AT = datetime(2021, 7, 13, 22, tzinfo=UTC)  # midnight in Amsterdam
SERIES = HourlySeries(
    first_hour_ends_at=BEGINS_AT + timedelta(hours=1),
    tenths_mm=tuple(None if hour == 60 else hour % 7 * 10 for hour in range(66)),
)

ENGLISH, DUTCH = Language.load("en"), Language.load("nl")
MINUS = "\N{MINUS SIGN}"


def span(span_id: str, parent: str, *, from_ms: float, until_ms: float) -> Span:
    return Span("t", span_id, parent, f"work {span_id}", "claims-svc", int(from_ms * 1e6), int(until_ms * 1e6), False)  # noqa: FBT003


def test_every_hour_has_its_bar_and_the_missing_one_fills_the_height() -> None:
    chart = rain_chart(SERIES, reading=READING, loss=LOSS, language=ENGLISH)
    assert len(chart.bars) == 66
    assert [number for number, bar in enumerate(chart.bars) if bar.is_missing] == [60]
    assert chart.bars[60].height == report_rain.HEIGHT
    assert chart.bars[6].label == "Wed 14 Jul 06:00 to 07:00: 6.0 mm"
    assert chart.bars[6].height == report_rain.HEIGHT
    assert chart.missing_hours == 1


def test_the_deciding_window_lies_over_its_own_hours() -> None:
    chart = rain_chart(SERIES, reading=READING, loss=LOSS, language=ENGLISH)
    inside = [number for number, bar in enumerate(chart.bars) if bar.decides]
    assert inside == list(range(18, 42))  # 14 July 16:00 to 15 July 16:00 UTC
    assert chart.deciding is not None
    assert chart.deciding.x == chart.bars[18].x
    assert chart.deciding.x + chart.deciding.width == pytest.approx(chart.bars[42].x)
    assert chart.focus == pytest.approx((chart.bars[18].x, chart.bars[42].x))
    assert chart.bars[27].x < chart.loss_x < chart.bars[28].x  # 01:30 UTC


def test_bars_show_what_had_fallen_by_the_end_of_the_hour_of_loss() -> None:
    chart = rain_chart(SERIES, reading=READING, loss=LOSS, language=ENGLISH)
    assert [number for number, bar in enumerate(chart.bars) if bar.by_loss] == list(range(28))  # until 02:00 UTC
    (band,) = chart.bands
    assert (band.by_loss_text, band.lag_width, band.counts) == ("18.0", 0, True)
    assert band.gauge_by_loss == pytest.approx(180 / 402, abs=1e-4)


def test_a_window_that_ended_before_the_loss_is_tied_to_it() -> None:
    later = LossInterval(from_at=LOSS.from_at + timedelta(hours=19), until_at=LOSS.from_at + timedelta(hours=19))
    window = replace(READING.windows[0], lag_minutes=270)
    reading = replace(READING, windows=(window,))

    chart = rain_chart(SERIES, reading=reading, loss=later, language=ENGLISH)

    (band,) = chart.bands
    assert band.lag_text == "4 h 30 min"
    assert band.x + band.width + band.lag_width == pytest.approx(chart.loss_x, abs=0.1)


def test_hours_that_no_window_and_no_loss_comes_near_are_left_out() -> None:
    month = HourlySeries(first_hour_ends_at=BEGINS_AT - timedelta(days=30), tenths_mm=(10,) * 24 * 40)

    table = rain_chart(month, reading=READING, loss=LOSS, language=ENGLISH).table

    assert [day for day, _ in table] == ["Tue 13 Jul", "Wed 14 Jul", "Thu 15 Jul", "Fri 16 Jul"]


def test_of_many_days_only_some_are_named() -> None:
    long = LossInterval(from_at=LOSS.from_at - timedelta(days=30), until_at=LOSS.from_at)
    month = HourlySeries(first_hour_ends_at=BEGINS_AT - timedelta(days=31), tenths_mm=(10,) * 24 * 40)

    days = rain_chart(month, reading=READING, loss=long, language=ENGLISH).days

    assert len(days) > report_rain.MOST_DAYS_NAMED
    assert len([label for _, label in days if label]) <= report_rain.MOST_DAYS_NAMED


def test_a_window_that_was_not_reached_decides_nothing() -> None:
    short = replace(READING.windows[0], best_sum_tenths_mm=301, establishment=Establishment.NOT_ESTABLISHED)
    reading = replace(READING, windows=(short,), establishment=Establishment.NOT_ESTABLISHED)
    chart = rain_chart(SERIES, reading=reading, loss=LOSS, language=ENGLISH)
    assert chart.deciding is None
    assert not any(bar.decides for bar in chart.bars)
    assert chart.nearest.margin_text == f"{MINUS}9.9"
    assert chart.nearest.gauge_sum == pytest.approx(0.7525)
    assert not chart.nearest.counts


def test_the_hours_stand_in_the_table_by_the_clock_of_the_home() -> None:
    table = rain_chart(SERIES, reading=READING, loss=LOSS, language=ENGLISH).table
    assert [day for day, _ in table] == ["Wed 14 Jul", "Thu 15 Jul", "Fri 16 Jul"]
    assert table[0][1][:3] == ("0.0", "1.0", "2.0")
    assert table[2][1][12] == "?"


def test_spans_stand_below_their_parents_in_the_order_of_time() -> None:
    drawn = waterfall(
        [
            span("c", "a", from_ms=90, until_ms=95),
            span("b", "a", from_ms=5, until_ms=9),
            span("a", "", from_ms=0, until_ms=50),
        ],
        language=ENGLISH,
    )
    assert drawn is not None
    assert [(row.name, row.depth) for row in drawn.rows] == [("work a", 0), ("work b", 1), ("work c", 1)]
    assert drawn.rows[1].waited_x is None
    assert drawn.rows[2].waited_x == drawn.rows[0].x + drawn.rows[0].width


def test_a_long_wait_is_cut_short_and_everything_stays_in_the_drawing() -> None:
    spans = [span("a", "", from_ms=0, until_ms=50), span("b", "a", from_ms=60_050, until_ms=60_100)]
    drawn = waterfall(spans, language=ENGLISH)
    assert drawn is not None
    assert [text for _, text in drawn.gaps] == ["60.00 s"]
    first, second = drawn.rows
    assert second.x - (first.x + first.width) == pytest.approx(report_trace.GAP_WIDTH, abs=0.2)
    assert second.x + second.width == pytest.approx(report_trace.LEFT + report_trace.WIDTH, abs=0.2)
    assert drawn.total == "60.10 s"


def test_no_spans_make_no_drawing() -> None:
    assert waterfall([], language=ENGLISH) is None
