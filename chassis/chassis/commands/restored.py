"""`SERVICE restored`: after a restore, find where database and Kafka differ, and consume again."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from datetime import datetime

import structlog

from chassis.consuming.standing import consume_again, standings
from chassis.service import Command, Runtime, Service

log = structlog.get_logger(__name__)

NAME = "restored"
AGREES, DIFFERS = 0, 1


def restored_command(service: Service | None) -> Command:
    """Return the command for the consumers of `service`; without one it only gives help."""

    async def run(arguments: argparse.Namespace, runtime: Runtime) -> int:
        assert service is not None  # noqa: S101 - only help is given without one
        topics = [consumer.topic for consumer in service.consumers]
        if arguments.action == "look":
            found = await standings(service.settings, service=service.name, topics=topics, work=runtime.work)
            differing = [(one, finding) for one in found if (finding := one.finding)]
            for one, finding in differing:
                sys.stdout.write(json.dumps({**asdict(one), "finding": finding}) + "\n")
            return DIFFERS if differing else AGREES
        since, because = arguments.since, arguments.because
        async for partition, records in consume_again(
            service.settings, service=service.name, topics=topics, work=runtime.work, since=since
        ):
            place = {"topic": partition.topic, "partition": partition.partition, "records": records}
            log.warning("partition.set_back_by_hand", **place, because=because)
            sys.stdout.write(json.dumps(place) + "\n")
        return AGREES

    return Command(
        NAME,
        "after a restore: where database and Kafka differ",
        _add_arguments,
        run,
        needs=("kafka_bootstrap_servers",),
    )


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("look", help="one JSON object for each partition that differs; 1 when one does")
    again = actions.add_parser("consume-again", help="set every consumer back; what took effect before does not again")
    again.add_argument("--since", type=_moment, required=True, metavar="MOMENT", help="2026-11-29T03:00:00+00:00")
    again.add_argument("--because", required=True, metavar="TEXT", help="why; it is logged")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("say of which zone: 2026-11-29T03:00:00+00:00")
    return moment
