"""The register of stations: where each stands, and when it measured rain."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field
from starlette.requests import Request

from chassis.http.allowances import LIMIT_REACHED
from chassis.http.api import Api
from chassis.http.handler import Reading
from chassis.http.problems import NOT_FOUND, Problem
from chassis.http.values import ExactModel, Moment
from contracts.access import READ_STATIONS
from contracts.rain_stations import StationPeriod
from contracts.vocabulary import Network
from weather_svc.domain.blocks import StationKey
from weather_svc.domain.publication import ATTRIBUTION
from weather_svc.routes.fields import NetworkInPath, NumberInPath, Sha256, degrees
from weather_svc.routes.parts import Parts


class PeriodView(ExactModel):
    """When a station measured rain at one place."""

    latitude: float = Field(description="Degrees north (WGS 84)", examples=[51.196646])
    longitude: float = Field(description="Degrees east (WGS 84)", examples=[5.762634])
    uncertainty_metres: int = Field(description="How far it may stand from there", examples=[25])
    measures_from: Moment | None = Field(description="Null: it measured nothing since the register begins")
    measures_until: Moment | None = Field(description="Null: it measures still, or never did")


class RegisteredStation(ExactModel):
    """A station of the register. Where it was interrupted or moved it has several periods."""

    network: Network = Field(examples=["aws"])
    number: int = Field(examples=[377])
    wigos_id: str = Field(description="WMO's identifier", examples=["0-20000-0-06377"])
    name: str = Field(examples=["Ell"])
    measures_rain: bool = Field(description="Whether it has a rain gauge, or had one")
    periods: list[PeriodView]


class Register(ExactModel):
    """All stations, and which version of the register they are from."""

    sha256: Sha256
    source: str = Field(description="Where positions and periods are from", examples=["KNMI's table of stations"])
    attribution: str = Field(examples=[ATTRIBUTION])
    stations: list[RegisteredStation]


class StationRoutes:
    """Tells of the register."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""
        problems = (LIMIT_REACHED,)
        api.get("/stations", operation=READ_STATIONS, problems=problems)(self.list_stations)
        api.get("/stations/{network}/{number}", operation=READ_STATIONS, problems=problems)(self.read_station)

    async def list_stations(self, reading: Reading, request: Request) -> Register:
        """List the stations that the nearest one to a home is found among."""
        self._parts.reads.take(request)
        register = await self._parts.register.current(reading.connection)
        return Register(
            sha256=register.sha256,
            source=register.source,
            attribution=ATTRIBUTION,
            stations=[_view(periods) for periods in register.by_station()],
        )

    async def read_station(
        self, network: NetworkInPath, number: NumberInPath, reading: Reading, request: Request
    ) -> RegisteredStation:
        """Read where a station stands and when it measured rain."""
        self._parts.reads.take(request)
        register = await self._parts.register.current(reading.connection)
        periods = register.periods_of(StationKey(network, number))
        if not periods:
            raise Problem(NOT_FOUND)
        return _view(periods)


def _view(periods: Sequence[StationPeriod]) -> RegisteredStation:
    last = periods[-1]
    return RegisteredStation(
        network=last.station.network,
        number=last.station.number,
        wigos_id=last.wigos_id,
        name=last.station.name,
        measures_rain=any(period.measures_rain for period in periods),
        periods=[
            PeriodView(
                latitude=degrees(period.station.latitude_microdegrees),
                longitude=degrees(period.station.longitude_microdegrees),
                uncertainty_metres=period.uncertainty_metres,
                measures_from=period.from_at,
                measures_until=period.until_at,
            )
            for period in periods
        ],
    )
