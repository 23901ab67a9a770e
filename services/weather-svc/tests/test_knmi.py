from __future__ import annotations

import pytest
from rain_samples import FIGURES, at, read_sample

from weather_svc.domain.hours import HourlyFigure, border_at
from weather_svc.knmi import KnmiLayoutError, read_hours

HEADER = "# STN,YYYYMMDD,   HH,   DR,   RH\n"


def only(*rows: str, header: str = HEADER) -> HourlyFigure:
    (figure,) = read_hours([header, *rows])
    return figure


def test_an_hour_bears_the_name_of_its_end() -> None:
    assert border_at(only("  377,20210715,    5,    0,    8\n").hour) == at("2021-07-15T05:00")


def test_hour_24_ends_at_midnight_of_the_next_day() -> None:
    assert border_at(only("  377,20201231,   24,    0,    8\n").hour) == at("2021-01-01T00:00")


def test_a_trace_counts_as_zero_and_is_marked_as_a_trace() -> None:
    figure = only("  377,20210715,    5,    0,   -1\n")
    assert (figure.tenths_mm, figure.is_trace) == (0, True)


def test_a_dry_hour_is_no_trace() -> None:
    figure = only("  377,20210715,    5,    0,    0\n")
    assert (figure.tenths_mm, figure.is_trace) == (0, False)


def test_an_empty_field_is_a_missing_figure_and_not_zero() -> None:
    assert only("  377,20210715,    5,     ,     \n").tenths_mm is None


@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param("# STN,YYYYMMDD,   HH,   DR,   RH\n", "  377,20210715,    5,    9,   26\n", id="today"),
        pytest.param("# STN,YYYYMMDD,    H,   DR,   RH\n", "  377,20210715,    5,    9,   26\n", id="before 2025"),
        pytest.param("# STN,YYYYMMDD,   HH,   RH\r\n", "  377,20210715,    5,   26\r\n", id="line ends of Windows"),
        pytest.param("STN,YYYYMMDD,   HH,   RH\n", "377,20210715,5,26\n", id="without a leading hash"),
        pytest.param("\ufeff# STN,YYYYMMDD,   HH,   RH\n", "  377,20210715,    5,   26\n", id="byte order mark"),
        pytest.param(
            "# STN,YYYYMMDD,   HH,   DD,    Q,   DR,   RH,    P\n",
            "  377,20210715,    5,  230,    0,    9,   26, 10143\n",
            id="bulk file with more columns",
        ),
    ],
)
def test_columns_are_found_by_name(header: str, row: str) -> None:
    assert only(row, header=header).tenths_mm == 26


def test_everything_before_the_header_is_comment_with_or_without_a_hash() -> None:
    lines = [
        "SOURCE: ROYAL NETHERLANDS METEOROLOGICAL INSTITUTE (KNMI)\n",
        "YYYYMMDD  = date (YYYY=year,MM=month,DD=day)\n",
        "HH        = time (HH uur/hour, UT. 12 UT=13 MET, 14 MEZT)\n",
        "# 260:   5.180  52.100  1.90  DE BILT\n",
        "\n",
        HEADER,
        "\n",
        "  377,20210715,    5,    9,   26\n",
    ]
    assert [figure.tenths_mm for figure in read_hours(lines)] == [26]


def test_one_file_holds_many_stations() -> None:
    assert {figure.station_number for figure in read_sample("july_2021.txt")} == {275, 370, 377, 380, 391}


def test_a_file_of_older_layout_with_other_line_ends_reads_the_same() -> None:
    old = {row.hour: row.tenths_mm for row in read_sample("arcen_april_2023_first_published.txt")}
    new = {row.hour: row.tenths_mm for row in read_sample("arcen_april_2023.txt")}
    assert b"\r\n" in (FIGURES / "arcen_april_2023_first_published.txt").read_bytes()
    assert list(old.values()).count(None) == 53
    assert {hour: figure for hour, figure in old.items() if figure is not None}.items() <= new.items()


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (["# nothing\n"], "no header line names the columns"),
        ([], "no header line names the columns"),
        (["  377,20210715,    5,    9,   26\n"], "line 1: a row comes before the header line"),
        (["STN,YYYYMMDD,   RD,   SX,\n"], "line 1: the header has no column HH or no column RH"),
        (["# STN,YYYYMMDD,   HH,   DR\n"], "line 1: the header has no column HH or no column RH"),
        ([HEADER, "  377,20210715,    5,   26\n"], "line 2: 4 fields where the header names 5 columns"),
        ([HEADER, "  377,20210715,    0,    9,   26\n"], "line 2: HH is 0; hours run from 1 to 24"),
        ([HEADER, "  377,20210715,   25,    9,   26\n"], "line 2: HH is 25; hours run from 1 to 24"),
        ([HEADER, "  377,20210715,    5,    9,  2.6\n"], "line 2: STN, HH and RH must be whole numbers"),
        ([HEADER, "  377,20210715,    5,    9,   -2\n"], "line 2: RH is -2; it runs from -1"),
        ([HEADER, "  377,20210715,    5,    9,99999\n"], "line 2: RH is 99999; it runs from -1"),
        ([HEADER, "  377,20210230,    5,    9,   26\n"], "line 2: '20210230' is no day"),
        ([HEADER, "  377, 2021715,    5,    9,   26\n"], "line 2: '2021715' is no day"),
        ([HEADER, HEADER, "\n", "  377,2021-7-1,    5,    9,   26\n"], "line 4: '2021-7-1' is no day"),
    ],
)
def test_a_line_that_cannot_be_understood_is_named_with_what_to_change(lines: list[str], complaint: str) -> None:
    with pytest.raises(KnmiLayoutError, match=complaint):
        list(read_hours(lines))
