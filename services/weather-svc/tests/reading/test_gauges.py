from __future__ import annotations

import gzip
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest
from knmi_files import SHARED, needs_shared
from rain_samples import FIGURES, at

from contracts.rain_gauges import manual_gauges
from contracts.vocabulary import Network
from weather_svc.domain.blocks import StationKey
from weather_svc.domain.gauge_days import GaugeDay
from weather_svc.domain.hours import last_border
from weather_svc.domain.publication import PublishedBy, Reply
from weather_svc.reading.gauges import GaugeContents, read_gauge_file
from weather_svc.reading.refusal import UnreadableError

HEADER = "# STN,YYYYMMDD,   RD,   SX\n"
READ_AT = at("2026-11-26T12:00")
KNOWN = {gauge.station.number for gauge in manual_gauges()}
RAIN_GAUGES = SHARED / "rain_gauges"


def read(text: str | bytes, *, published_at: datetime | None = None, read_at: datetime = READ_AT) -> GaugeContents:
    body = text.encode() if isinstance(text, str) else text
    return read_gauge_file(Reply("gauges.txt", body, read_at), known_gauges=KNOWN, published_at=published_at)


def figures(contents: GaugeContents) -> dict[tuple[int, int], int | None]:
    return {
        (day.gauge.number, day.last_hour): rain for each in contents.publications for day, rain in each.days.items()
    }


def refusals(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(UnreadableError) as caught:
        read(text)
    return caught.value.reasons


def of(gauge: int, day: str) -> tuple[int, int]:
    """Name the day whose reading is at 08:00 UTC of `day`."""
    return gauge, last_border(at(f"{day}T08:00"))


def test_a_day_is_named_by_its_reading_at_eight_which_is_its_end() -> None:
    (said,) = read(HEADER + "  550,20190620,  423,    0\n").publications
    assert said.days == {GaugeDay(StationKey(Network.GAUGE, 550), last_border(at("2019-06-20T08:00"))): 423}


def test_a_reply_of_the_script_is_read() -> None:
    found = figures(read((FIGURES / "gauge_de_bilt.txt").read_bytes()))
    assert len(found) == 79
    assert (found[of(550, "2019-06-20")], found[of(550, "2014-07-29")], found[of(550, "2021-07-15")]) == (423, 392, 58)


def test_a_file_per_gauge_is_read_whose_comments_have_no_mark_and_whose_rows_end_with_a_comma() -> None:
    found = figures(read((FIGURES / "gauge_akkrum.txt").read_bytes()))
    assert len(found) == 61
    assert {gauge for gauge, _ in found} == {89}


def test_no_figure_is_none_and_snow_is_not_read() -> None:
    found = figures(read(HEADER + "  593,20210101,     ,     \n  593,20210102,    0,  997\n"))
    assert found == {of(593, "2021-01-01"): None, of(593, "2021-01-02"): 0}


def test_a_file_without_a_statement_is_published_at_its_last_reading() -> None:
    (said,) = read(HEADER + "  550,20190620,  423,    0\n  550,20190621,     ,     \n").publications
    assert said.publication.published_at == at("2019-06-21T08:00")
    assert said.publication.published_by is PublishedBy.LAST_HOUR


def test_an_archive_says_when_its_member_was_published_and_who_imports_it_may_say_otherwise() -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr(
            ZipInfo("neerslaggeg_DE-BILT_550.txt", (2019, 8, 15, 6, 0, 0)), HEADER + "550,20190620,423,0\n"
        )
    (said,) = read(packed.getvalue()).publications
    assert said.publication.member == "neerslaggeg_DE-BILT_550.txt"
    assert said.publication.published_at == at("2019-08-15T06:00")
    (said,) = read(packed.getvalue(), published_at=at("2019-09-01T00:00")).publications
    assert said.publication.published_at == at("2019-09-01T00:00")


def test_a_file_cannot_have_been_published_before_its_last_figure() -> None:
    (said,) = read(HEADER + "550,20190620,423,0\n", published_at=at("2019-06-20T07:00")).publications
    assert said.publication.published_at == at("2019-06-20T08:00")


def test_gzip_is_read() -> None:
    assert figures(read(gzip.compress((HEADER + "550,20190620,423,0\n").encode()))) == {of(550, "2019-06-20"): 423}


def test_a_gauge_that_is_not_in_the_table_is_passed_over_and_counted() -> None:
    contents = read(HEADER + "  550,20190620,  423,    0\n  999,20190620,    1,    0\n")
    assert figures(contents) == {of(550, "2019-06-20"): 423}
    assert contents.passed_over == {999: 1}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it is empty; fetch it again"),
        ("KNMI\n", "no header line names the columns; the file needs `STN,YYYYMMDD,   RD,   SX`"),
        (HEADER, "it has a header line and no rows; ask KNMI again, for a period with days"),
        ("550,20190620,423,0\n" + HEADER, "line 1: a row comes before the header line"),
        ("STN,YYYYMMDD,RD,RD\n550,20190620,1,2\n", "line 1: the header names RD twice; which one counts"),
        ("STN,YYYYMMDD,HH,RH\n377,20190620,1,2\n", "line 1: these are hours of automatic stations; take them with"),
        ("STN,YYYYMMDD,SX\n550,20190620,2\n", "line 1: the header has no column RD; ask KNMI for manual gauges"),
        (
            HEADER + "550,20190620,423,0\n550,20190620,424,0\n",
            "line 3: RD is 424 where line 2 says 423 for the same day",
        ),
        (HEADER + "550,20190620,423,0\n550,20190620,   ,0\n", "line 3: RD is empty where line 2 says 423 for the same"),
        (HEADER + "550,20190620,423,0", "line 2: the last row has no line end: the file was cut; fetch it again"),
        (HEADER + "550,20190620,423,0\n550,20190621,\n", "line 3: 3 fields where the header names 4 columns"),
        (HEADER + "550,20190620,  423,   0\n550,20190621,  42,   0\n", "line 3: the row has 22 characters and those"),
        ("STN,YYYYMMDD,RD,SX,\n550,20190620,423,0,\n550,20190621,42", "line 3: 3 fields where the header names 5"),
        (HEADER + "550,20190620,-1,0\n", "line 2: RD is '-1'; write tenths of a millimetre from 0 to 5000"),
        (HEADER + "550,20190620,4_2,0\n", "line 2: RD is '4_2'; write tenths of a millimetre"),
        (HEADER + "550,20190620,٤٢,0\n", "line 2: RD is '\\u0664\\u0662'; write tenths"),
        (HEADER + "550,20190620,9999,0\n", "line 2: RD is '9999'; write tenths"),
        (HEADER + "550,20190631,42,0\n", "line 2: '20190631' is no day; write it as YYYYMMDD"),
        (HEADER + "550,20261127,42,0\n", "line 2: the day has not ended: that is no measurement; remove the row"),
        (f"{HEADER}550,20190620,4,0\n# STN,YYYYMMDD,HH,RH\n", "line 3: these are hours of automatic"),
    ],
)
def test_what_is_no_whole_file_of_days_is_refused(text: str, reason: str) -> None:
    (refusal,) = refusals(text)
    assert refusal.startswith(reason)


