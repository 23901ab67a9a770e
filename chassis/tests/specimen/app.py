"""It consumes contact changes, counts every effect, keeps the newest state and publishes an event per effect."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Literal
from uuid import UUID

from chassis.consuming.delivery import Batch
from chassis.errors import UnprocessableMessage
from chassis.service import Command, Consumer, OfflineCommand, Runtime, Service, TimerHandler, Worker
from chassis.settings import ServiceSettings
from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.catalogue import Catalogue
from contracts.dead_letters import dead_letter_topic
from contracts.notify import MESSAGE_SETTLED, MessageSettled, Settlement
from contracts.policy import CONTACT_CHANGED, ContactChanged
from contracts.topic import Topic
from contracts.vocabulary import Channel
from specimen import access
from specimen.api import api
from specimen.panic import Panic

BROKEN, PANICKING, CANCELLED = "broken", "panicking", "cancelled"
UNPROCESSABLE, REMINDED = "unprocessable", "reminded"
MIGRATIONS = Path(__file__).parent / "migrations"
_PARTITIONS = 3
NAME = access.NAME
DEAD_LETTERS = dead_letter_topic(NAME)


class Settings(ServiceSettings):
    """`specimen_topics` tells the topics of one test from those of another."""

    specimen_topics: str = "specimen"
    specimen_handler_broken: bool = False
    specimen_stubborn: bool = False
    specimen_api: bool = False
    specimen_ends_polling: Literal["no", "cancel", "exit"] = "no"


def consumed_topic(suffix: str) -> Topic[ContactChanged]:
    """The topic the specimen consumes."""
    return replace(CONTACT_CHANGED, name=f"{suffix}.consumed.v1", partitions=_PARTITIONS, consumers=(NAME,))


def published_topic(suffix: str) -> Topic[MessageSettled]:
    """The topic the specimen publishes its effects to, keyed as what it consumes."""
    return replace(MESSAGE_SETTLED, name=f"{suffix}.published.v1", partitions=_PARTITIONS, producers=(NAME,))


def catalogue(suffix: str) -> Catalogue:
    """All topics there are in the specimen's world."""
    return Catalogue([consumed_topic(suffix), published_topic(suffix), DEAD_LETTERS])


class Specimen:
    """The handlers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._published = published_topic(settings.specimen_topics)

    async def count(self, batch: Batch[ContactChanged], work: Work) -> None:
        """Count every delivery as one effect; the customer's name says what should go wrong."""
        await self._end_polling()
        for delivery in batch:
            self._fail_as_named(delivery.event.name)
        ids = [delivery.event.customer_id for delivery in batch]
        versions = [delivery.event.version for delivery in batch]
        await work.connection.execute(
            """
            INSERT INTO state AS kept (customer_id, version)
            SELECT customer_id, max(version) FROM unnest($1::uuid[], $2::int[]) AS consumed (customer_id, version)
             GROUP BY customer_id ORDER BY customer_id
                ON CONFLICT (customer_id) DO UPDATE SET version = excluded.version
             WHERE excluded.version > kept.version
            """,
            ids,
            versions,
        )
        await work.connection.execute(
            "INSERT INTO effect (customer_id, version) SELECT * FROM unnest($1::uuid[], $2::int[])", ids, versions
        )
        for delivery in batch:
            work.publish_to(self._published, _settled(delivery.event), trace=delivery.trace)
            if delivery.event.name == REMINDED:
                due_at = work.now + timedelta(milliseconds=200)
                work.schedule(Timer("remind", str(delivery.event.customer_id), due_at, delivery.trace))

    def _fail_as_named(self, name: str) -> None:
        if name == BROKEN or self._settings.specimen_handler_broken:
            raise ZeroDivisionError
        if name == PANICKING:
            raise Panic
        if name == CANCELLED:
            raise asyncio.CancelledError  # as from something awaited that was cancelled: nobody cancels this task
        if name == UNPROCESSABLE:
            raise UnprocessableMessage("not-countable", "this one cannot be counted")

    async def _end_polling(self) -> None:
        match self._settings.specimen_ends_polling:
            case "cancel":
                task = asyncio.current_task()
                assert task is not None
                task.cancel()
                await asyncio.sleep(0)
            case "exit":
                sys.exit(0)
            case "no":
                pass

    async def remind(self, due: Sequence[DueTimer], work: Work) -> None:
        """Publish once more, with version 1000, that a timer has fired."""
        for timer in due:
            settled = MessageSettled(
                message_id=UUID(timer.key),
                claim_id=UUID(timer.key),
                claim_version=1_000,
                channel=Channel.SMS,
                settlement=Settlement.SENT,
                attempts=1,
            )
            work.publish_to(self._published, settled, trace=timer.trace)

    async def refuse_to_end(self, _: Runtime) -> None:
        """A worker that ignores that it is cancelled, however often."""
        while True:
            with suppress(asyncio.CancelledError):
                await asyncio.Event().wait()

    async def name_brokers(self, _: argparse.Namespace, __: Runtime) -> int:
        """A command that needs more than the database."""
        sys.stdout.write(f"{self._settings.kafka_bootstrap_servers}\n")
        return 0


def _settled(event: ContactChanged) -> MessageSettled:
    return MessageSettled(
        message_id=event.customer_id,
        claim_id=event.customer_id,
        claim_version=event.version,
        channel=Channel.EMAIL,
        settlement=Settlement.SENT,
        attempts=1,
    )


def build(settings: Settings) -> Service:
    """The specimen as a service."""
    specimen = Specimen(settings)
    return Service(
        name=NAME,
        settings=settings,
        catalogue=catalogue(settings.specimen_topics),
        migrations=MIGRATIONS,
        consumers=(Consumer(consumed_topic(settings.specimen_topics), specimen.count),),
        api=api if settings.specimen_api else None,
        timers=(TimerHandler("remind", specimen.remind),),
        workers=(Worker("stubborn", specimen.refuse_to_end),) if settings.specimen_stubborn else (),
        commands=(
            Command(
                "name-brokers",
                "print the address of the brokers",
                lambda _: None,
                specimen.name_brokers,
                needs=("kafka_bootstrap_servers",),
            ),
        ),
    )


def _add_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="+")


def _print_words(arguments: argparse.Namespace) -> int:
    sys.stdout.write(" ".join(arguments.words) + "\n")
    return len(arguments.words)


OFFLINE = (OfflineCommand(("words", "print"), "print words, exit with their number", _add_words, _print_words),)
