"""The command line: `claims-svc run`, `migrate`, `dead-letters`, `claims`, `proofs`."""

from __future__ import annotations

from chassis.command_line import run_main
from claims_svc.app import build
from claims_svc.commands import OFFLINE_COMMANDS
from claims_svc.settings import Settings


def main() -> None:
    """Run the command line."""
    run_main("claims-svc", Settings, build, offline=OFFLINE_COMMANDS)


if __name__ == "__main__":
    main()
