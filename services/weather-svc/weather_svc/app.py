"""Everything weather-svc consumes and does."""

from __future__ import annotations

from pathlib import Path

from chassis.service import Consumer, Service, TimerHandler
from contracts.claims import RAINFALL_REQUESTED
from contracts.topics import CATALOGUE
from weather_svc.api import build_api
from weather_svc.commands import COMMANDS
from weather_svc.commands.fetch import fetch_command
from weather_svc.conclusions import Conclusions
from weather_svc.figures import StationFreshness
from weather_svc.handlers import Assessor
from weather_svc.recording import REASSESSMENT
from weather_svc.registers import Registers
from weather_svc.settings import Settings
from weather_svc.sources.workers import workers

MIGRATIONS = Path(__file__).parent / "migrations"


def build(settings: Settings) -> Service:
    """Return the service."""
    assessor = Assessor(registers=Registers(), conclusions=Conclusions())
    return Service(
        name="weather-svc",
        settings=settings,
        catalogue=CATALOGUE,
        migrations=MIGRATIONS,
        consumers=(Consumer(RAINFALL_REQUESTED, assessor.assess_rainfall),),
        timers=(TimerHandler(REASSESSMENT, assessor.reassess),),
        workers=workers(settings),
        commands=(*COMMANDS, fetch_command(settings)),
        measures=(StationFreshness().measure,),
        api=build_api(settings, assessor=assessor),
    )
