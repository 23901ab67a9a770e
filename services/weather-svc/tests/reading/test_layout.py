from __future__ import annotations

import pytest
from knmi_files import HEADER, ROWS, figures, publication, read, refusals, suspicions
from rain_samples import FIGURES, read_sample

from weather_svc.domain.blocks import Suspicion
from weather_svc.domain.hours import border_at
from weather_svc.reading.fields import shown
from weather_svc.reading.refusal import UnreadableError

SIX_O_CLOCK = (377, "2021-07-15T06:00")


def only(*rows: str, header: str = HEADER) -> int:
    (figure,) = figures(read(header + "".join(rows))).values()
    return figure


@pytest.mark.parametrize(
    ("day", "hour", "ends_at"),
    [
        ("20210715", 5, "2021-07-15T05:00"),
        ("20201231", 24, "2021-01-01T00:00"),
        ("19691231", 24, "1970-01-01T00:00"),
        ("19510101", 1, "1951-01-01T01:00"),
    ],
)
def test_an_hour_bears_the_name_of_its_end(day: str, hour: int, ends_at: str) -> None:
    assert figures(read(f"{HEADER}  377,{day},{hour:5},    0,    8\n")) == {(377, ends_at): 8}


@pytest.mark.parametrize(
    ("field", "figure"), [("   26", 26), ("    0", 0), ("   -1", -1), ("     ", -2), (" 5000", 5_000)]
)
def test_a_trace_a_dry_hour_and_an_hour_without_a_figure_are_three_things(field: str, figure: int) -> None:
    assert only(f"  377,20210715,    5,     ,{field}\n") == figure


@pytest.mark.parametrize(
    ("header", "row"),
    [
        pytest.param("# STN,YYYYMMDD,   HH,   DR,   RH\n", "  377,20210715,    6,    9,   26\n", id="today"),
        pytest.param("# STN,YYYYMMDD,    H,   DR,   RH\n", "  377,20210715,    6,    9,   26\n", id="before 2025"),
        pytest.param("# STN,YYYYMMDD,   HH,   RH\r\n", "  377,20210715,    6,   26\r\n", id="line ends of Windows"),
        pytest.param("# STN,YYYYMMDD,   HH,   RH\r", "  377,20210715,    6,   26\r", id="line ends of old Macs"),
        pytest.param("STN,YYYYMMDD,   HH,   RH\n", "377,20210715,6,26\n", id="without a hash and without padding"),
        pytest.param("\ufeff# STN,YYYYMMDD,   HH,   RH\n", "  377,20210715,    6,   26\n", id="byte order mark"),
        pytest.param("RH,DR,HH,YYYYMMDD,STN\n", "26,9,6,20210715,377\n", id="another order"),
        pytest.param("STN,YYYYMMDD,   HH,   RH,\n", "377,20210715,    6,   26,\n", id="a last column without a name"),
        pytest.param(
            "# STN,YYYYMMDD,   HH,   DD,    Q,   DR,   RH,    P\n",
            "  377,20210715,    6,  230,    0,    9,   26,10143\n",
            id="bulk file with more columns",
        ),
    ],
)
def test_columns_are_found_by_name(header: str, row: str) -> None:
    assert figures(read(header + row)) == {SIX_O_CLOCK: 26}


def test_everything_before_the_header_is_comment_with_or_without_a_hash() -> None:
    lines = (
        "SOURCE: ROYAL NETHERLANDS METEOROLOGICAL INSTITUTE (KNMI)\n",
        "YYYYMMDD  = date (YYYY=year,MM=month,DD=day)\n",
        "HH        = time (HH uur/hour, UT. 12 UT=13 MET, 14 MEZT)\n",
        "# 260:   5.180  52.100  1.90  DE BILT\n",
        "\n",
        HEADER,
        "\n",
        "# a comment\n",
        "  377,20210715,    6,    9,   26\n",
    )
    assert figures(read("".join(lines))) == {SIX_O_CLOCK: 26}


def test_a_file_may_have_several_headers_each_with_its_columns() -> None:
    second = "\ufeff# STN,YYYYMMDD,   HH,   RH\n  377,20210714,    7,   27\n"
    assert figures(read(HEADER + ROWS + second)) == {
        (377, "2021-07-14T04:00"): 26,
        (377, "2021-07-14T05:00"): -1,
        (377, "2021-07-14T06:00"): -2,
        (377, "2021-07-14T07:00"): 27,
    }


