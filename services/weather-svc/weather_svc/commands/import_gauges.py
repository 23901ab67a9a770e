"""`import-gauges FILE...`: record files of KNMI's manual gauges, which give second opinions."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from chassis.service import Command, Runtime
from chassis.unit_of_work import Work
from contracts.rain_gauges import manual_gauges
from weather_svc.commands import whole_files
from weather_svc.commands.whole_files import (
    Counts,
    body_of,
    check_published_at,
    exit_code,
    files_sentence,
    name_of,
    refuse,
)
from weather_svc.domain.gauge_days import GaugePublication
from weather_svc.domain.publication import Reply
from weather_svc.reading.gauges import read_gauge_file
from weather_svc.reading.refusal import UnreadableError
from weather_svc.repository import blocks, gauges, publications


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    whole_files.add_arguments(parser, layout="KNMI's layout of manual gauges")


async def import_gauges(arguments: argparse.Namespace, runtime: Runtime) -> int:
    """Import every file; progress and refusals on stderr, the summary on stdout; return an exit code."""
    total: Counts = Counter()
    for path in arguments.files:
        try:
            total += await _import_file(path, arguments, runtime)
        except OSError as error:
            total += refuse(path, [error.strerror or "cannot be read"])
        except UnreadableError as error:
            total += refuse(path, error.reasons, more=error.more)
    sys.stdout.write(f"{files_sentence(total)}; {_days(total)}\n")
    return exit_code(total)


async def _import_file(path: Path, arguments: argparse.Namespace, runtime: Runtime) -> Counts:
    body = body_of(path)
    async with runtime.transaction() as work:
        reply = Reply(name_of(path), body, retrieved_at=work.now)
        if await publications.known(work.connection, sha256=reply.sha256):
            sys.stderr.write(f"{path}: known already, byte for byte\n")
            return Counter(known=1)
    check_published_at(arguments.published_at, now=reply.retrieved_at)
    contents = read_gauge_file(
        reply,
        known_gauges={gauge.station.number for gauge in manual_gauges()},
        published_at=arguments.published_at,
    )
    for number, rows in sorted(contents.passed_over.items()):
        sys.stderr.write(f"{path}: gauge {number}: {rows} rows passed over; it is not in the table of manual gauges\n")
    if not contents.publications:
        raise UnreadableError("none of its gauges is in the table of manual gauges")
    async with runtime.transaction() as work:
        done = await _record(work, reply, contents.publications)
    sys.stderr.write(f"{path}: {_days(done)}\n")
    return done


async def _record(work: Work, reply: Reply, said: Sequence[GaugePublication]) -> Counts:
    done = Counter(taken=1)
    await publications.save_reply(work.connection, reply)
    # Ids of publications become visible in their order: what is cached is told by them.
    await blocks.lock_for_recording(work.connection)
    if await publications.known(work.connection, sha256=reply.sha256):
        return Counter(known=1)
    ids = await publications.insert(work.connection, [each.publication for each in said], now=work.now)
    for each, publication_id in zip(said, ids, strict=True):
        stored = await gauges.save(work.connection, each, publication_id=publication_id)
        done.update(new=stored.new, corrected=stored.corrected)
        done.update("missing" if rain is None else "figures" for rain in each.days.values())
    return done


def _days(counts: Counts) -> str:
    return (
        f"{counts['figures']} days: {counts['new']} new, {counts['corrected']} corrected;"
        f" {counts['missing']} without a figure"
    )


IMPORT_GAUGES = Command(
    "import-gauges",
    "record files of KNMI's manual gauges, which give second opinions",
    _add_arguments,
    import_gauges,
)
