"""The service's own commands, one module each."""

from __future__ import annotations

from chassis.service import Command
from weather_svc.commands import import_hours
from weather_svc.commands.import_stations import IMPORT_STATIONS

COMMANDS: tuple[Command, ...] = (import_hours.COMMAND, IMPORT_STATIONS)
