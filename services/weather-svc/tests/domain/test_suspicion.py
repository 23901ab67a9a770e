from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from knmi_files import SHARED, needs_shared
from rain_answers import STATIONS
from rain_samples import at, read_sample

from contracts.rain_stations import station_periods
from contracts.vocabulary import LossInterval, Station
from contracts.weather import DoubtKind
from weather_svc.domain.hours import HourSpan, border_at, last_border
from weather_svc.domain.suspicion import NEIGHBOURS, suspect_hours
from weather_svc.domain.windows import Doubt, Figures

JULY = ("2021-07-11T00", "2021-07-18T00")
AROUND_ELL = (380, 370, 391)
FEBRUARY = ("2015-02-20T00", "2015-02-23T00")
AROUND_HOEK_VAN_HOLLAND = (344, 215, 210)
JANUARY = ("2021-01-29T00", "2021-02-01T00")
AROUND_MAASTRICHT = (377, 370, 391)


def span(period: tuple[str, str]) -> HourSpan:
    first, last = (last_border(at(text)) for text in period)
    return HourSpan(first + 1, last)


def figures(station: int, period: tuple[str, str], sample: str) -> Figures:
    measured = {row.hour: row.tenths_mm for row in read_sample(sample) if row.station_number == station}
    hours = span(period)
    return Figures(hours.first, tuple(measured.get(hour) for hour in hours.numbers))


def ell() -> Figures:
    return figures(377, JULY, "july_2021.txt")


def around_ell() -> list[Figures]:
    return [figures(station, JULY, "july_2021.txt") for station in AROUND_ELL]


def with_rain(figures: Figures, rain: Sequence[int | None], *, first: str) -> Figures:
    """Replace what was measured from the hour that ends at `first` on."""
    place = last_border(at(first)) - figures.first_hour
    tenths_mm = (*figures.tenths_mm[:place], *rain, *figures.tenths_mm[place + len(rain) :])
    return Figures(figures.first_hour, tenths_mm)


def clogged_ell() -> Figures:
    """Ell without the 40.2 mm of 14 and 15 July 2021."""
    return with_rain(ell(), [0] * 72, first="2021-07-13T01")


def suspect(own: Figures, neighbours: Sequence[Figures]) -> list[Doubt]:
    return list(suspect_hours(own, neighbours=neighbours))


def hours(first: str, last: str) -> HourSpan:
    return HourSpan(last_border(at(first)), last_border(at(last)))


def test_ell_is_not_suspect_in_the_storm_of_july_2021() -> None:
    assert suspect(ell(), around_ell()) == []


def test_a_gauge_is_clogged_from_the_first_to_the_last_of_the_rain_around_it() -> None:
    # Ell measured 40.2 mm from 14 July 16:00 to 15 July 16:00.
    assert suspect(clogged_ell(), around_ell()) == [Doubt(DoubtKind.CLOGGED, hours("2021-07-13T23", "2021-07-16T03"))]


def test_a_drop_that_a_clogged_gauge_lets_through_makes_it_no_less_suspect() -> None:
    leaking = with_rain(clogged_ell(), [1], first="2021-07-14T20")
    assert [doubt.kind for doubt in suspect(leaking, around_ell())] == [DoubtKind.CLOGGED]


def test_rain_at_two_of_three_neighbours_clogs_nothing() -> None:
    first, second, third = around_ell()
    dry = Figures(third.first_hour, (0,) * len(third.tenths_mm))
    assert suspect(clogged_ell(), [first, second, dry]) == []


def test_showers_that_pass_the_neighbours_one_after_the_other_clog_nothing() -> None:
    dry = Figures(ell().first_hour, (0,) * len(ell().tenths_mm))
    showers = [with_rain(dry, [80, 20], first=first) for first in ("2021-07-14T14", "2021-07-14T17", "2021-07-14T20")]
    assert suspect(dry, showers) == []


def test_a_gauge_that_stayed_dry_for_26_hours_of_real_rain_around_it_is_found() -> None:
    own = figures(330, FEBRUARY, "odd_gauges.txt")
    around = [figures(each, FEBRUARY, "odd_gauges.txt") for each in AROUND_HOEK_VAN_HOLLAND]
    assert suspect(own, around) == [Doubt(DoubtKind.CLOGGED, hours("2015-02-20T18", "2015-02-21T19"))]


def test_eleven_hours_of_small_rain_at_one_gauge_alone_are_found() -> None:
    own = figures(380, JANUARY, "odd_gauges.txt")
    around = [figures(each, JANUARY, "odd_gauges.txt") for each in AROUND_MAASTRICHT]
    assert suspect(own, around) == [Doubt(DoubtKind.DRIPPING, hours("2021-01-30T10", "2021-01-30T20"))]


