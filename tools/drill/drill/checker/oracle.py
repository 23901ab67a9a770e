"""What must be decided about the simple losses that the generator makes, worked out anew from what it sent.

It follows the domain page, not the services: heavy local precipitation is 40 mm in 24 h, 53 mm in 48 h or 67 mm in
72 h around the loss, at least; whoever has damage by heavy weather bears 250 euros of it at least.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from drill.checker.journal import Insured

THRESHOLDS_TENTHS_MM = ((24, 400), (48, 530), (72, 670))
CLOUDBURST_TENTHS_MM = 250
RECENT_TENTHS_MM = 10
WATER_MAY_LAG = timedelta(hours=24)
HEAVY_WEATHER_MINIMUM_CENTS = 25_000
_AROUND_HOURS = 96
COVERS = frozenset({"direct_precipitation", "heavy_local_precipitation", "sewer_water_from_heavy_precipitation"})
REFERS = frozenset({"direct_precipitation_without_rain"})


class Expected(NamedTuple):
    """The outcome, the ground that decides, and the cents to be paid; None while people decide."""

    outcome: str
    ground: str
    payable_cents: int | None


class OutsideTheFamilyError(Exception):
    """A loss that this oracle knows nothing of: the generator made what the checker cannot check."""


def expected(report: Mapping[str, Any], *, insured: Insured, hours: Mapping[str, int]) -> Expected:
    """Return what must be decided; `hours` are tenths of a millimetre by the end of each hour that was not dry."""
    facts = {name: fact["value"] for name, fact in report["facts"].items()}
    rain = _Rain(datetime.fromisoformat(report["loss"]["from_at"]), hours)
    ground, heavy = _ground(facts, rain)
    if ground in COVERS:
        cents = sum(item["amount_cents"] for item in report["damage"])
        least_cents = HEAVY_WEATHER_MINIMUM_CENTS if heavy else 0
        return Expected("covered", ground, cents - min(cents, max(insured.deductible_cents, least_cents)))
    return Expected("referred", ground, None) if ground in REFERS else Expected("denied", ground, 0)


def _ground(facts: Mapping[str, str], rain: _Rain) -> tuple[str, bool]:
    """Return the ground that decides, and whether damage by it is damage by heavy weather."""
    match facts:
        case {"precipitation_fell_directly": "true"}:
            dry = rain.recent_tenths_mm < RECENT_TENTHS_MM
            return "direct_precipitation_without_rain" if dry else "direct_precipitation", rain.is_cloudburst
        case {"precipitation_left_its_course": "true", "came_through_open_window_or_door": "true"}:
            return "window_or_door_open", False
        case {"precipitation_left_its_course": "true", "came_through_open_window_or_door": "false"}:
            return "heavy_local_precipitation" if rain.is_heavy else "no_heavy_local_precipitation", True
        case {"sewer_water_entered": "true", "toilet_overflowed": "true"}:
            heavy = "sewer_water_from_heavy_precipitation"
            return heavy if rain.is_heavy else "toilet_without_heavy_precipitation", True
        case _:
            raise OutsideTheFamilyError(str(sorted(facts)))


class _Rain:
    def __init__(self, loss_at: datetime, hours: Mapping[str, int]) -> None:
        self._hour_ends_at = loss_at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        self._fell = {datetime.fromisoformat(end): tenths for end, tenths in hours.items()}

    @property
    def is_heavy(self) -> bool:
        """Whether a window reached its threshold that holds the loss or ended shortly before it."""
        return any(
            self._sum(end, hours) >= tenths for hours, tenths in THRESHOLDS_TENTHS_MM for end in self._ends(hours)
        )

    @property
    def is_cloudburst(self) -> bool:
        """Whether it fell in the clock hour that holds the loss."""
        return self._sum(self._hour_ends_at, 1) >= CLOUDBURST_TENTHS_MM

    @property
    def recent_tenths_mm(self) -> int:
        """What fell in the day up to the end of the hour of loss."""
        return self._sum(self._hour_ends_at, 24)

    def _ends(self, hours: int) -> list[datetime]:
        ends = [self._hour_ends_at + timedelta(hours=number) for number in range(-_AROUND_HOURS, hours)]
        return [end for end in ends if end >= self._hour_ends_at - timedelta(hours=1) - WATER_MAY_LAG]

    def _sum(self, end: datetime, hours: int) -> int:
        return sum(tenths for at, tenths in self._fell.items() if end - timedelta(hours=hours) < at <= end)
