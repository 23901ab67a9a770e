"""The hours that five stations measured: made up, so that what they decide is known beforehand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

FIRST_DAY = datetime(2021, 6, 9, tzinfo=UTC)
DAYS = 60
RAIN_FROM = datetime(2021, 7, 13, 8, tzinfo=UTC)
LOSS_AT = datetime(2021, 7, 13, 20, 10, tzinfo=UTC)
"""After the rain or, at the cloudburst, in its hour: what decides had fallen by the end of the hour of loss."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A station of KNMI and where it stands, in millionths of a degree."""

    station: int
    latitude: int
    longitude: int


LATE = "late"
"""The station whose hours are not there when the losses are reported."""
PLACES = MappingProxyType(
    {
        "wet": Place(station=344, latitude=51_959_365, longitude=4_442_414),
        "exactly": Place(station=370, latitude=51_449_723, longitude=5_377_032),
        "almost": Place(station=375, latitude=51_658_452, longitude=5_706_596),
        "cloudburst": Place(station=260, latitude=52_099_178, longitude=5_176_537),
        "dry": Place(station=275, latitude=52_060_531, longitude=5_887_025),
        LATE: Place(station=380, latitude=50_905_256, longitude=5_761_783),
    }
)
_TENTHS_MM = MappingProxyType(
    {
        "wet": (45,) * 10,
        "exactly": (40,) * 10,
        "almost": (40,) * 9 + (39,),
        "cloudburst": (*(20,) * 9, 0, 0, 0, 260),
        "dry": (),
        LATE: (48,) * 10,
    }
)
"""What fell in each hour from `RAIN_FROM` on."""


def measured(weather: str) -> dict[str, int]:
    """Return what the station of this weather measured: tenths of a millimetre by the end of the hour."""
    return {
        (RAIN_FROM + timedelta(hours=number + 1)).isoformat(): tenths
        for number, tenths in enumerate(_TENTHS_MM[weather])
    }


def file_lines(weathers: Iterable[str]) -> Iterator[str]:
    """Yield a file of these stations' hours in KNMI's layout: hour 24 of a day ends at midnight."""
    yield "# STN,YYYYMMDD,   HH,   RH\n"
    for weather in weathers:
        place = PLACES[weather]
        hours = measured(weather)
        for number in range(DAYS * 24):
            begins = FIRST_DAY + timedelta(hours=number)
            tenths = hours.get((begins + timedelta(hours=1)).isoformat(), 0)
            yield f"{place.station:>5},{begins:%Y%m%d},{begins.hour + 1:>5},{tenths:>5}\n"
