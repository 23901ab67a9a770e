"""Answers a customer who wants all that is held about them: a service says what it holds, this collects and seals it.

An answer has sections, each a list of rows with the latest first. It has room for `MOST_PARTS` parts: what finds none
is left out, and the answer says in which sections.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import msgspec

from chassis.consuming.delivery import Batch
from chassis.database import Connection
from chassis.sealing import Sealer
from chassis.unit_of_work import Work
from contracts.codec import to_json
from contracts.personal_data import (
    MOST_PARTS,
    PART_BYTES,
    CustomerDataPart,
    CustomerDataProvided,
    CustomerDataRequested,
    Holder,
)

_MOST_BYTES = MOST_PARTS * PART_BYTES - 64 * 1024  # names of sections, brackets and commas need some


@dataclass(slots=True)
class Answer:
    """What a service holds about one customer."""

    connection: Connection
    room: int = _MOST_BYTES
    sections: dict[str, list[msgspec.Raw]] = field(default_factory=dict, repr=False)
    left_out: list[str] = field(default_factory=list)

    async def add(self, section: str, query: str, *arguments: object) -> None:
        """Add the rows of `query`, whose columns have names for people, and which reads no secret."""
        rows = self.connection.cursor(f"SELECT to_json(held)::text FROM ({query}) AS held", *arguments)  # noqa: S608 - a constant of ours
        await self.add_each(section, (row[0].encode() async for row in rows))

    async def add_each(self, section: str, documents: AsyncIterable[bytes]) -> None:
        """Add JSON documents. Those behind the first that finds no room are not even read."""
        added = self.sections[section] = []
        async for document in documents:
            if len(document) >= self.room:
                self.left_out.append(section)
                return
            self.room -= len(document) + 1
            added.append(msgspec.Raw(document))

    def document(self) -> bytes:
        """Return all of it as JSON."""
        told: dict[str, object] = dict(self.sections)
        return to_json(told | {"left_out": self.left_out} if self.left_out else told)


Read: TypeAlias = Callable[[Answer, CustomerDataRequested], Awaitable[None]]
"""Adds to an answer what a service holds about the customer of a request."""


@dataclass(frozen=True, slots=True)
class DataHolder:
    """Answers requests with what `read` finds in the database of `holder`."""

    holder: Holder
    read: Read

    async def provide(self, batch: Batch[CustomerDataRequested], work: Work) -> None:
        """Publish what is held about each customer; nothing where it would come too late."""
        for delivery in batch:
            if work.now < delivery.event.expires_at:
                work.publish(*await self.answer(delivery.event, work.connection), trace=delivery.trace)

    async def answer(self, request: CustomerDataRequested, connection: Connection) -> Sequence[CustomerDataProvided]:
        """Return what is held about the customer of `request`, sealed for it, in parts."""
        answer = Answer(connection)
        await self.read(answer, request)
        document, sealer = answer.document(), Sealer(request.public_key)
        starts = range(0, len(document), PART_BYTES)
        return [
            CustomerDataProvided(
                request_id=request.request_id,
                holder=self.holder,
                part=part,
                parts=len(starts),
                sealed=sealer.seal(
                    to_json(
                        CustomerDataPart(
                            request_id=request.request_id,
                            holder=self.holder,
                            part=part,
                            data=document[start : start + PART_BYTES],
                        )
                    )
                ),
            )
            for part, start in enumerate(starts, start=1)
        ]
