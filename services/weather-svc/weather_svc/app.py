"""Everything this service hears and does."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from chassis.service import Command, Consumer, Service, TimerHandler
from contracts.claims import RAINFALL_REQUESTED
from contracts.topics import CATALOGUE
from weather_svc import import_hours, station_table
from weather_svc.handlers import REASSESSMENT, Assessor
from weather_svc.rainfall import Rainfall
from weather_svc.settings import Settings


def build(settings: Settings) -> Service:
    """Return weather-svc."""
    stations = station_table.load()
    assessor = Assessor(stations=stations, rainfall=Rainfall())
    return Service(
        name="weather-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=Path(__file__).parent / "migrations",
        consumers=(Consumer(RAINFALL_REQUESTED, assessor.assess_rainfall),),
        timers=(TimerHandler(REASSESSMENT, assessor.reassess),),
        commands=(
            Command(
                "import-hours",
                "import KNMI's hourly rain and look again at the answers it touches",
                import_hours.add_arguments,
                partial(import_hours.run, stations=stations),
            ),
        ),
    )
