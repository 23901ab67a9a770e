"""The command line `water`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import httpx

from water import claim, dead_letters, figures, login
from water.access import UsageError, addresses
from water.page import complain
from water.services import Services

CANNOT: Final = 2
EXIT_CODES: Final = (
    "Exit codes: 0 found, done or healthy; 1 not found, refused or unhealthy; "
    "2 called wrongly, or a service cannot be asked."
)
FIGURES: Final[Mapping[str, tuple[str, Callable[[argparse.Namespace, Services], Awaitable[int]]]]] = MappingProxyType(
    {
        "health": ("does every service work, and what is wrong with which part", figures.health),
        "lag": ("how many records each consumer has still to process", figures.lag),
        "timers": ("which timers wait, are overdue or fail", figures.timers),
        "outbox": ("what waits to be sent to Kafka, and what Kafka would not accept", figures.outbox),
        "stations": ("the newest hour of each station that measures rain", figures.stations),
    }
)


def main() -> None:
    """Run the command line."""
    sys.exit(run(sys.argv[1:]))


def run(words: Sequence[str], *, transport: httpx.AsyncBaseTransport | None = None) -> int:
    """Do what `words` say and return the exit code. `transport` takes the place of the network."""
    arguments = _parser().parse_args(words)
    try:
        return asyncio.run(_run(arguments, transport))
    except UsageError as error:
        complain(str(error))
        return CANNOT
    except KeyboardInterrupt:
        return CANNOT


async def _run(arguments: argparse.Namespace, transport: httpx.AsyncBaseTransport | None) -> int:
    if arguments.command in login.COMMANDS:
        return await login.run(arguments, addresses(), transport=transport)
    operator = login.Operator(addresses(), token_file=arguments.token_file, transport=transport)
    await operator.token()  # without one nothing is asked
    async with Services(addresses(), token=operator.token, transport=transport) as services:
        code: int = await arguments.run(arguments, services)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="water", description=__doc__, epilog=EXIT_CODES)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--json", action="store_true", help="for programs")
    shared.add_argument("--token-file", type=Path, metavar="FILE", help="an operator's token; mode 0600")
    telling = commands.add_parser(
        "claim", parents=[shared], help="the whole story of a claim, across services", epilog=EXIT_CODES
    )
    claim.add_arguments(telling)
    telling.set_defaults(run=claim.run)
    letters = commands.add_parser("dead-letters", help="records that could not be processed", epilog=EXIT_CODES)
    dead_letters.add_arguments(letters, shared=shared)
    letters.set_defaults(run=dead_letters.run)
    login.add_commands(commands)
    for name, (meaning, act) in FIGURES.items():
        command = commands.add_parser(name, parents=[shared], help=meaning, description=meaning, epilog=EXIT_CODES)
        command.set_defaults(run=act)
    return parser


if __name__ == "__main__":
    main()
