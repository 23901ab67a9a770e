"""The command line: `policy-svc run`, `migrate`, `dead-letters`, `import`, `republish`."""

from __future__ import annotations

from chassis.command_line import run_main
from policy_svc.app import build
from policy_svc.settings import Settings


def main() -> None:
    """Run the command line."""
    run_main("policy-svc", Settings, build)


if __name__ == "__main__":
    main()
