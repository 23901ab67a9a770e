"""Every small file in ../shared/knmi/cases does what its table says."""

from __future__ import annotations

import pytest
from knmi_files import SHARED, figures, needs_shared, read, suspicions

from weather_svc.domain.blocks import Suspicion
from weather_svc.reading.refusal import UnreadableError

CASES = SHARED / "cases"
REFUSED = {
    "02_utf16_powershell.txt": "it is UTF-16; save it as UTF-8",
    "03_html_page.txt": "it is a web page",
    "04_empty.txt": "it is empty",
    "04_header_only.txt": "it has a header line and no rows",
    "05_script_json_empty.txt": "KNMI has no data for what was asked",
    "06_edr_coveragejson.json": "it is CoverageJSON, a reply of KNMI's EDR API",
    "06_edr_quota_200.json": "KNMI answered with an error, 'quota exceeded': the quota is used up",
    "06_kdp_403.json": "KNMI answered with an error, 'access to this api has b\\u2026': the key is wrong",
    "07_netcdf3.nc": "it is NetCDF; use the text files",
    "07_netcdf4.nc": "it is NetCDF; use the text files",
    "08_truncated_before_RH.txt": "line 3: the row has 27 characters and others 32",
    "08_truncated_blank_RH.txt": "line 3: the last row has no line end",
    "08_truncated_in_DR.txt": "line 3: 4 fields where the header names 5 columns; if it was cut",
    "09_duplicate_conflict.txt": "line 3: RH is 99 where line 2 says 26",
    "10_future.txt": "line 2: the hour has not ended",
    "10_year_9999.txt": "line 2: the hour has not ended",
    "11_space_month.txt": "line 2: '2021 714' is no day",
    "11_underscore.txt": "line 2: RH is '1_0'",
    "13_excel_semicolon.csv": "line 1: the header separates fields by something else than commas",
    "13_lowercase.csv": "line 1: the header is in lower case",
    "13_quoted.csv": "line 1: the header has quotes",
    "14_trailing_comma_header.txt": "line 2: 4 fields where the header names 5 columns",
    "14_trailing_comma_rows.txt": "line 2: 5 fields where the header names 4 columns; '' is too much",
    "15_ctrl_z.txt": "line 3: '\\x1a' is no row",
    "16_float_mm.txt": "line 2: RH is '2.6'",
    "16_float_trace.txt": "line 2: RH is '-0.1'",
    "16_minus9999.txt": "line 2: RH is '-9999'",
    "16_nan.txt": "line 2: RH is 'NaN'",
    "16_onb.txt": "line 2: RH is 'onb.'",
    "16_underscore_only.txt": "line 2: RH is '_'",
    "17_two_RH.txt": "line 1: the header names RH twice",
    "19_hour_0.txt": "line 2: HH is '0'",
    "21_daily_then_hourly.txt": "line 1: the header has no column HH",
    "21_hourly_then_gauge.txt": "line 3: the header has no column HH",
    "24_comment_after.txt": "line 3: 'BRON: KNMI' is no row",
    "25_wigos.txt": "line 2: STN '0-20000-0-06377' is the WIGOS id of KNMI's station 377",
    "25_wmo5.txt": "line 2: STN '06377' is WMO's number of KNMI's station 377",
    "30_duplicate_across_batches.txt": "line 10002: RH is 34 where line 2 says 12",
    "32_cut.txt": "line 208: the row has 30 characters and others 32",
    "36_huge_number.txt": "line 2: RH is '9999",
    "40_future_dry.txt": "line 158: the hour has not ended",
    "42_zip_bad_crc.zip": "uurgeg_377_2021-2030.txt: the archive is damaged (Bad CRC-32",
    "43_first_row_corrupt.txt": "line 2: STN is ''",
}
"""With the beginning of the first reason."""
READ = {
    "01_short.txt": (7, 0),
    "01_two_files.zip": (14, 0),
    "01_uurgeg_377.txt.gz": (7, 0),
    "01_uurgeg_377.zip": (7, 0),
    "05_script_json.txt": (1, 26),
    "12_station_392_horst.txt": (1, 26),
    "12_wind_station_343.txt": (0, 0),
    "14_trailing_comma_both.txt": (1, 26),
    "18_header_2026.txt": (1, 26),
    "19_hour_24.txt": (2, 56),
    "20_DR_contradicts_RH.txt": (3, 360),
    "22_two_boms.txt": (2, 53),
    "23_cr_only.txt": (1, 26),
    "26_1998.txt": (1, 26),
    "31_ell_399.txt": (264, 399),
    "31_ell_400.txt": (264, 400),
    "32_whole.txt": (207, 700),
    "38_1951.txt": (166_560, 53),
    "41_H_column.txt": (1, 26),
    "44_duplicate_identical.txt": (1, 26),
}
"""With the number of hours and the sum of their figures."""

pytestmark = needs_shared


@pytest.mark.parametrize("name", REFUSED)
def test_a_case_that_cannot_be_evidence_is_refused_for_what_it_is(name: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read((CASES / name).read_bytes())
    assert refused.value.reasons[0].startswith(REFUSED[name])


@pytest.mark.parametrize("name", READ)
def test_a_case_that_is_evidence_is_read(name: str) -> None:
    said = figures(read((CASES / name).read_bytes())).values()
    assert (len(said), sum(figure for figure in said if figure > 0)) == READ[name]


def test_no_case_is_left_out() -> None:
    assert {path.name for path in CASES.iterdir()} == {*REFUSED, *READ, "README.md"}


def test_a_suspect_figure_is_marked() -> None:
    (found,) = read((CASES / "20_DR_contradicts_RH.txt").read_bytes()).publications
    assert suspicions(found.statements.values()) == [Suspicion.DURATION_WITHOUT_RAIN, Suspicion.RAIN_WITHOUT_DURATION]


def test_horst_is_told_and_the_harbour_that_measures_wind_is_only_counted() -> None:
    assert read((CASES / "12_station_392_horst.txt").read_bytes()).strangers == {392: 1}
    harbour = read((CASES / "12_wind_station_343.txt").read_bytes())
    assert (harbour.strangers, [(each.station, each.rows) for each in harbour.passed_over]) == ({}, [(343, 1)])
