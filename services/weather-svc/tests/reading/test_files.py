from __future__ import annotations

import pytest
from knmi_files import HEADER, ROWS, figures, publication, read, refusals, zipped
from rain_samples import at

from weather_svc.domain.publication import HOURLY_FILES, Resolution
from weather_svc.reading.refusal import UnreadableError


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"", "it is empty; fetch it again"),
        ((HEADER + ROWS).encode("utf-16"), "it is UTF-16; save it as UTF-8"),
        ((HEADER + ROWS).encode("utf-16-le"), "it is no text; use the text files"),
        (b"<!DOCTYPE html>\n<html>", "it is a web page or XML"),
        (b"\n  <?xml version='1.0'?>", "it is a web page or XML"),
        (b"CDF\x01\0\0\0\0", "it is NetCDF; use the text files"),
        (b"\x89HDF\r\n\x1a\n\0\0", "it is NetCDF; use the text files"),
        (b"%PDF-1.7", "it is a PDF document; use the text files"),
        (b'{"error":"Quota exceeded"}', "KNMI answered with an error, 'quota exceeded': the quota is used up"),
        (
            b'{"error":"Access to this API has been disallowed"}',
            "KNMI answered with an error, 'access to this api has b",
        ),
        (b'{"error":"Service Unavailable"}', "KNMI answered with an error, 'service unavailable': fetch it again"),
        (b'{"weather":"fine"}', "it is JSON, but neither a Coverage nor a CoverageCollection"),
    ],
)
def test_what_is_no_text_of_hours_is_told_for_what_it_is(body: bytes, complaint: str) -> None:
    (reason,) = refusals(body)
    assert reason.startswith(complaint)


def test_a_wrong_key_is_named_as_such() -> None:
    (reason,) = refusals('{"error":"Access to this API has been disallowed"}')
    assert reason.endswith("the key is wrong or has expired; get another one")


def test_a_publication_says_where_it_comes_from() -> None:
    found = publication(read(HEADER + ROWS))
    assert (found.data_set, found.resolution, found.member, found.reply.name) == (
        HOURLY_FILES,
        Resolution.HOURLY,
        None,
        "hours.txt",
    )


def test_a_station_without_any_figure_that_is_no_rain_station_is_passed_over_and_counted() -> None:
    wind = "".join(f"  343,20210714,{hour:5},     ,     \n" for hour in (5, 6))
    contents = read(HEADER + wind + ROWS)
    assert [each.sentence for each in contents.passed_over] == [
        "line 2: station 343 is no rain station: 2 rows without a figure passed over"
    ]
    assert contents.strangers == {}
    assert {station for station, _ in figures(contents)} == {377}
    assert read(HEADER + wind).publications == []


def test_what_was_passed_over_is_told_also_of_a_file_that_is_refused() -> None:
    wind = HEADER + "  343,20210714,    5,     ,     \n"
    with pytest.raises(UnreadableError) as refused:
        read(zipped({"wind.txt": wind, "cut.txt": wind.replace("343", "225") + ROWS[:-3]}))
    assert [(each.first_row, each.station) for each in refused.value.passed_over] == [
        ("wind.txt: line 2", 343),
        ("cut.txt: line 2", 225),
    ]


def test_a_rain_station_without_any_figure_is_taken() -> None:
    assert figures(read(HEADER + "  377,20210714,    5,     ,     \n")) == {(377, "2021-07-14T05:00"): -2}


def test_a_station_with_figures_that_the_register_does_not_know_is_taken_and_told() -> None:
    contents = read(HEADER + ROWS.replace("377", "392") + ROWS)
    assert contents.strangers == {392: 2}
    assert {station for station, _ in figures(contents)} == {377, 392}


def test_a_file_of_which_one_member_is_wrong_is_refused_as_a_whole() -> None:
    (reason,) = refusals(zipped({"377.txt": HEADER + ROWS, "380.txt": HEADER + ROWS + "BRON: KNMI\n"}))
    assert reason == "380.txt: line 5: 'BRON: KNMI' is no row; remove the line, or put # before it"


def test_members_of_the_same_time_must_not_say_different_figures_of_an_hour() -> None:
    other = ROWS.replace("   26", "   27")
    (reason,) = refusals(zipped({"old.txt": HEADER + ROWS, "new.txt": HEADER + other}))
    assert reason.startswith("old.txt and new.txt bear the same time and differ in figures of station 377")
    alike = zipped({"old.txt": HEADER + ROWS, "new.txt": HEADER + ROWS.replace("     \n", "    3\n")})
    assert len(read(alike).publications) == 2


def test_a_row_without_a_figure_may_be_younger_than_the_publication() -> None:
    later = "  377,20210715,    7,     ,     \n"
    packed = zipped({"377.txt": HEADER + ROWS + later}, time=(2021, 7, 15, 6, 0, 0))
    assert publication(read(packed)).published_at == at("2021-07-15T06:00")
