"""The service's own commands, one module each."""

from __future__ import annotations

from chassis.service import Command, OfflineCommand
from weather_svc.commands import import_hours
from weather_svc.commands.import_gauges import IMPORT_GAUGES
from weather_svc.commands.import_stations import IMPORT_STATIONS
from weather_svc.commands.missing_hours import MISSING_HOURS
from weather_svc.commands.windows import WINDOWS, WINDOWS_FROM_FILES

COMMANDS: tuple[Command, ...] = (import_hours.COMMAND, IMPORT_GAUGES, IMPORT_STATIONS, MISSING_HOURS, WINDOWS)
OFFLINE_COMMANDS: tuple[OfflineCommand, ...] = (WINDOWS_FROM_FILES,)
