"""The command line: `drill` carries out every fault and every bug; exit 0 when the report says that all is well."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from devstack.errors import DevstackError
from devstack.process.signals import ended_by_signals
from drill.faults import catalogue
from drill.platform.world import available_stack
from drill.run import Fault, Scale, drilling

OUTPUT = Path("build/drill")
FAILED = 1
SHORT = Scale(reports=16, insured_at_once=360)
"""Of the test, too: the policies of all its waves are imported at once."""
LONG = Scale(reports=60, away_seconds=60.0, longest_seconds=240.0)


def main() -> None:
    """Run what the command line asks for."""
    arguments = _parser().parse_args()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that the broker is away is no news here
    try:
        with ended_by_signals():
            sys.exit(asyncio.run(run(arguments)))
    except DevstackError as error:
        print(f"drill: {error}", file=sys.stderr)
        sys.exit(FAILED)


async def run(arguments: argparse.Namespace) -> int:
    """Return 0 when every fault was survived and every bug was caught."""
    scale = SHORT if arguments.short else LONG
    kind = available_stack()
    of_this_machine = catalogue.faults(short=arguments.short, scale=scale, kind=kind)
    bugs = [] if arguments.no_bugs else catalogue.with_bugs()
    chosen = _chosen([*of_this_machine, *bugs], arguments.only)
    async with drilling(kind, directory=arguments.output, scale=scale) as drill:
        for what, why in catalogue.left_out(short=arguments.short, scale=scale, kind=kind).items():
            drill.report.leave_out(what, why)
        for fault in chosen:
            await drill.go(fault)
        print(f"report: {drill.report.path}", flush=True)
        return 0 if drill.report.is_good else FAILED


def _chosen(faults: Sequence[Fault], only: Sequence[str]) -> Sequence[Fault]:
    if not only:
        return faults
    return [fault for fault in faults if fault.number in only or any(word in fault.name for word in only)]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="drill", description=__doc__)
    parser.add_argument("--short", action="store_true", help="a few of each kind, with few reports")
    parser.add_argument("--only", action="append", default=[], help="a fault's number, or a word of its name")
    parser.add_argument("--no-bugs", action="store_true", help="do not ask whether the checker notices bugs")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    return parser


if __name__ == "__main__":
    main()
