"""Routes of the HTTP API, one module for each thing that is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from chassis.http.api import Api
from weather_svc.routes.charts import ChartRoutes
from weather_svc.routes.hours import HourRoutes
from weather_svc.routes.newest_hours import NewestHourRoutes
from weather_svc.routes.parts import Parts
from weather_svc.routes.rain_checks import RainCheckRoutes
from weather_svc.routes.sources import SourceRoutes
from weather_svc.routes.stations import StationRoutes


class Routes(Protocol):
    """One room of the API."""

    def declare(self, api: Api) -> None:
        """Add the routes to `api`."""


ROUTES: tuple[Callable[[Parts], Routes], ...] = (
    RainCheckRoutes,
    StationRoutes,
    HourRoutes,
    ChartRoutes,
    SourceRoutes,
    NewestHourRoutes,
)
"""Every room."""
