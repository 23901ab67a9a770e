"""The command line: `auth-svc run`, `migrate`, `openapi`, `clients`, `staff`, `keys`."""

from __future__ import annotations

from auth_svc.app import build
from auth_svc.settings import Settings
from chassis.command_line import run_main


def main() -> None:
    """Run the command line."""
    run_main("auth-svc", Settings, build)


if __name__ == "__main__":
    main()
