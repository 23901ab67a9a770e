from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from xml.etree.ElementTree import Element, fromstring

import pytest

from bench.latency import Latency, Rate, table
from bench.latency_picture import Curve, draw
from bench.open_loop import milliseconds, milliseconds_by_step
from bench.percentiles import percentile, percentiles

HUNDRED = [float(value) for value in range(1, 101)]
SVG = "{http://www.w3.org/2000/svg}"


def latency(*, rate: Rate, values: list[float]) -> Latency:
    return Latency(
        rate=rate,
        goals_ms=rate.goals_ms,
        milliseconds=values,
        steps_ms={"decided": values},
        sender_delays_ms=[0.5] * len(values),
        busy_cores={"claims-svc": 0.5},
        load_before=0.25,
    )


@pytest.mark.parametrize(("share", "value"), [(0, 1), (50, 50), (50.5, 51), (99, 99), (99.9, 100), (100, 100)])
def test_a_percentile_is_a_measured_value(share: float, value: float) -> None:
    assert percentile(HUNDRED, share) == value


def test_percentiles_have_the_names_everybody_gives_them() -> None:
    shuffled = [*HUNDRED[50:], *HUNDRED[:50]]

    assert percentiles(shuffled) == {"p50": 50.0, "p90": 90.0, "p99": 99.0, "p99.9": 100.0, "max": 100.0}


def test_the_reports_of_the_warm_up_come_before_those_measured() -> None:
    rate = Rate(per_second=200, seconds=60, warm_up_seconds=30)

    assert (rate.warm_up_claims, rate.claims) == (6_000, 18_000)


def test_latency_counts_from_the_intended_moment() -> None:
    intended = datetime(2026, 11, 26, tzinfo=UTC)
    settled = {UUID(int=1): intended + timedelta(milliseconds=70), UUID(int=2): intended}

    assert milliseconds({UUID(int=1): intended}, settled) == [70.0]


def test_a_step_counts_from_the_one_before_that_the_claim_took() -> None:
    intended = datetime(2026, 11, 26, tzinfo=UTC)
    rained_on, other = UUID(int=1), UUID(int=2)

    def after(milliseconds: int) -> datetime:
        return intended + timedelta(milliseconds=milliseconds)

    steps = milliseconds_by_step(
        {rained_on: intended, other: intended},
        {
            "claim opened": {rained_on: after(10), other: after(11)},
            "rain assessed": {rained_on: after(30)},
            "decided": {rained_on: after(60), other: after(15)},
            "messages created": {},
        },
    )

    assert steps == {"claim opened": [10.0, 11.0], "rain assessed": [20.0], "decided": [30.0, 4.0]}


def test_goals_are_compared_at_their_percentile() -> None:
    rate = Rate(per_second=1_000, seconds=1)

    assert latency(rate=rate, values=[299.0] * 99 + [900.0]).figures()["goals_met"] is True
    assert latency(rate=rate, values=[299.0] * 98 + [301.0] * 2).figures()["goals_met"] is False


def test_the_table_tells_latency_goal_and_how_late_the_sender_was() -> None:
    printed = table({"1 a second": latency(rate=Rate(per_second=1, seconds=3), values=[10.0, 20.0, 59.0]).figures()})

    assert printed.splitlines() == [
        "latency at 1 a second, ms: p50 20.0, p90 59.0, p99 59.0, p99.9 59.0, max 59.0",
        "    until decided: p50 20.0, p99 59.0, max 59.0",
        "    busy cores: claims-svc 0.5",
        "    goals: p99 60 met; sender late by: p50 0.5, p99 0.5, max 0.5; load before: 0.25",
    ]


def drawn(*curves: Curve) -> Element:
    return fromstring(draw(curves))  # noqa: S314 - drawn just now


def points(polyline: Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (point.split(",") for point in polyline.attrib["points"].split())]


def test_the_picture_has_a_curve_that_only_rises_for_each_rate() -> None:
    fast = Curve(label="1 a second", milliseconds=HUNDRED, goals_ms={})
    slow = Curve(label="200 a second", milliseconds=[value * 10 for value in HUNDRED], goals_ms={})

    first, second = (points(polyline) for polyline in drawn(fast, slow).findall(f"{SVG}polyline"))

    for curve in (first, second):
        assert curve == sorted(curve, key=lambda point: (point[0], -point[1]))
    assert all(left[0] < right[0] for left, right in zip(first, second, strict=True))


def test_a_curve_that_reaches_its_goal_passes_on_the_left_of_the_flag() -> None:
    picture = drawn(Curve(label="1 a second", milliseconds=HUNDRED, goals_ms={50.0: 60, 99.0: 90}))
    labels = {text.text: float(text.attrib["x"]) for text in picture.findall(f"{SVG}text")}
    flags = {float(line.attrib["x1"]) for line in picture.findall(f"{SVG}line") if line.attrib["stroke-width"] == "3"}
    (curve,) = map(points, picture.findall(f"{SVG}polyline"))

    reached, missed = labels["p50 ≤ 60"], labels["p99 ≤ 90"]
    heights = {text.text: float(text.attrib["y"]) for text in picture.findall(f"{SVG}text")}
    at_half = max(x for x, y in curve if y >= heights["50 %"] - 4)
    at_99 = min(x for x, y in curve if y <= heights["99 %"] - 4)
    assert len(flags) == 2
    assert at_half < min(flags) < reached
    assert at_99 > max(flags)
    assert missed > max(flags)


def test_every_rate_has_a_colour_of_its_own_and_its_floor_the_same_dashed() -> None:
    curves = [
        Curve(label=f"{rate} {is_floor}", milliseconds=HUNDRED, goals_ms={}, is_floor=is_floor)
        for rate in (200, 1_000, 1)
        for is_floor in (False, True)
    ]

    drawn_curves = drawn(*curves).findall(f"{SVG}polyline")

    assert len(drawn_curves) == len(curves)
    colours = [curve.attrib["stroke"] for curve in drawn_curves]
    assert colours[::2] == colours[1::2]
    assert len(set(colours)) == 3
    assert {curve.attrib["stroke-dasharray"] for curve in drawn_curves[::2]} == {"none"}
    assert {curve.attrib["stroke-dasharray"] for curve in drawn_curves[1::2]} == {"5 4"}


def test_few_reports_say_nothing_about_the_slowest_of_a_thousand() -> None:
    few, many = (Curve(label="", milliseconds=HUNDRED * times, goals_ms={}) for times in (1, 100))

    lowest, highest = (min(y for _, y in points(curve)) for curve in drawn(few, many).findall(f"{SVG}polyline"))

    assert highest < lowest
