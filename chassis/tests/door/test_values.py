"""Money is whole cents, days and moments are written as RFC 3339 has them; everything else is a mistake."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from chassis.http import values
from chassis.http.values import MOST_CENTS


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("Cents", 0, 0),
        ("Cents", MOST_CENTS, MOST_CENTS),
        ("SignedCents", -MOST_CENTS, -MOST_CENTS),
        ("Day", "2028-02-29", date(2028, 2, 29)),
        ("Day", date(2028, 2, 29), date(2028, 2, 29)),
        ("Moment", "2026-11-27T03:04:05Z", datetime(2026, 11, 27, 3, 4, 5, tzinfo=UTC)),
        ("Moment", "2026-11-27t04:04:05.25+01:00", datetime(2026, 11, 27, 3, 4, 5, 250_000, tzinfo=UTC)),
        ("Moment", "1900-01-01T00:00:00Z", datetime(1900, 1, 1, tzinfo=UTC)),
        ("Moment", "2199-12-31T23:59:59.999999Z", datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
        ("RelationNumber", "000123", "000123"),
    ],
)
def test_what_is_written_as_it_should_be_is_read(kind: str, written: object, value: object) -> None:
    assert TypeAdapter(getattr(values, kind)).validate_python(written) == value


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("Cents", "1", 1),
        ("Day", '"2028-02-29"', date(2028, 2, 29)),
        ("Moment", '"2026-11-27T03:04:05z"', datetime(2026, 11, 27, 3, 4, 5, tzinfo=UTC)),
        ("RelationNumber", '"000123"', "000123"),
    ],
)
def test_it_is_read_from_a_body_too(kind: str, written: str, value: object) -> None:
    assert TypeAdapter(getattr(values, kind)).validate_json(written, strict=True) == value


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("Cents", -1),
        ("Cents", MOST_CENTS + 1),
        ("Cents", 1.0),
        ("Cents", "1"),
        ("Cents", True),
        ("SignedCents", -MOST_CENTS - 1),
        ("Day", "2026-02-30"),
        ("Day", "2026-11-27T00:00:00"),
        ("Day", "20261127"),
        ("Day", "2026-1-7"),
        ("Day", 1_795_000_000),
        ("Day", "17950000"),
        ("Day", "٢٠٢٦-11-27"),
        ("Moment", "2026-11-27T03:04:05"),
        ("Moment", "2026-11-27 03:04:05Z"),
        ("Moment", "2026-11-27"),
        ("Moment", "2026-11-27T25:00:00Z"),
        ("Moment", 1_795_000_000),
        ("Moment", datetime(2026, 11, 27, 3, 4, 5)),  # noqa: DTZ001 - it has no offset
        ("Moment", "0001-01-01T00:00:00+23:59"),
        ("Moment", "9999-12-31T23:59:59-23:59"),
        ("Moment", "1899-12-31T23:59:59Z"),
        ("Moment", "2200-01-01T00:00:00Z"),
        ("RelationNumber", ""),
        ("RelationNumber", "1234567890"),
        ("RelationNumber", "123456\n"),
        ("RelationNumber", "١٢٣"),
    ],
)
def test_what_is_written_otherwise_is_refused(kind: str, written: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(getattr(values, kind)).validate_python(written)