def test_the_same_row_twice_is_one_day() -> None:
    assert figures(read(HEADER + "550,20190620,423,0\n550,20190620,423,0\n")) == {of(550, "2019-06-20"): 423}


def test_a_row_that_ends_with_a_comma_is_whole_without_a_line_end() -> None:
    assert figures(read("STN,YYYYMMDD,RD,SX,\n550,20190620,423,0,")) == {of(550, "2019-06-20"): 423}


def test_every_wrong_row_is_told() -> None:
    reasons = refusals(HEADER + "550,20190620,423,0\n550,20190621,4x3,0\n550,2019 622,423,0\n")
    assert [reason[:7] for reason in reasons] == ["line 3:", "line 4:"]


@needs_shared
@pytest.mark.parametrize(
    ("name", "days", "without"),
    [
        ("neerslaggeg_AKKRUM_089.txt", 7_671, 0),
        ("neerslaggeg_DE-BILT_550.txt", 366, 0),
        ("neerslaggeg_LETTELE_681.txt", 28_821, 33),
        ("precipitation_st_anthonis.txt", 37_004, 334),
        ("prec_593_19600101_20260701.txt", 24_176, 9_615),
    ],
)
def test_files_of_knmi_are_read_whole(name: str, days: int, without: int) -> None:
    found = figures(read(Path(RAIN_GAUGES / name).read_bytes()))
    assert (len(found), list(found.values()).count(None)) == (days, without)
