"""Files of KNMI: those beside the checkout, those that tests make up, and what was read of them."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Mapping
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from rain_samples import at

from weather_svc.domain.blocks import NOT_STATED, Statement, Suspicion
from weather_svc.domain.hours import border_at
from weather_svc.domain.publication import Publication, Reply
from weather_svc.reading.files import FileContents, read_file
from weather_svc.reading.refusal import UnreadableError

SHARED = Path(__file__).parents[4] / "shared" / "knmi"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="KNMI's own files are not here: they stand in ../shared/knmi beside the checkout"
)
HEADER = "# STN,YYYYMMDD,   HH,   DR,   RH\n"
ROWS = "  377,20210714,    4,   10,   26\n  377,20210714,    5,   10,   -1\n  377,20210714,    6,     ,     \n"
READ_AT = at("2026-11-26T12:00")
RAIN_STATIONS = frozenset({260, 344, 377, 380, 391})
DosTime = tuple[int, int, int, int, int, int]
SIX_O_CLOCK: DosTime = (2021, 7, 15, 6, 0, 2)


def zipped(members: Mapping[str, str], *, time: DosTime = SIX_O_CLOCK, extra: bytes = b"") -> bytes:
    """Pack texts by their names, each with this time and extra field."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive_file:
        for name, text in members.items():
            info = zipfile.ZipInfo(name, time)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.extra = extra
            archive_file.writestr(info, text)
    return packed.getvalue()


def read(
    text: str | bytes,
    *,
    name: str = "hours.txt",
    rain_stations: Collection[int] = RAIN_STATIONS,
    read_at: datetime = READ_AT,
    published_at: datetime | None = None,
) -> FileContents:
    """Read what a file holds."""
    body = text.encode() if isinstance(text, str) else text
    return read_file(Reply(name, body, read_at), rain_stations=rain_stations, published_at=published_at)


def refusals(text: str | bytes) -> tuple[str, ...]:
    """Return why a file is refused."""
    with pytest.raises(UnreadableError) as caught:
        read(text)
    return caught.value.reasons


def publication(contents: FileContents) -> Publication:
    (only,) = contents.publications
    return only


def figures(contents: FileContents) -> dict[tuple[int, str], int]:
    """Return what is stated, by station and end of the hour; -1 is a trace, -2 no figure."""
    return {
        (key.station.number, f"{border_at(key.first_hour + offset):%Y-%m-%dT%H:%M}"): figure
        for each in contents.publications
        for key, statement in each.statements.items()
        for offset, figure in enumerate(statement.figures)
        if figure != NOT_STATED
    }


def suspicions(statements: Collection[Statement]) -> list[Suspicion]:
    """Return what is suspect, hour by hour."""
    return [Suspicion(flag) for statement in statements for flag in statement.suspicions if flag]
