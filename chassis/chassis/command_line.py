"""The command line every service has: `run`, `migrate`, `openapi`, the commands for operators, the service's own."""

from __future__ import annotations

import argparse
import gc
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

import structlog
import uvloop

from chassis.commands.clock import CLOCK
from chassis.commands.dead_letters import dead_letters_command
from chassis.commands.gaps import GAPS
from chassis.commands.restored import NAME as RESTORED
from chassis.commands.restored import restored_command
from chassis.commands.undeliverable import UNDELIVERABLE
from chassis.database import connect
from chassis.errors import CannotStartError, HandlerBrokenError, describe
from chassis.http.openapi import description_text
from chassis.lifecycle import check_schema, open_runtime, run
from chassis.migrations.runner import migrate
from chassis.service import Command, OfflineCommand, Service
from chassis.settings import ServiceSettings, demand, load_settings
from chassis.telemetry.logs import configure_logs

S = TypeVar("S", bound=ServiceSettings)
log = structlog.get_logger(__name__)

DONE, FAILED, CANNOT_START = 0, 1, 2
RUN = "run"
OPENAPI = "openapi"
HELP = frozenset({"-h", "--help"})


def run_main(
    name: str,
    settings_class: type[S],
    build: Callable[[S], Service],
    argv: Sequence[str] | None = None,
    *,
    offline: Sequence[OfflineCommand] = (),
) -> None:
    """Run a service's command line; exit 0 when done, 1 when it failed, 2 when it cannot start or is called wrongly."""
    words = sys.argv[1:] if argv is None else argv
    try:
        for command in offline:
            if tuple(words[: len(command.words)]) == command.words:
                sys.exit(_execute_offline(name, command, words))
        sys.exit(_execute(name, settings_class, build, words))
    except CannotStartError as error:
        sys.stderr.write(f"{name}: {error}\n")
        sys.exit(CANNOT_START)
    except HandlerBrokenError as error:
        sys.stderr.write(f"{name}: {error}\n")
        sys.exit(FAILED)
    except SystemExit:
        raise
    except KeyboardInterrupt:
        sys.exit(FAILED)
    except BaseException as error:  # code in Rust panics with what is no Exception
        log.exception("command.failed")
        sys.stderr.write(f"{name}: stopped by {describe(error)}; the log says where\n")
        sys.exit(FAILED)


def _execute_offline(name: str, command: OfflineCommand, words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog=" ".join((name, *command.words)), description=command.help)
    command.add_arguments(parser)
    return command.run(parser.parse_args(words[len(command.words) :]))


def _execute(name: str, settings_class: type[S], build: Callable[[S], Service], words: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog=name)
    service: Service | None = None
    try:
        settings = _settings(settings_class, words)
        configure_logs(service=name, level=settings.log_level)
        service = build(settings)
    except CannotStartError as error:
        if not _asks_for_help(words):
            raise
        parser.epilog = f"The service's own commands are not listed: {error}"
    _add_commands(parser, service)
    arguments = parser.parse_args(words)
    assert service is not None  # noqa: S101 - parse_args has ended a call for help
    _tune_garbage_collection()
    code: int = uvloop.run(arguments.execute(service, arguments))
    return code


def _settings(settings_class: type[S], words: Sequence[str]) -> S:
    match words[:1]:
        case [command] if command == RUN:
            settings = load_settings(settings_class, needs=settings_class.needed_to_run)
            demand(settings.also_needed_to_run)
            return settings
        case [command] if command == OPENAPI:  # tells what the code is, and asks no database
            return load_settings(settings_class, given={"database_url": "postgresql://"})
        case _:
            return load_settings(settings_class)


def _asks_for_help(words: Sequence[str]) -> bool:
    """Whether help is asked for that can be given without the service: its own commands come with it."""
    known = {
        RUN,
        "migrate",
        OPENAPI,
        dead_letters_command(()).name,
        GAPS.name,
        UNDELIVERABLE.name,
        CLOCK.name,
        RESTORED,
    }
    return not words or words[0] in HELP or (words[0] in known and not HELP.isdisjoint(words))


def _add_commands(parser: argparse.ArgumentParser, service: Service | None) -> None:
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser(RUN, help="run the service until SIGTERM").set_defaults(execute=_run)
    commands.add_parser("migrate", help="bring the database up to date").set_defaults(execute=_migrate)
    if service is None or service.api:
        commands.add_parser(OPENAPI, help="print the OpenAPI description of its API").set_defaults(
            execute=_describe_api
        )
    consumers, own = (service.consumers, service.commands) if service else ((), ())
    for command in (dead_letters_command(consumers), GAPS, UNDELIVERABLE, CLOCK, restored_command(service), *own):
        subparser = commands.add_parser(command.name, help=command.help)
        command.add_arguments(subparser)
        subparser.set_defaults(execute=partial(_run_command, command))


def _tune_garbage_collection() -> None:
    """Exempt what lives as long as the process, and collect seldom enough not to interrupt a batch (record 0015)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


async def _run(service: Service, _: argparse.Namespace) -> int:
    await run(service)
    return DONE


async def _migrate(service: Service, _: argparse.Namespace) -> int:
    async with open_runtime(service):
        connection = await connect(service.settings, application_name=f"{service.name} migrate")
        try:
            applied = await migrate(connection, directory=service.migrations)
        finally:
            await connection.close()
    for migration in applied:
        log.info("migration.applied", series=migration.series, name=migration.path.name)
    return DONE


async def _describe_api(service: Service, _: argparse.Namespace) -> int:
    assert service.door is not None  # noqa: S101 - without an API there is no such command
    sys.stdout.write(description_text(service.door))
    return DONE


async def _run_command(command: Command, service: Service, arguments: argparse.Namespace) -> int:
    demand(command.needs)
    async with open_runtime(service) as runtime:
        await check_schema(service, runtime.pool)
        return await command.run(arguments, runtime)
