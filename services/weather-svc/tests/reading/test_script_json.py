from __future__ import annotations

import json

import pytest
from knmi_files import figures, publication, read, refusals, suspicions

from weather_svc.domain.blocks import Suspicion


def row(**different: object) -> dict[str, object]:
    return {"station_code": 377, "date": "2021-07-14T00:00:00.000Z", "hour": 5, "DR": 9, "RH": 26} | different


def text(*rows: object) -> str:
    return json.dumps(rows)


@pytest.mark.parametrize(
    "date",
    [
        "2021-07-14T00:00:00.000Z",
        "2021-07-14T00:00:00Z",
        "2021-07-14T00:00:00+00:00",
        "2021-07-14T00:00",
        "2021-07-14",
        "20210714",
        pytest.param(20210714, id="a number"),
    ],
)
def test_a_row_is_an_hour_that_bears_the_name_of_its_end(date: object) -> None:
    assert figures(read(text(row(date=date)))) == {(377, "2021-07-14T05:00"): 26}


def test_a_trace_and_no_figure_are_told_apart_from_a_dry_hour() -> None:
    rows = [row(hour=hour, RH=rain, DR=None) for hour, rain in enumerate((0, -1, None), start=1)]
    assert list(figures(read(text(*rows))).values()) == [0, -1, -2]


def test_rain_without_duration_is_suspect_here_too() -> None:
    found = publication(read(text(row(DR=0))))
    assert suspicions(found.statements.values()) == [Suspicion.RAIN_WITHOUT_DURATION]


def test_numbers_may_be_written_as_texts_and_durations_left_out() -> None:
    one = {"station_code": "377", "date": "20210714", "hour": "24", "RH": "26"}
    assert figures(read(text(one))) == {(377, "2021-07-15T00:00"): 26}


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("[]", "KNMI has no data for what was asked: the list is empty"),
        (text(row())[:-3], "it is no JSON ("),
        ('[{"station_code":377,"station_code":380}]', "it is no JSON (an object names a key twice)"),
        ('[{"station_code":377,"date":"20210714","hour":5,"RH":NaN}]', "it is no JSON (NaN is no number)"),
        ("[" * 100_000, "it is no JSON ("),
        (text(377), "row 1: '377' is no object with station_code, date, hour, RH"),
        (text(row(), {"station_code": 377}), "row 2: it has no date; ask KNMI for hourly figures with RH"),
        (text(row(RH=2.6)), "row 1: RH is '2.6'; write tenths"),
        (text(row(RH=-2)), "row 1: RH is '-2'; write tenths"),
        (text(row(RH=True)), "row 1: RH is 'True'; write tenths"),
        (text(row(RH=[26])), "row 1: RH is '[26]'; write tenths"),
        (text(row(hour=0)), "row 1: HH is '0'; hours run from 1 to 24"),
        (text(row(hour=25)), "row 1: HH is '25'; hours run from 1 to 24"),
        (text(row(station_code="06377")), "row 1: STN '06377' is WMO's number of KNMI's station 377"),
        (text(row(date="2021-07-14T05:00:00Z")), "row 1: date is '2021-07-14T05:00:00Z'; write it as YYYY-MM-DD"),
        (text(row(date="2021-0714")), "row 1: date is '2021-0714'; write it as YYYY-MM-DD"),
        (text(row(date="2021-02-30")), "row 1: '20210230' is no day"),
        (text(row(date="2026-11-26", hour=13)), "row 1: the hour has not ended"),
        (text(row(), row(RH=27)), "row 2: RH is 27 where row 1 says 26 for the same hour of station 377"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_row(body: str, complaint: str) -> None:
    (reason,) = refusals(body)
    assert reason.startswith(complaint)


def test_two_equal_rows_of_an_hour_are_one() -> None:
    assert list(figures(read(text(row(), row()))).values()) == [26]
