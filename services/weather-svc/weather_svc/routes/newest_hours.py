"""How fresh the figures of each station are, for operators."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from pydantic import Field

from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.values import ExactModel, Moment
from contracts.access import read_operations_of
from contracts.rain_stations import StationPeriod
from contracts.vocabulary import Network
from weather_svc.domain.blocks import StationKey
from weather_svc.domain.hours import border_at
from weather_svc.repository.newest_hours import newest_hours
from weather_svc.routes.parts import Parts

LATE: Final = timedelta(hours=3)
"""KNMI publishes an hour within the next; two more are no reason to look."""


class FreshnessView(ExactModel):
    """The newest hour of a station that measures rain now."""

    network: Network = Field(examples=["aws"])
    number: int = Field(examples=[377])
    name: str = Field(examples=["Ell"])
    newest_hour_ends_at: Moment | None = Field(description="Null: there is no figure of it")
    is_late: bool = Field(description="It ended more than three hours ago", examples=[False])


class FreshnessesView(ExactModel):
    """All stations that measure rain now, those first whose newest hour is the oldest."""

    now: Moment
    late: int = Field(description="How many are late", examples=[0])
    stations: list[FreshnessView]


class NewestHourRoutes:
    """Tells how fresh the figures are."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the route to `api`."""
        api.get("/operations/stations", operation=read_operations_of("weather-svc"))(self.read_newest_hours)

    async def read_newest_hours(self, reading: Reading) -> FreshnessesView:
        """Read the newest hour of each station that measures rain now."""
        now = await reading.now()
        newest = await newest_hours(reading.connection)
        register = await self._parts.register.current(reading.connection)
        measuring = [periods[-1] for periods in register.by_station() if _measures_at(periods[-1], now)]
        stations = [_view(period, hour=newest.get(_key(period)), now=now) for period in measuring]
        stations.sort(key=lambda one: (one.newest_hour_ends_at or datetime.min.replace(tzinfo=now.tzinfo), one.number))
        return FreshnessesView(now=now, late=sum(station.is_late for station in stations), stations=stations)


def _key(period: StationPeriod) -> StationKey:
    return StationKey(period.station.network, period.station.number)


def _measures_at(period: StationPeriod, moment: datetime) -> bool:
    return period.measures_rain and (period.until_at is None or period.until_at > moment)


def _view(period: StationPeriod, *, hour: int | None, now: datetime) -> FreshnessView:
    ends_at = None if hour is None else border_at(hour)
    return FreshnessView(
        network=period.station.network,
        number=period.station.number,
        name=period.station.name,
        newest_hour_ends_at=ends_at,
        is_late=ends_at is None or now - ends_at > LATE,
    )
