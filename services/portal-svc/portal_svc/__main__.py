"""The command `portal-svc`."""

from __future__ import annotations

from chassis.command_line import run_main
from portal_svc.app import build
from portal_svc.settings import Settings


def main() -> None:
    """Run the service or one of its commands."""
    run_main("portal-svc", Settings, build)


if __name__ == "__main__":
    main()
