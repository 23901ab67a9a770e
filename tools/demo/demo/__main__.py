"""`make demo`: the main job on real rain, on real servers, watched from outside."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from contracts.topics import TOPICS
from demo import artefacts, telling
from demo.compose import ComposePlatform
from demo.ending import judge, judge_malformed
from demo.observer import Seen, observing
from demo.platform import Platform, ServiceFailedError
from demo.publisher import publish
from demo.report import write_report
from demo.report_artefacts import write_stories
from demo.stories import STORIES
from demo.table import result_table
from devstack.errors import DevstackError
from devstack.process.signals import ended_by_signals
from devstack.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Iterator

OUTPUT = Path("build/demo")
FAILED = 1
LAST_SPANS_SECONDS = 1.5
"""Services that stay up export their spans every half second, in containers every second."""
COMPOSE = "compose"
FETCH_MAX_WAIT_MS = 500

console = Console(width=None if sys.stdout.isatty() else 180)


def main() -> None:
    """Run the demo; exit 0 when every story ended as it should."""
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument(
        "--stack",
        default="auto",
        help="embedded, jvm, docker, external or compose (what make up started); default: what is there",
    )
    parser.add_argument("--keep", action="store_true", help="stay up afterwards until Ctrl-C")
    arguments = parser.parse_args()
    try:
        with ended_by_signals(), artefacts.output_directory(OUTPUT) as output:
            sys.exit(_run(arguments.stack, keep=arguments.keep, output=output))
    except (DevstackError, ServiceFailedError) as error:
        console.print(f"[red]demo:[/] {error}", highlight=False, markup=True)
        sys.exit(FAILED)


def _run(kind: str, *, keep: bool, output: Path) -> int:
    began = time.monotonic()
    if kind == COMPOSE:
        return asyncio.run(_tell_on_compose(began=began, output=output))
    if output != OUTPUT:
        console.print(f"another demo writes to {OUTPUT}; this one writes to {output}", highlight=False)
    stack = Stack(kind=kind, topics=TOPICS, outside_world=True, output_dir=output)
    with _step(f"Kafka, PostgreSQL, mail server, SMS centre and trace collector ({stack.kind})"):
        stack.start()
    try:
        platform = Platform(stack, output / "logs")
        code = asyncio.run(_tell(platform, began=began, keep=keep, output=output))
        if keep:
            _print_addresses(platform)
            _hold(platform)
        return code
    finally:
        with _step("everything stopped"):
            stack.stop()


async def _tell(platform: Platform, *, began: float, keep: bool, output: Path) -> int:
    stack = platform.stack
    with _step("a database and a role for each service, migrated"):
        await platform.create_databases()
        await platform.migrate()
    with _step("KNMI's hours of 10-17 July 2021 and the policies imported; every service started"):
        await telling.import_what_is_known(platform)
        await platform.start()
    wait_ms = int(stack.environment().get("KAFKA_FETCH_MAX_WAIT_MS", "500"))
    seen = await _publish_and_watch(
        platform, stack.kafka_bootstrap_servers, fetch_max_wait_ms=wait_ms, began=began, output=output
    )
    if keep:
        await asyncio.sleep(LAST_SPANS_SECONDS)
    else:
        with _step("services stopped"):
            await platform.stop()
    return _conclude(seen, output=output)


async def _tell_on_compose(*, began: float, output: Path) -> int:
    platform = ComposePlatform()
    with _step("the platform of make up found, and no report on it"):
        await platform.find()
    with _step("KNMI's hours of 10-17 July 2021 and the policies imported"):
        await telling.import_what_is_known(platform)
    seen = await _publish_and_watch(
        platform, platform.kafka_bootstrap_servers, fetch_max_wait_ms=FETCH_MAX_WAIT_MS, began=began, output=output
    )
    await asyncio.sleep(LAST_SPANS_SECONDS)
    with _step("mail, SMS, traces and logs copied out of the containers"):
        await platform.collect(output)
    return _conclude(seen, output=output)


async def _publish_and_watch(
    platform: telling.Services, bootstrap_servers: str, *, fetch_max_wait_ms: int, began: float, output: Path
) -> Seen:
    async with observing(bootstrap_servers, fetch_max_wait_ms=fetch_max_wait_ms) as seen:
        with _step(f"{sum(story.deliveries for story in STORIES) + 1} loss reports published"):
            await publish(bootstrap_servers, STORIES)
        await _tell_stories(platform, seen)
        console.print(f"[bold]last notification {time.monotonic() - began:.1f} s after the start[/]")
        with _step("proofs exported and verified"):
            await platform.export_proofs(output / "proofs")
    return seen


async def _tell_stories(platform: telling.Services, seen: Seen) -> None:
    with _step("one claim waits for hours that are not measured yet, one for its policy"):
        await telling.until_hours_are_waited_for(platform, seen)
    with _step("the late hours and the late policy imported"):
        await telling.import_what_was_late(platform)
    with console.status("waiting") as status:

        def show(ended: int) -> None:
            status.update(f"{ended} of {len(STORIES)} reports have reached their end")

        await telling.until_all_have_ended(platform, seen, progress=show)


def _conclude(seen: Seen, *, output: Path) -> int:
    artefacts.write_decisions(output / "decisions.jsonl", seen)
    ended = [judge(story, seen) for story in STORIES]
    malformed = judge_malformed(seen.dead_letters)
    console.print(result_table(ended, malformed, width=console.width))
    with _step("report page written"):
        write_stories(output, ended=ended, dead_letters=seen.dead_letters, malformed_problems=malformed)
        write_report(output)
    unproven = artefacts.check_proofs(output / "proofs", seen)
    for problem in unproven:
        console.print(f"[red]{problem}[/]")
    wrong = sum(bool(one.problems) for one in ended) + bool(malformed)
    stories = len(STORIES) + 1
    console.print(f"{stories - wrong} of {stories} stories ended as they should")
    console.print(f"see {output}/report.html, decisions.jsonl, proofs/, mailbox/, sms.jsonl, traces.jsonl, logs/")
    return FAILED if wrong or unproven else 0


def _print_addresses(platform: Platform) -> None:
    for name, value in platform.stack.environment().items():
        if "PASSWORD" not in name:
            console.print(f"{name}={value}", highlight=False)
    for service, port in platform.ports.items():
        console.print(f"{service}: http://127.0.0.1:{port}/ready and /metrics; database {platform.databases[service]}")
    console.print("everything stays up; Ctrl-C ends it")


def _hold(platform: Platform) -> None:
    """Stay up until Ctrl-C, which is how this ends well."""
    with suppress(SystemExit):
        while True:
            platform.check_alive()
            time.sleep(1)


@contextmanager
def _step(what: str) -> Iterator[None]:
    began = time.monotonic()
    with console.status(f"{what} …"):
        yield
    console.print(f"[green]✓[/] {what} [dim]{time.monotonic() - began:.1f} s[/]", highlight=False)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
