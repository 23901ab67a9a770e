"""Command line: `devstack up | down | status | run -- COMMAND | topics`."""

import argparse
import importlib
import os
import shlex
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from devstack.errors import DevstackError
from devstack.kafka.topics import TopicLike, create_topics
from devstack.process.foreground import run_in_foreground
from devstack.process.run_record import RunRecord
from devstack.process.signals import NOTICED_SECONDS, ended_by_signals
from devstack.process.stale_runs import clean_up, clean_up_stale_runs, locked, runs
from devstack.stack import STATE_DIRECTORY, Stack, StackKind
from devstack.waiting import run_blocking

DOWN_SECONDS = 30


def main() -> None:
    """Run the command; an error that the reader can mend is one sentence."""
    arguments = parser().parse_args()
    try:
        sys.exit(arguments.do(arguments))
    except DevstackError as error:
        sys.exit(f"devstack: {error}")


def up(arguments: argparse.Namespace) -> int:
    """Start a stack and hold it until a signal ends it."""
    with ended_by_signals(), _stack(arguments) as stack:
        stack.supervisor.allow_down()
        for name, value in stack.environment().items():
            print(f"export {name}={shlex.quote(value)}", flush=True)
        print(f"the {stack.kind} stack is up; Ctrl-C ends it", file=sys.stderr, flush=True)
        while True:
            time.sleep(NOTICED_SECONDS)


def run(arguments: argparse.Namespace) -> int:
    """Start a stack, run a command in it, end the stack; return the command's exit code."""
    command = arguments.command[1:] if arguments.command[:1] == ["--"] else arguments.command
    if not command:
        raise DevstackError("say what to run: devstack run -- COMMAND")
    with ended_by_signals(), _stack(arguments) as stack:
        return run_in_foreground(stack.supervisor, command, environment={**os.environ, **stack.environment()})


def status(arguments: argparse.Namespace) -> int:
    """Print what runs; return 1 when nothing does."""
    living = [record for _, record in runs(arguments.dir) if record.launcher.is_alive()]
    for record in living:
        print(f"{record.stack or 'starting'} stack of process {record.launcher.pid}")
        for child in record.processes:
            print(f"  {child.name:20} {'runs' if child.identity.is_alive() else 'has ended'}, pid {child.identity.pid}")
        for name in record.containers:
            print(f"  container {name}")
        for name, value in record.environment.items():
            print(f"  {name}={value}")
    if not living:
        print(f"nothing runs here ({arguments.dir})")
    return 0 if living else 1


def down(arguments: argparse.Namespace) -> int:
    """End what `devstack up` holds, and clean up after launchers that died."""
    for directory, record in runs(arguments.dir):
        if record.allows_down and record.launcher.is_alive():
            _end(directory, record)
    if arguments.dir.is_dir():
        with locked(arguments.dir):
            clean_up_stale_runs(arguments.dir)
    return 0


def topics(arguments: argparse.Namespace) -> int:
    """Create topics on a broker that runs already."""
    specs = load_topics(arguments.topics_from)
    run_blocking(create_topics(arguments.bootstrap_servers, specs))
    print(f"{len(specs)} topics exist")
    return 0


def load_topics(reference: str) -> Sequence[TopicLike]:
    """Topics named by `MODULE:ATTRIBUTE`, an iterable of them or a function that returns one."""
    module_name, _, attribute = reference.partition(":")
    sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(importlib.import_module(module_name), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise DevstackError(f"--topics-from {reference} names no topics: {error}") from error
    return tuple(found() if callable(found) else found)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    whole = argparse.ArgumentParser(prog="devstack", description=__doc__)
    commands = whole.add_subparsers(required=True, metavar="COMMAND")
    for do, name in ((up, "up"), (run, "run"), (status, "status"), (down, "down"), (topics, "topics")):
        command = commands.add_parser(name, help=(do.__doc__ or "").partition(";")[0].rstrip("."))
        command.set_defaults(do=do)
        command.add_argument("--dir", type=Path, default=STATE_DIRECTORY, help="state directory (%(default)s)")
        if do in (up, run):
            _add_stack_options(command)
        if do is run:
            command.add_argument("command", nargs=argparse.REMAINDER, help="after --")
        if do is topics:
            command.add_argument("--topics-from", required=True, metavar="MODULE:ATTRIBUTE")
            command.add_argument("--bootstrap-servers", default=os.environ.get("KAFKA_BOOTSTRAP_SERVERS", ""))
    return whole


def _add_stack_options(command: argparse.ArgumentParser) -> None:
    kinds = [kind.value for kind in StackKind]
    command.add_argument("--stack", choices=kinds, default=StackKind.AUTO.value, help="who runs Kafka and PostgreSQL")
    command.add_argument("--topics-from", metavar="MODULE:ATTRIBUTE", help="topics to create at the start")
    command.add_argument("--servers-only", action="store_true", help="no mail server, SMS centre or trace collector")


def _stack(arguments: argparse.Namespace) -> Stack:
    return Stack(
        kind=arguments.stack,
        topics=load_topics(arguments.topics_from) if arguments.topics_from else (),
        outside_world=not arguments.servers_only,
        state_dir=arguments.dir,
    )


def _end(directory: Path, record: RunRecord) -> None:
    if not record.launcher.end(grace_seconds=DOWN_SECONDS):
        raise DevstackError(f"process {record.launcher.pid} does not end: it may belong to another user")
    clean_up(directory, record)


if __name__ == "__main__":
    main()
