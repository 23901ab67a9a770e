"""What weather-svc answers by HTTP."""

from __future__ import annotations

from chassis.http.allowances import Allowance
from chassis.http.api import Api
from contracts.access import WEATHER
from weather_svc.handlers import Assessor
from weather_svc.routes import ROUTES
from weather_svc.routes.parts import Parts
from weather_svc.settings import Settings


def build_api(settings: Settings, *, assessor: Assessor) -> Api:
    """Return the API with all its routes."""
    parts = Parts(
        assessor=assessor,
        reads=Allowance(a_minute=settings.reads_a_minute),
        rain_checks=Allowance(a_minute=settings.rain_checks_a_minute),
    )
    api = Api(title="weather-svc", version="1", access=WEATHER)
    for routes in ROUTES:
        routes(parts).declare(api)
    return api
