"""KNMI's files of hourly figures: those beside the checkout, else files of the same shape that are made up."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from bench.storm import places_of_all_stations

SHARED = Path("../shared/knmi/hourly")
_DECADES = ((date(2011, 1, 1), date(2020, 12, 31)), (date(2021, 1, 1), date(2025, 5, 26)))
_COLUMNS = "STN YYYYMMDD HH DD FH FF FX T T10N TD SQ Q DR RH P VV N U WW IX M R S O Y"
HEADER = "# " + ",".join(f"{name:>5}" for name in _COLUMNS.split()) + "\n"
_OTHERS = ",   26" * 9, ",   26" * 11
"""What stands before and after DR and RH."""


def knmi_files(directory: Path) -> tuple[Sequence[Path], bool]:
    """Return the files to import, and whether they are KNMI's own; made up ones are written into `directory`."""
    own = sorted(SHARED.glob("*.zip"))
    return (own, True) if own else (list(_made_up(directory)), False)


def _made_up(directory: Path) -> Iterator[Path]:
    directory.mkdir(parents=True, exist_ok=True)
    for station in sorted(places_of_all_stations()):
        for first, last in _DECADES:
            path = directory / f"uurgeg_{station}_{first.year}-{first.year + 9}.zip"
            write_zip(path, station_rows(station, first, last), published_at=datetime(2025, 5, 27, tzinfo=UTC))
            yield path


def write_zip(path: Path, rows: Iterable[str], *, published_at: datetime) -> None:
    """Write a zip of one file as KNMI packs it."""
    member = zipfile.ZipInfo(path.with_suffix(".txt").name, date_time=published_at.timetuple()[:6])
    member.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(path, "w") as archive, archive.open(member, "w") as text:
        text.write(HEADER.encode())
        for row in rows:
            text.write(row.encode())


def station_rows(station: int, first: date, last: date) -> Iterator[str]:
    """Yield a row for each hour, in one of twelve of which it rains."""
    chance = Random(f"{station} {first}")  # noqa: S311 - the same rows at every run
    before, after = _OTHERS
    for days in range((last - first).days + 1):
        day = f"{first + timedelta(days=days):%Y%m%d}"
        for hour in range(1, 25):
            tenths_mm = chance.choice((-1, 1, 2, 3, 5, 9, 14, 31)) if not chance.randrange(12) else 0
            lasted = 5 if tenths_mm > 0 else 0
            yield f"{station:>5},{day},{hour:>5}{before},{lasted:>5},{tenths_mm:>5}{after}\n"
