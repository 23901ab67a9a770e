"""The routes of every service under `/operations`, for operators only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, TypeAlias
from uuid import UUID

import structlog
from fastapi import Path, Query

from chassis.consuming import dead_letter_pages, dead_letters
from chassis.consuming.consumer import Consumer
from chassis.consuming.replay import replay
from chassis.http.api import Api
from chassis.http.caller import Caller
from chassis.http.handler import Reading
from chassis.http.pages import Page, PageQuery
from chassis.http.problems import NOT_FOUND, Problem, ProblemType
from chassis.operations import waiting
from chassis.operations.live import Live
from chassis.operations.views import (
    AllTimersView,
    DeadLetterView,
    DiscardBody,
    HealthView,
    LagsView,
    LagView,
    OutboxView,
    ProblemOfPart,
    Settled,
    TimersView,
    UndeliverableView,
    WholeDeadLetter,
)
from chassis.publishing import outbox
from chassis.unit_of_work import Work, WorkFactory
from contracts.access import READ_OPERATIONS, SETTLE_DEAD_LETTER, SHOW_DEAD_LETTER, Operation

log = structlog.get_logger(__name__)

LETTER_CLOSED = ProblemType(
    name="dead-letter-closed",
    status=409,
    title="This dead letter is not open any more",
    remedy="It was replayed or discarded before: read it to see when, by whom and why.",
)
NOT_REPLAYED = ProblemType(
    name="dead-letter-not-replayed",
    status=409,
    title="The record failed again",
    remedy="Mend what the reason says, then replay it again; or discard it and have it sent anew.",
)
LETTERS: Final = "/operations/dead-letters"
_ONCE: Final = "a dead letter that was settled is no longer open"
_MOST_UNDELIVERABLE = 100
LetterId: TypeAlias = Annotated[
    UUID, Path(description="The dead letter", examples=["0198c5f3-1a1b-7c1d-8e1f-202122232425"])
]


class OperationRoutes:
    """Tells how a service is and what waits in it; shows, replays and discards what it could not process."""

    def __init__(self, *, service: str, consumers: Sequence[Consumer[Any]], live: Live) -> None:
        self._service = service
        self._consumers = consumers
        self._live = live

    def declare(self, api: Api) -> None:
        """Add the routes to `api`, whose operations are those of `contracts.access.operations_of`."""
        named = {operation.name: operation for operation in api.access}
        read: Operation = named[READ_OPERATIONS]
        show, settle = named[SHOW_DEAD_LETTER], named[SETTLE_DEAD_LETTER]
        api.get("/operations/health", operation=read)(self.read_health)
        api.get("/operations/lag", operation=read)(self.read_lag)
        api.get("/operations/timers", operation=read)(self.read_timers)
        api.get("/operations/outbox", operation=read)(self.read_outbox)
        api.get(LETTERS, operation=read)(self.list_dead_letters)
        one = f"{LETTERS}/{{dead_letter_id}}"
        api.get(one, operation=show)(self.show_dead_letter)
        api.post(f"{one}/replay", operation=settle, once_by=_ONCE, problems=(LETTER_CLOSED, NOT_REPLAYED))(
            self.replay_dead_letter
        )
        api.post(f"{one}/discard", operation=settle, once_by=_ONCE, problems=(LETTER_CLOSED,))(self.discard_dead_letter)

    async def read_health(self) -> HealthView:
        """Read whether the service works, and what is wrong with which part of it. It asks no server for that."""
        problems = self._live.problems()
        return HealthView(
            service=self._service,
            healthy=not problems,
            problems=[ProblemOfPart(part=part, problem=problem) for part, problem in sorted(problems.items())],
        )

    async def read_lag(self) -> LagsView:
        """Read how many records of each topic the service has not consumed yet."""
        return LagsView(consumers=[LagView.of(lag) for lag in await self._live.lags()])

    async def read_timers(self, reading: Reading) -> AllTimersView:
        """Read how many timers wait, how many are overdue and what fails, by kind."""
        now = await reading.now()
        kinds = await waiting.timers(reading.connection, now=now)
        return AllTimersView(now=now, kinds=[TimersView.of(kind) for kind in kinds])

    async def read_outbox(self, reading: Reading) -> OutboxView:
        """Read what waits to be sent to Kafka, and what Kafka would not accept."""
        connection = reading.connection
        oldest = await outbox.oldest_waiting(connection)
        undeliverable = await outbox.list_undeliverable(connection)
        return OutboxView(
            waiting=await waiting.outbox_rows(connection),
            oldest_at=oldest,
            oldest_seconds=0 if oldest is None else max(0.0, (await reading.now() - oldest).total_seconds()),
            undeliverable=[UndeliverableView.of(row) for row in undeliverable[:_MOST_UNDELIVERABLE]],
        )

    async def list_dead_letters(
        self,
        page: PageQuery,
        reading: Reading,
        *,
        closed: Annotated[bool, Query(description="Also those that were replayed or discarded")] = False,
        about: Annotated[
            str | None,
            Query(
                min_length=1,
                max_length=100,
                pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$",
                description="A key or an event id; a UUID is looked for in the contents as well: of a report, a claim",
            ),
        ] = None,
    ) -> Page[DeadLetterView]:
        """List the records that the service could not process, in their order, without their contents."""
        found = await dead_letter_pages.page(
            reading.connection,
            only_open=not closed,
            about=about,
            after=page.after(tuple[str, str, int, int, UUID]),
            rows=page.rows,
        )
        return page.answer(found, view=DeadLetterView.of, position=lambda letter: letter.position)

    async def show_dead_letter(self, dead_letter_id: LetterId, reading: Reading, caller: Caller) -> WholeDeadLetter:
        """Read a record that could not be processed, whole. It may hold personal data; who reads it is logged."""
        letter = await dead_letters.find(reading.connection, dead_letter_id=dead_letter_id)
        if letter is None:
            raise Problem(NOT_FOUND)
        log.warning("dead_letter.shown", **_who(dead_letter_id, caller))
        return WholeDeadLetter.of(letter)

    async def replay_dead_letter(self, dead_letter_id: LetterId, work: WorkFactory, caller: Caller) -> Settled:
        """Process a record again, by the handlers as they are now. What fails again stays open with its new reason."""
        async with work.connection() as connection:
            letter = await dead_letters.find(connection, dead_letter_id=dead_letter_id)
        if letter is None:
            raise Problem(NOT_FOUND)
        if not letter.is_open:
            raise Problem(LETTER_CLOSED)
        async for _, failure in replay(self._consumers, work, only={dead_letter_id}):
            if failure is not None:
                raise Problem(NOT_REPLAYED, failure)
        log.warning("dead_letter.replayed", **_who(dead_letter_id, caller))
        return Settled(id=str(dead_letter_id), settled_as="replayed")

    async def discard_dead_letter(
        self, dead_letter_id: LetterId, body: DiscardBody, work: Work, caller: Caller
    ) -> Settled:
        """Close a record for ever: it is never replayed. Who did, when and why stays on record."""
        discarded = await dead_letters.discard(
            work.connection, ids=[dead_letter_id], at=work.now, by=caller.subject, because=body.reason
        )
        if not discarded:
            known = await dead_letters.find(work.connection, dead_letter_id=dead_letter_id)
            raise Problem(NOT_FOUND if known is None else LETTER_CLOSED)
        log.warning("dead_letter.discarded", **_who(dead_letter_id, caller))
        return Settled(id=str(dead_letter_id), settled_as="discarded")


def _who(dead_letter_id: UUID, caller: Caller) -> Mapping[str, str]:
    """Return what the log tells of who did it: neither contents nor reasons, which may tell of somebody."""
    return {"dead_letter_id": str(dead_letter_id), "operator": caller.subject}


def with_operations(api: Api, *, service: str, consumers: Sequence[Consumer[Any]], live: Live) -> Api:
    """Return `api` with these routes beside its own, where its part of the access matrix has their operations."""
    if all(operation.name != READ_OPERATIONS for operation in api.access):
        return api
    whole = Api(title=api.title, version=api.version, access=api.access, pages=api.pages, larger=api.larger)
    whole.routes.extend(api.routes)
    OperationRoutes(service=service, consumers=consumers, live=live).declare(whole)
    return whole