@pytest.mark.parametrize(("drips", "found"), [(9, 0), (10, 1), (30, 1)])
def test_drips_are_suspect_from_ten_hours_in_a_row_on(drips: int, found: int) -> None:
    dry = Figures(0, (0,) * 100)
    dripping = Figures(0, (*(0,) * 41, *(2,) * drips, *(0,) * (59 - drips)))
    doubts = suspect(dripping, [dry] * 3)
    assert [doubt.kind for doubt in doubts] == [DoubtKind.DRIPPING] * found
    assert [doubt.hours for doubt in doubts] == [HourSpan(41, 40 + drips)] * found


def test_small_rain_that_a_neighbour_measures_too_is_no_dripping() -> None:
    dry = Figures(0, (0,) * 100)
    small = Figures(0, (*(0,) * 41, *(2,) * 15, *(0,) * 44))
    assert suspect(small, [dry, dry, Figures(0, (*(0,) * 48, 1, *(0,) * 51))]) == []


def test_an_hour_without_a_figure_is_neither_dry_nor_a_drip() -> None:
    dry = Figures(0, (0,) * 100)
    dripping = Figures(0, (*(0,) * 41, *(2,) * 8, None, *(2,) * 8, *(0,) * 42))
    assert suspect(dripping, [dry] * 3) == []
    interrupted = with_rain(clogged_ell(), [None] * 60, first="2021-07-13T12")
    assert suspect(interrupted, around_ell()) == []
    silent = Figures(0, (None,) * 100)
    assert suspect(Figures(0, (2,) * 100), [dry, dry, silent]) == []


@pytest.mark.parametrize("neighbours", [0, 1, 2])
def test_fewer_than_three_neighbours_contradict_nothing(neighbours: int) -> None:
    assert suspect(clogged_ell(), around_ell()[:neighbours]) == []


def test_a_gauge_that_cannot_be_clogged_asks_for_one_neighbour_only() -> None:
    asked: list[Figures] = []

    def neighbours() -> Iterator[Figures]:
        for each in around_ell():
            asked.append(each)
            yield each

    assert list(suspect_hours(Figures(ell().first_hour, (8,) * len(ell().tenths_mm)), neighbours=neighbours())) == []
    assert len(asked) <= 1


def storms() -> Iterator[tuple[Figures, list[Figures], int]]:
    """Yield the gauges that measured 40 mm in 24 hours of a storm of KNMI's, those around each, and when it ended."""
    for path in sorted((SHARED / "event_slices").glob("*.txt")):
        rows = read_sample(str(path))
        hours = HourSpan(min(row.hour for row in rows), max(row.hour for row in rows))
        measured: dict[int, dict[int, int | None]] = {}
        for row in rows:
            measured.setdefault(row.station_number, {})[row.hour] = row.tenths_mm
        of = {
            number: Figures(hours.first, tuple(known.get(hour) for hour in hours.numbers))
            for number, known in measured.items()
        }
        period = LossInterval(from_at=border_at(hours.first), until_at=border_at(hours.last))
        for number, own in of.items():
            station = next((each for each in stations_of(period) if each.number == number), None)
            sums = [sum(filter(None, own.tenths_mm[end - 24 : end])) for end in range(24, len(own.tenths_mm) + 1)]
            if station is not None and max(sums) >= 400:
                around = STATIONS.neighbours(station, loss=period, at_most=NEIGHBOURS)
                yield own, [of[each.number] for each in around], sums.index(max(sums)) + 24


def stations_of(period: LossInterval) -> list[Station]:
    return [each.station for each in station_periods() if each.measured_during(period.from_at, period.until_at)]


@needs_shared
def test_no_gauge_of_real_storms_is_suspect_and_four_of_five_would_be_had_they_been_clogged() -> None:
    found = total = 0
    for own, around, end in storms():
        assert suspect(own, around) == []
        clogged = Figures(own.first_hour, (*own.tenths_mm[: end - 30], *(0,) * 36, *own.tenths_mm[end + 6 :]))
        total += 1
        found += any(doubt.kind is DoubtKind.CLOGGED for doubt in suspect(clogged, around))
    assert total > 50
    assert found / total > 0.8, f"{found} of {total}"


@needs_shared
def test_drips_of_a_day_are_found_where_no_rain_falls_around() -> None:
    found = total = 0
    for own, around, end in storms():
        if len(own.tenths_mm) < end + 30 or any(sum(filter(None, each.tenths_mm[end : end + 24])) for each in around):
            continue
        dripping = Figures(own.first_hour, (*own.tenths_mm[:end], *(2,) * 24, *own.tenths_mm[end + 24 :]))
        total += 1
        found += any(doubt.kind is DoubtKind.DRIPPING for doubt in suspect(dripping, around))
    assert found == total > 0