def test_one_file_holds_many_stations() -> None:
    contents = read((FIGURES / "july_2021.txt").read_bytes(), rain_stations={275, 370, 377, 380, 391})
    said = {
        (row.station_number, f"{border_at(row.hour):%Y-%m-%dT%H:%M}"): row.tenths_mm
        for row in read_sample("july_2021.txt")
    }
    read_of_it = figures(contents)
    assert {hour: None if figure == -2 else max(figure, 0) for hour, figure in read_of_it.items()} == said
    assert list(read_of_it.values()).count(-1) > 20


def test_a_file_of_older_layout_with_other_line_ends_reads_the_same() -> None:
    body = (FIGURES / "arcen_april_2023_first_published.txt").read_bytes()
    old, new = figures(read(body)), figures(read((FIGURES / "arcen_april_2023.txt").read_bytes()))
    assert b"\r\n" in body
    assert list(old.values()).count(-2) == 53
    known = {hour: max(figure, 0) for hour, figure in old.items() if figure > -2}
    assert known.items() <= {hour: max(figure, 0) for hour, figure in new.items()}.items()


def test_hours_between_the_first_and_the_last_row_without_a_row_have_no_figure() -> None:
    rows = "  377,20210714,   23,    0,    0\n  377,20210715,    2,    0,    3\n  380,20210715,    1,    0,    4\n"
    assert figures(read(HEADER + rows)) == {
        (377, "2021-07-14T23:00"): 0,
        (377, "2021-07-15T00:00"): -2,
        (377, "2021-07-15T01:00"): -2,
        (377, "2021-07-15T02:00"): 3,
        (380, "2021-07-15T01:00"): 4,
    }


def test_an_outage_of_years_leaves_no_hour_out() -> None:
    said = figures(read(HEADER + "  377,20140106,    1,    0,    0\n  377,20171215,    1,    0,    3\n"))
    assert len(said) == 1_439 * 24 + 1
    assert sorted(set(said.values())) == [-2, 0, 3]


@pytest.mark.parametrize(
    ("row", "suspicion"),
    [
        ("  377,20210715,    5,    0,    1\n", [Suspicion.RAIN_WITHOUT_DURATION]),
        ("  377,20210715,    5,    1,    0\n", [Suspicion.DURATION_WITHOUT_RAIN]),
        ("  377,20210715,    5,    1,    1\n", []),
        ("  377,20210715,    5,    0,    0\n", []),
        ("  377,20210715,    5,    0,   -1\n", []),
        ("  377,20210715,    5,    5,   -1\n", []),
        ("  377,20210715,    5,     ,   80\n", []),
        ("  377,20210715,    5,   -1,    0\n", []),
        ("  377,20210715,    5,    6,     \n", []),
    ],
)
def test_rain_without_duration_and_duration_without_rain_are_suspect(row: str, suspicion: list[Suspicion]) -> None:
    assert suspicions(publication(read(HEADER + row)).statements.values()) == suspicion


def test_without_a_column_of_durations_nothing_is_suspect() -> None:
    text = "# STN,YYYYMMDD,   HH,   RH\n  377,20210715,    5,   80\n"
    assert suspicions(publication(read(text)).statements.values()) == []


def test_two_equal_rows_of_an_hour_are_one() -> None:
    assert only("  377,20210714,    5,   10,   26\n" * 2) == 26


def test_two_different_figures_of_an_hour_are_refused_with_both_lines() -> None:
    rows = "".join(f"  377,20200101,{hour:5},    0,    0\n" for hour in range(1, 25))
    rows += "".join(f"  377,{year}0615,{hour:5},    0,    0\n" for year in range(2000, 2020) for hour in range(1, 25))
    rows += "  377,20200101,    2,    5,   34\n  377,20200101,    3,    5,     \n"
    assert refusals(HEADER + rows) == (
        "line 506: RH is 34 where line 3 says 0 for the same hour of station 377",
        "line 507: RH is empty where line 4 says 0 for the same hour of station 377",
    )


