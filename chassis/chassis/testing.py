"""Drives a service's handlers in tests exactly as in production, without Kafka: real decoding, inbox, transactions.

And makes the trials that its API must stand: every route, by every role, for own data and for somebody else's.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, TypeVar
from uuid import UUID, uuid4

from aiokafka import ConsumerRecord
from typing_extensions import override

from chassis.consuming.batch_processor import BatchProcessor
from chassis.consuming.positions import Advance
from chassis.database import connect
from chassis.http.api import Api
from chassis.http.declaration import RouteDeclaration
from chassis.http.public_port import PublicPort
from chassis.lifecycle import figures_of, open_runtime
from chassis.migrations.runner import migrate
from chassis.publishing import outbox
from chassis.sealing import Opener
from chassis.service import Runtime, Service
from chassis.timers.clock_guard import ClockGuard
from chassis.timers.loop import TimerLoop
from contracts.access import Reach, Role
from contracts.codec import from_json
from contracts.envelope import Message, encode
from contracts.personal_data import (
    ANSWERED_WITHIN,
    CUSTOMER_DATA_REQUESTED,
    CustomerDataPart,
    CustomerDataProvided,
    CustomerDataRequested,
)
from contracts.topic import Event, Topic

E = TypeVar("E", bound=Event)


class Harness:
    """A migrated service without its broker."""

    def __init__(self, service: Service, runtime: Runtime) -> None:
        self.service = service
        self.runtime = runtime
        self.pool = runtime.pool
        self._processors = {
            consumer.topic.name: BatchProcessor(
                consumer, work=runtime.work, dead_letter_limit=service.settings.dead_letter_limit
            )
            for consumer in service.consumers
        }
        self._offsets: dict[str, int] = {}

    def record(self, message: Message) -> ConsumerRecord[bytes, bytes]:
        """`message` as the broker would deliver it next."""
        offset = self._offsets[message.topic] = self._offsets.get(message.topic, -1) + 1
        return ConsumerRecord(
            topic=message.topic,
            partition=0,
            offset=offset,
            timestamp=0,
            timestamp_type=0,
            key=message.key,
            value=message.value,
            checksum=None,
            serialized_key_size=len(message.key),
            serialized_value_size=len(message.value),
            headers=message.headers,
        )

    async def deliver(self, topic: Topic[E], *events: E, traceparent: str | None = None, source: str = "/test") -> None:
        """Deliver new events in one batch."""
        now = await self.runtime.now()
        await self.process(
            topic,
            [
                self.record(
                    encode(
                        topic,
                        event,
                        event_id=str(uuid4()),
                        source=source,
                        time=now,
                        traceparent=traceparent,
                    )
                )
                for event in events
            ],
        )

    async def process(
        self,
        topic: Topic[Any],
        records: Sequence[ConsumerRecord[bytes, bytes]],
        *,
        advances: Sequence[Advance] = (),
    ) -> None:
        """Process these very records as one batch; `advances` are the positions it moves, none if left out."""
        await self._processors[topic.name].process(records, advances=advances)

    async def fire_due_timers(self) -> int:
        """Fire what is due by the service's clock; return how many timers were."""
        loop = TimerLoop(
            self.service.timers,
            work=self.runtime.work,
            guard=ClockGuard(limit=timedelta(hours=1), anchor=None),
            changed=self.runtime.work.timers_changed,
            stopping=self.runtime.stopping,
        )
        return await loop.fire_due()

    async def measure(self) -> None:
        """Set the gauges that are counted from tables, as every half minute in production."""
        await figures_of(self.service, self.runtime).measure()

    async def published(self) -> Sequence[Event]:
        """What was published since the last call of this or the next method, in order."""
        return [event for event, _ in await self.published_with_traces()]

    async def published_with_traces(self) -> Sequence[tuple[Event, str | None]]:
        """As `published`, each event with the traceparent it carries."""
        topics = {topic.name: topic for topic in self.service.catalogue.topics}
        async with self.pool.acquire() as connection:
            rows = await outbox.next_rows(connection, limit=100_000, longest_bytes=1 << 30)
            await outbox.delete(connection, positions=list(rows))
        return [(from_json(topics[row.topic].event, row.payload), row.trace) for row in rows.values()]

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[str]:
        """Answer requests as in production; yield the address of the API."""
        service = self.service
        assert service.door is not None, f"{service.name} has no API"  # noqa: S101 - told to who writes the test
        port = PublicPort(service.door, service=service.name, settings=service.settings, work=self.runtime.work)
        try:
            yield f"http://{service.settings.api_host}:{await port.start()}"
        finally:
            await port.stop()

    async def holds(
        self, *, customer_id: UUID, relation_number: str, policy_numbers: Sequence[str] = ()
    ) -> Mapping[str, Any]:
        """Ask the service what it holds about a customer, as policy-svc does; return its answer, opened."""
        opener = Opener(b64encode(bytes(range(32))).decode())
        request = CustomerDataRequested(
            request_id=uuid4(),
            customer_id=customer_id,
            relation_number=relation_number,
            policy_numbers=tuple(policy_numbers),
            public_key=opener.public_keys[0],
            expires_at=await self.runtime.now() + ANSWERED_WITHIN,
        )
        await self.deliver(CUSTOMER_DATA_REQUESTED, request)
        parts = [event for event in await self.published() if isinstance(event, CustomerDataProvided)]
        data = b"".join(from_json(CustomerDataPart, opener.open(part.sealed)).data for part in parts)
        answer: Mapping[str, Any] = json.loads(data)
        return answer

    async def tables_untold(self, *, sections: Mapping[str, str], nothing_of_customers: Mapping[str, str]) -> set[str]:
        """Return tables of the service that `sections` do not read, and of which nobody says why."""
        rows = await self.pool.fetch(
            """
            SELECT table_name FROM information_schema.tables
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND table_name <> 'applied_migration'
            """
        )
        words = set(re.findall(r"\w+", " ".join(sections.values())))
        return {row["table_name"] for row in rows} - words - nothing_of_customers.keys()


