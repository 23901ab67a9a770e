"""The command line every service has: run, migrate, dead-letters, undeliverable, and the service's own commands."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

import structlog
import uvloop

from chassis.consuming import dead_letters, replay
from chassis.database import Connection
from chassis.errors import CannotStartError, HandlerBrokenError, describe
from chassis.migrations import runner as migrations
from chassis.publishing import outbox
from chassis.service import Command, Runtime, Service, check_schema, open_runtime, run
from chassis.settings import ServiceSettings, load_settings
from chassis.telemetry.logs import configure_logs

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

S = TypeVar("S", bound=ServiceSettings)
log = structlog.get_logger(__name__)

CANNOT_START = 2
FAILED = 1


def run_main(
    name: str, settings_class: type[S], build: Callable[[S], Service], argv: Sequence[str] | None = None
) -> None:
    """Run a service's command line; exit 0 when done, 1 when it failed, 2 when it cannot start."""
    parser = argparse.ArgumentParser(prog=name)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    try:
        words = sys.argv[1:] if argv is None else argv
        wants_help = not words or any(word in {"-h", "--help"} for word in words)
        service = (
            _described(name, settings_class, build, parser) if wants_help else build(_prepared(name, settings_class))
        )
        _add_commands(commands, service)
        arguments = parser.parse_args(argv)
        assert service is not None  # noqa: S101 - parse_args has ended a call for help
        _spare_the_collector()
        sys.exit(uvloop.run(arguments.execute(service, arguments)))
    except CannotStartError as error:
        sys.stderr.write(f"{name}: {error}\n")
        sys.exit(CANNOT_START)
    except HandlerBrokenError as error:
        sys.stderr.write(f"{name}: {error}\n")
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.exit(FAILED)
    except Exception as error:
        log.exception("failed")
        sys.stderr.write(f"{name}: stopped by {describe(error)}; the log says where\n")
        sys.exit(FAILED)


def _spare_the_collector() -> None:
    """Keep what lives as long as the process out of garbage collections, and let batches end before one begins."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _described(
    name: str, settings_class: type[S], build: Callable[[S], Service], parser: argparse.ArgumentParser
) -> Service | None:
    """Return the service for its --help; its own commands are part of it, and it cannot be built without settings."""
    try:
        return build(_prepared(name, settings_class))
    except CannotStartError as error:
        parser.epilog = f"The service's own commands are not listed: {error}"
        return None


def _prepared(name: str, settings_class: type[S]) -> S:
    settings = load_settings(settings_class)
    configure_logs(service=name, level=settings.log_level)
    return settings


def _add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser], service: Service | None) -> None:
    commands.add_parser("run", help="run the service until SIGTERM").set_defaults(execute=_run)
    commands.add_parser("migrate", help="bring the database up to date").set_defaults(execute=_migrate)
    dead_letters = commands.add_parser("dead-letters", help="list, show and replay messages that were set aside")
    actions = dead_letters.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="one JSON object a line")
    listing.add_argument("--all", action="store_true", help="also those replayed already")
    listing.set_defaults(execute=_list_dead_letters)
    replay = actions.add_parser("replay", help="let them take effect now")
    chosen = replay.add_mutually_exclusive_group(required=True)
    chosen.add_argument("--id", type=UUID, action="append", dest="ids", metavar="ID")
    chosen.add_argument("--all", action="store_true")
    replay.set_defaults(execute=_replay)
    undeliverable = commands.add_parser(
        "undeliverable", help="list and resend events that the broker will never accept"
    )
    again = undeliverable.add_subparsers(dest="action", required=True, metavar="ACTION")
    again.add_parser("list", help="one JSON object a line").set_defaults(execute=_list_undeliverable)
    again.add_parser("resend", help="let the relay try them again").set_defaults(execute=_resend_undeliverable)
    for command in service.commands if service else ():
        own = commands.add_parser(command.name, help=command.help)
        command.add_arguments(own)
        own.set_defaults(execute=_executor(command))


async def _run(service: Service, _: argparse.Namespace) -> int:
    await run(service)
    return 0


async def _migrate(service: Service, _: argparse.Namespace) -> int:
    async with open_runtime(service) as runtime, runtime.pool.acquire() as connection:
        applied = await migrations.migrate(connection, directory=service.migrations)
    for migration in applied:
        log.info("migrated", series=migration.series, name=migration.path.name)
    return 0


async def _list_dead_letters(service: Service, arguments: argparse.Namespace) -> int:
    async with open_runtime(service) as runtime:
        await check_schema(service, runtime.pool)
        async with runtime.pool.acquire() as connection:
            await _print_dead_letters(connection, only_open=not arguments.all)
    return 0


async def _print_dead_letters(connection: Connection, *, only_open: bool) -> None:
    for message in await dead_letters.list_dead_letters(connection, only_open=only_open):
        line = {
            "id": str(message.dead_letter_id),
            "consumer": message.consumer,
            "topic": message.topic,
            "partition": message.partition,
            "offset": message.offset,
            "bytes": None if message.value is None else len(message.value),
            "code": message.reason_code,
            "reason": message.reason,
            "attempts": message.attempts,
            "dead_lettered_at": message.dead_lettered_at.isoformat(),
            "replayed_at": message.replayed_at.isoformat() if message.replayed_at else None,
        }
        sys.stdout.write(json.dumps(line) + "\n")


async def _list_undeliverable(service: Service, _: argparse.Namespace) -> int:
    async with open_runtime(service) as runtime, runtime.pool.acquire() as connection:
        for event_id, topic, key, reason in await outbox.list_undeliverable(connection):
            line = {"id": str(event_id), "topic": topic, "key": key, "reason": reason}
            sys.stdout.write(json.dumps(line) + "\n")
    return 0


async def _resend_undeliverable(service: Service, _: argparse.Namespace) -> int:
    async with open_runtime(service) as runtime, runtime.pool.acquire() as connection:
        count = await outbox.resend_undeliverable(connection)
    sys.stdout.write(f"{count} events will be sent again\n")
    return 0


async def _replay(service: Service, arguments: argparse.Namespace) -> int:
    async with open_runtime(service) as runtime:
        await check_schema(service, runtime.pool)
        result = await replay.replay(service, runtime, only=None if arguments.all else set(arguments.ids))
    for dead_letter_id, reason in result.failed.items():
        sys.stderr.write(f"{dead_letter_id} stays dead-lettered: {reason}\n")
    sys.stdout.write(f"{result.replayed} replayed, {len(result.failed)} stay dead-lettered\n")
    return 1 if result.failed else 0


def _executor(command: Command) -> Callable[[Service, argparse.Namespace], object]:
    async def execute(service: Service, arguments: argparse.Namespace) -> int:
        async with open_runtime(service) as runtime:
            await check_schema(service, runtime.pool)
            return await _own(command, arguments, runtime)

    return execute


async def _own(command: Command, arguments: argparse.Namespace, runtime: Runtime) -> int:
    return await asyncio.ensure_future(command.run(arguments, runtime))