def test_an_hour_that_has_not_ended_is_no_measurement() -> None:
    row = "  377,20261126,{:5},    0,{}\n"
    assert only(row.format(12, "    0")) == 0
    for field in ("    0", "     "):
        assert refusals(HEADER + row.format(13, field)) == (
            "line 2: the hour has not ended: that is no measurement; remove the row",
        )
    assert refusals(HEADER + "  377,99991231,   24,    0,    0\n")[0].startswith("line 2: the hour has not ended")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("# nothing\n", "no header line names the columns"),
        ("  377,20210715,    5,    9,   26\n", "line 1: a row comes before the header line"),
        (HEADER, "it has a header line and no rows"),
        ("STN,YYYYMMDD,   RD,   SX,\n", "line 1: the header has no column HH or no column RH"),
        ("# STN,YYYYMMDD,   HH,   DR\n", "line 1: the header has no column HH or no column RH"),
        ("# STN,YYYYMMDD,   DR,   RH,  RHX, RHXH\n", "line 1: the header has no column HH or no column RH"),
        ("# STN,YYYYMMDD,   HH,   RH,    U,   RH\n", "line 1: the header names RH twice"),
        ("# STN,YYYYMMDD,   HH,   RH,   HH\n", "line 1: the header names HH twice"),
        ("# STN,YYYYMMDD,   HH,   RH,    U,    U\n", "line 1: the header names U twice"),
        ("STN;YYYYMMDD;HH;RH\n", "line 1: the header separates fields by something else than commas; save"),
        ("STN\tYYYYMMDD\tHH\tRH\n", "line 1: the header separates fields by something else than commas; save"),
        ('"STN","YYYYMMDD","HH","RH"\n', "line 1: the header has quotes; save"),
        ("stn,yyyymmdd,hh,rh\n", "line 1: the header is in lower case; save"),
        (
            "'stn';'yyyymmdd';'hh'\n",
            "line 1: the header separates fields by something else than commas and has quotes and",
        ),
        (HEADER + ROWS + "STN,YYYYMMDD,   RD,   SX,\n", "line 5: the header has no column HH or no column RH"),
    ],
)
def test_a_text_without_the_hourly_header_is_refused_with_what_to_change(text: str, complaint: str) -> None:
    (reason,) = refusals(text)
    assert reason.startswith(complaint)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (
            "  377,20210715,    5,   26\n",
            "4 fields where the header names 5 columns; if it was cut, fetch the file again",
        ),
        ("  377,20210715,    5,    9,   26,\n", "6 fields where the header names 5 columns; '' is too much"),
        ("  377,20210715,    0,    9,   26\n", "HH is '0'; hours run from 1 to 24"),
        ("  377,20210715,   25,    9,   26\n", "HH is '25'; hours run from 1 to 24"),
        ("  377,20210715,     ,    9,   26\n", "HH is ''; hours run from 1 to 24"),
        ("  377,20210715,  5.0,    9,   26\n", "HH is '5.0'; hours run from 1 to 24"),
        (
            "  377,20210715,    5,    9,  2.6\n",
            "RH is '2.6'; write tenths of a millimetre from 0 to 5000, -1 for a trace",
        ),
        ("  377,20210715,    5,    9, -0.1\n", "RH is '-0.1'; write tenths"),
        ("  377,20210715,    5,    9,   -2\n", "RH is '-2'; write tenths"),
        ("  377,20210715,    5,    9,-9999\n", "RH is '-9999'; write tenths"),
        ("  377,20210715,    5,    9,  --1\n", "RH is '--1'; write tenths"),
        ("  377,20210715,    5,    9,  - 1\n", "RH is '- 1'; write tenths"),
        ("  377,20210715,    5,    9,  +26\n", "RH is '+26'; write tenths"),
        ("  377,20210715,    5,    9,  1_0\n", "RH is '1_0'; write tenths"),
        ("  377,20210715,    5,    9,  NaN\n", "RH is 'NaN'; write tenths"),
        ("  377,20210715,    5,    9,  ٢٦\n", "RH is '\\u0662\\u0666'; write tenths"),
        ("  377,20210715,    5,    9,   2²\n", "RH is '2\\xb2'; write tenths"),
        ("  377,20210715,    5,    9,99999\n", "RH is '99999'; write tenths"),
        ("  377,20210715,    5,    9," + "9" * 5_000 + "\n", "RH is '999999999999999999999999\\u2026'; write tenths"),
        ("  377,20210715,    5,   11,   26\n", "DR is '11'; write tenths of an hour from 0 to 10"),
        ("  377,20210715,    5,  0.9,   26\n", "DR is '0.9'; write tenths of an hour from 0 to 10"),
        ("  377,20210230,    5,    9,   26\n", "'20210230' is no day; write it as YYYYMMDD"),
        ("  377, 2021715,    5,    9,   26\n", "'2021715' is no day; write it as YYYYMMDD"),
        ("  377,2021 714,    5,    9,   26\n", "'2021 714' is no day; write it as YYYYMMDD"),
        ("  377,2021-7-1,    5,    9,   26\n", "'2021-7-1' is no day; write it as YYYYMMDD"),
        ("  377,19501231,    5,    9,   26\n", "the day is 1950-12-31; KNMI has hourly figures since 1951-01-01"),
        ("     ,20210715,    5,    9,   26\n", "STN is ''; write KNMI's number of the station, in three digits"),
        ("    0,20210715,    5,    9,   26\n", "STN is '0'; write KNMI's number of the station, in three digits"),
        ("  3_7,20210715,    5,    9,   26\n", "STN is '3_7'; write KNMI's number of the station, in three digits"),
        ("06377,20210715,    5,    9,   26\n", "STN '06377' is WMO's number of KNMI's station 377; write 377"),
        (" 6377,20210715,    5,    9,   26\n", "STN '6377' is WMO's number of KNMI's station 377; write 377"),
        ("0-20000-0-06377,20210715,5,9,26\n", "STN '0-20000-0-06377' is the WIGOS id of KNMI's station 377; write 377"),
        ("BRON: KNMI\n", "'BRON: KNMI' is no row; remove the line, or put # before it"),
        ("\x1a", "'\\x1a' is no row; remove the line, or put # before it"),
    ],
)
def test_a_row_that_cannot_be_understood_is_refused_with_its_line_and_what_to_change(row: str, complaint: str) -> None:
    (reason,) = refusals(HEADER + ROWS + row)
    assert reason.startswith(f"line 5: {complaint}")


