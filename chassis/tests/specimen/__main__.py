"""The specimen's console script."""

from chassis.command_line import run_main
from specimen.app import OFFLINE, Settings, build

run_main("specimen", Settings, build, offline=OFFLINE)
