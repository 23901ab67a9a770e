from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from knmi_server import coverage
from rain_samples import at

from weather_svc.domain.blocks import NO_FIGURE, TRACE
from weather_svc.reading.coverage_json import ErrorBodyError, read_coverages, tenths
from weather_svc.reading.refusal import UnreadableError

FIVE, SIX = at("2021-07-14T05:00"), at("2021-07-14T06:00")
ELL = "0-20000-0-06377"
BOTH = ["2021-07-14T05:00:00Z", "2021-07-14T06:00:00Z"]


def read(document: object) -> object:
    return read_coverages(json.dumps(document).encode(), parameters=("RH", "DR"))


@pytest.mark.parametrize(
    "document",
    [
        coverage(377, BOTH, RH=[2.6, None]),
        {"type": "CoverageCollection", "coverages": [coverage(377, BOTH, RH=[2.6, None])]},
        {
            "type": "CoverageCollection",
            "coverages": [coverage(377, BOTH[:1], RH=[2.6]), coverage(377, BOTH[1:], RH=[None])],
        },
        coverage(377, ["2021-07-14T07:00:00+02:00", "2021-07-14T08:00:00+02:00"], RH=[2.6, None]),
    ],
    ids=["a single coverage", "one per station", "one per time", "another zone"],
)
def test_every_form_of_a_reply_says_the_same(document: object) -> None:
    assert read(document) == {ELL: {"RH": {FIVE: Decimal("2.6"), SIX: None}}}


def test_a_collection_without_coverages_says_nothing() -> None:
    assert read({"type": "CoverageCollection", "coverages": []}) == {}


@pytest.mark.parametrize(
    ("number", "expected"),
    [("2.6", 26), ("0", 0), ("0.0", 0), ("500", 5_000), ("-1", TRACE), ("-0.1", TRACE), ("2.60", 26), ("2.6e0", 26)],
)
def test_millimetres_become_tenths_without_a_rounding(number: str, expected: int) -> None:
    document = json.dumps(coverage(377, BOTH[:1], RH=[0.125])).replace("0.125", number)
    (value,) = read_coverages(document.encode(), parameters=("RH",))[ELL]["RH"].values()
    assert tenths(value) == expected


def test_a_missing_value_is_no_figure() -> None:
    assert tenths(None) == NO_FIGURE


@pytest.mark.parametrize("number", ["2.65", "500.1", "-9999", "-1.1", "1e999999999", "2.6000000000000001"])
def test_what_is_no_measurement_in_tenths_is_refused(number: str) -> None:
    with pytest.raises(UnreadableError):
        tenths(Decimal(number))


@pytest.mark.parametrize("body", [b'{"error":"Quota exceeded"}', b'{"error":{"code":403,"message":"quota"}}'])
def test_an_error_in_the_body_is_told_from_no_data(body: bytes) -> None:
    with pytest.raises(ErrorBodyError) as caught:
        read_coverages(body, parameters=("RH",))
    assert "quota" in caught.value.text
    assert "quota" not in str(caught.value), "what a server says is not repeated"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"<html></html>",
        b'{"type":"Feature"}',
        b'{"type":"CoverageCollection"}',
        b'{"type":"CoverageCollection","coverages":[17]}',
        b"[" * 100_000,
        json.dumps(coverage(377, BOTH, RH=[2.6, None])).encode()[:-40],
        json.dumps(coverage(377, BOTH, RH=[2.6])).encode(),
        json.dumps(coverage(377, BOTH, DR=[0.1, 0.1])).encode(),
        json.dumps(coverage(377, BOTH, RH=[2.6, float("nan")])).encode(),
        json.dumps(coverage(377, ["2021-07-14T05:00:00", BOTH[1]], RH=[2.6, 0])).encode(),
        json.dumps(coverage(377, ["yesterday", BOTH[1]], RH=[2.6, 0])).encode(),
        json.dumps(coverage(377, BOTH, RH=[2.6, 0])).replace("2.6", '"2.6"').encode(),
        json.dumps(coverage(377, BOTH, RH=[2.6, 0])).replace("2.6", "true").encode(),
        json.dumps(coverage(377, BOTH, RH=[2.6, 0])).replace("eumetnet:locationId", "name").encode(),
        json.dumps(coverage(377, [BOTH[0], BOTH[0]], RH=[2.6, 2.7])).encode(),
    ],
)
def test_what_is_no_coverage_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableError) as caught:
        read_coverages(body, parameters=("RH", "DR"))
    assert not isinstance(caught.value, ErrorBodyError)


def test_a_moment_is_in_utc() -> None:
    (moments,) = (
        list(each["RH"])
        for each in read_coverages(
            json.dumps(coverage(377, ["2021-07-14T07:00:00+02:00"], RH=[1])).encode(), parameters=("RH",)
        ).values()
    )
    assert moments[0].utcoffset() == timedelta(0)


def test_a_time_before_all_times_is_refused() -> None:
    with pytest.raises(UnreadableError):
        read(coverage(377, ["0001-01-01T00:00:00+01:00"], RH=[2.6]))


def test_a_type_that_is_no_text_is_refused() -> None:
    with pytest.raises(UnreadableError):
        read({"type": ["Coverage"]})