def test_all_rows_that_are_wrong_are_told_up_to_twenty_and_then_how_many_more() -> None:
    rows = "".join(f"  377,202107{day},   25,    0,    0\n" for day in range(10, 31))
    with pytest.raises(UnreadableError, match=r"; and 1 more$") as caught:
        read(HEADER + rows)
    told = [reason.partition(":")[0] for reason in caught.value.reasons]
    assert told == [f"line {number}" for number in range(2, 22)]
    assert caught.value.more == 1


def test_all_contradictions_are_told_up_to_twenty_and_then_how_many_more() -> None:
    rows = "".join(f"  377,20210715,{hour:5},    0,{figure:5}\n" for figure in (0, -1) for hour in range(1, 25))
    with pytest.raises(UnreadableError, match=r"^line 26: RH is -1 where line 2 says 0 .*; and 4 more$"):
        read(HEADER + rows)


@pytest.mark.parametrize(
    "last",
    [
        pytest.param("  391,20240718,   15,    9,  7", id="in the figure: 70.0 mm would be 0.7"),
        pytest.param("  391,20240718,   15,    9,  700", id="before the line end"),
        pytest.param("  391,20240718,   15,    9,     ", id="where the figure is empty"),
        pytest.param("  391,20240718,   15,    9,", id="before the figure"),
        pytest.param("  391,20240718,   15", id="in the hour"),
        pytest.param("  391,20240718,   15,    9,  7\n", id="in the figure, with a line end put behind it"),
    ],
)
def test_a_last_row_that_was_cut_is_refused(last: str) -> None:
    (reason,) = refusals(HEADER + "  391,20240718,   14,    9,    0\n" + last)
    assert reason.startswith("line 3: ")
    assert "cut" in reason or "characters" in reason


def test_a_comment_at_the_end_needs_no_line_end() -> None:
    assert only("  377,20210714,    5,   10,   26\n# end") == 26
    assert only("  377,20210714,    5,   10,   26\n   ") == 26


def test_rows_without_padding_may_have_any_length_but_need_a_line_end() -> None:
    text = "STN,YYYYMMDD,HH,RH\n377,20210714,9,26\n377,20210714,10,260\n"
    assert sorted(figures(read(text)).values()) == [26, 260]
    assert refusals(text[:-1]) == ("line 3: the last row has no line end: the file was cut; fetch it again",)


def test_a_message_shows_the_beginning_of_what_may_be_anything() -> None:
    assert shown("\x1b[31m" + "x" * 100) == "'\\x1b[31mxxxxxxxxxxxxxxxxxxx\\u2026'"


def test_an_only_row_that_was_cut_and_given_a_line_end_is_refused() -> None:
    (reason,) = refusals(HEADER + "  391,20240718,   15,    9,  7\n")
    assert reason == "line 2: the row has 30 characters and others 32; fetch the file again"
