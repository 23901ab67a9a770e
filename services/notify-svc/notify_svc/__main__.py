"""The console script `notify-svc`."""

from __future__ import annotations

from chassis.command_line import run_main
from notify_svc.app import build
from notify_svc.commands.preview import OFFLINE_COMMANDS
from notify_svc.settings import Settings


def main() -> None:
    """Run notify-svc's command line."""
    run_main("notify-svc", Settings, build, offline=OFFLINE_COMMANDS)


if __name__ == "__main__":
    main()
