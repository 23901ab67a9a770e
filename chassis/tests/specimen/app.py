"""It hears contact changes, counts every effect, keeps the newest state and announces that it did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from chassis.consuming.batch import Batch
from chassis.errors import UnprocessableMessage
from chassis.service import Consumer, Service, TimerHandler
from chassis.settings import ServiceSettings
from chassis.unit_of_work import DueTimer, Timer, Work
from contracts.catalogue import Catalogue
from contracts.dead_letters import dead_letter_topic
from contracts.notify import MESSAGE_SETTLED, MessageSettled, Settlement
from contracts.policy import CONTACT_CHANGED, ContactChanged
from contracts.topic import Topic
from contracts.vocabulary import Channel

BROKEN, UNPROCESSABLE, REMINDED = "broken", "unprocessable", "reminded"
MIGRATIONS = Path(__file__).parent / "migrations"
_PARTITIONS = 3
NAME = "specimen"
DEAD_LETTERS = dead_letter_topic(NAME)


class Settings(ServiceSettings):
    """`specimen_topics` tells the topics of one test from those of another."""

    specimen_topics: str = "specimen"
    specimen_handler_broken: bool = False


def heard_topic(suffix: str) -> Topic[ContactChanged]:
    """Return the topic the specimen consumes."""
    return replace(CONTACT_CHANGED, name=f"{suffix}.heard.v1", partitions=_PARTITIONS, consumers=(NAME,))


def said_topic(suffix: str) -> Topic[MessageSettled]:
    """Return the topic the specimen announces its effects on, keyed as what it hears."""
    return replace(MESSAGE_SETTLED, name=f"{suffix}.said.v1", partitions=_PARTITIONS, producers=(NAME,))


def catalogue(suffix: str) -> Catalogue:
    """Return all topics there are in the specimen's world."""
    return Catalogue([heard_topic(suffix), said_topic(suffix), DEAD_LETTERS])


class Specimen:
    """The handlers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._said = said_topic(settings.specimen_topics)

    async def count(self, batch: Batch[ContactChanged], work: Work) -> None:
        """Count every delivery as one effect; a name tells what should go wrong."""
        for delivery in batch:
            if delivery.event.name == BROKEN or self._settings.specimen_handler_broken:
                raise ZeroDivisionError
            if delivery.event.name == UNPROCESSABLE:
                raise UnprocessableMessage("not-countable", "this one cannot be counted")
        ids = [delivery.event.customer_id for delivery in batch]
        versions = [delivery.event.version for delivery in batch]
        await work.connection.execute(
            """
            INSERT INTO state AS kept (customer_id, version)
            SELECT customer_id, max(version) FROM unnest($1::uuid[], $2::int[]) AS heard (customer_id, version)
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
            work.publish_to(self._said, _said(delivery.event), trace=delivery.trace)
            if delivery.event.name == REMINDED:
                due_at = work.now + timedelta(milliseconds=200)
                work.schedule(Timer("remind", str(delivery.event.customer_id), due_at, delivery.trace))

    async def remind(self, due: Sequence[DueTimer], work: Work) -> None:
        """Announce once more, with version 1000, that a timer has fired."""
        for timer in due:
            said = MessageSettled(
                message_id=UUID(timer.key),
                claim_id=UUID(timer.key),
                claim_version=1_000,
                channel=Channel.SMS,
                settlement=Settlement.SENT,
                attempts=1,
            )
            work.publish_to(self._said, said, trace=timer.trace)


def _said(event: ContactChanged) -> MessageSettled:
    return MessageSettled(
        message_id=event.customer_id,
        claim_id=event.customer_id,
        claim_version=event.version,
        channel=Channel.EMAIL,
        settlement=Settlement.SENT,
        attempts=1,
    )


def build(settings: Settings) -> Service:
    """Return the specimen."""
    specimen = Specimen(settings)
    return Service(
        name=NAME,
        settings=settings,
        catalogue=catalogue(settings.specimen_topics),
        migrations=MIGRATIONS,
        consumers=(Consumer(heard_topic(settings.specimen_topics), specimen.count),),
        timers=(TimerHandler("remind", specimen.remind),),
    )
