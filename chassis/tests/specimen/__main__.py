"""The specimen's console script."""

from chassis.command_line import run_main
from specimen.app import Settings, build

run_main("specimen", Settings, build)
