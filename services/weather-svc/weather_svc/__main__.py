"""The command line: `weather-svc run`, `migrate`, `dead-letters`, `import-hours`."""

from __future__ import annotations

from chassis.command_line import run_main
from weather_svc.app import build
from weather_svc.commands import OFFLINE_COMMANDS
from weather_svc.settings import Settings


def main() -> None:
    """Run the command line."""
    run_main("weather-svc", Settings, build, offline=OFFLINE_COMMANDS)


if __name__ == "__main__":
    main()