@asynccontextmanager
async def harness(service: Service) -> AsyncIterator[Harness]:
    """Migrate the service's database and yield its harness."""
    connection = await connect(service.settings, application_name="migrate")
    await migrate(connection, directory=service.migrations)
    await connection.close()
    async with open_runtime(service) as runtime:
        yield Harness(service, runtime)


REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND})


@dataclass(frozen=True, kw_only=True)
class AccessTrial:
    """One question to the door, and how the access matrix says it ends.

    Who asks comes as `role`, with the scope of the operation, or without a token where `role` is None. What is asked
    for `is_own` or somebody else's. `refusal` is one of `REFUSALS`, None where the door lets pass.
    """

    route: RouteDeclaration
    role: Role | None
    is_own: bool
    refusal: HTTPStatus | None

    @override
    def __str__(self) -> str:
        return f"{self.route} by {self.role or 'nobody'}, {'own' if self.is_own else 'of somebody else'}"


def access_trials(api: Api) -> Sequence[AccessTrial]:
    """Return all trials that follow from the access matrix: each route by each role, own and somebody else's."""
    return [
        AccessTrial(route=route, role=role, is_own=is_own, refusal=_refusal(route, role, is_own=is_own))
        for route in api.routes
        for role in (None, *Role)
        for is_own in (True, False)
    ]


def _refusal(route: RouteDeclaration, role: Role | None, *, is_own: bool) -> HTTPStatus | None:
    if route.operation.is_public:
        return None
    if role is None:
        return HTTPStatus.UNAUTHORIZED
    reach = route.operation.grants.get(role)
    if reach is None:
        return HTTPStatus.FORBIDDEN
    return HTTPStatus.NOT_FOUND if reach is Reach.OWN and not is_own else None
