"""The service on a database of its own, driven as in production, with real servers at the other end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from uuid import UUID

from pause import DEADLINE_SECONDS

from chassis.clock import SettableClock
from chassis.consuming.delivery import Delivery
from chassis.testing import Harness
from contracts.claim_messages import CLAIM_MESSAGE_REQUESTED, ClaimMessageRequested, ClaimMessageSettled
from contracts.claims import DECISION_MADE, DecisionMade
from contracts.envelope import encode
from contracts.message_requests import (
    CUSTOMER_MESSAGE_REQUESTED,
    MESSAGE_REQUESTED,
    CustomerMessageRequested,
    MessageRequested,
)
from contracts.notify import MessageSettled, RequestSettled
from contracts.payments import PAYMENT_ORDERED, PaymentOrdered
from contracts.policy import CONTACT_CHANGED, ContactChanged
from contracts.vocabulary import Channel
from notify_svc.handlers import DecisionHandler
from notify_svc.repository import attempts
from notify_svc.repository.leases import Lease
from notify_svc.send_queue import SendQueues

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
_POLL_SECONDS = 0.02


class Desk:
    """Short names for what happens to notify-svc."""

    def __init__(self, running: Harness, clock: SettableClock) -> None:
        self.harness = running
        self.runtime = running.runtime
        self.clock = clock

    async def decide(self, *decisions: DecisionMade) -> None:
        await self.harness.deliver(DECISION_MADE, *decisions, traceparent=TRACE)

    async def know(self, *contacts: ContactChanged) -> None:
        await self.harness.deliver(CONTACT_CHANGED, *contacts)

    async def ask_about_claims(self, *requests: ClaimMessageRequested) -> None:
        await self.harness.deliver(CLAIM_MESSAGE_REQUESTED, *requests, traceparent=TRACE)

    async def order(self, *orders: PaymentOrdered) -> None:
        await self.harness.deliver(PAYMENT_ORDERED, *orders, traceparent=TRACE)

    async def ask(self, *requests: MessageRequested | CustomerMessageRequested) -> None:
        about_accounts = [request for request in requests if isinstance(request, MessageRequested)]
        about_customers = [request for request in requests if isinstance(request, CustomerMessageRequested)]
        await self.harness.deliver(MESSAGE_REQUESTED, *about_accounts, traceparent=TRACE)
        await self.harness.deliver(CUSTOMER_MESSAGE_REQUESTED, *about_customers, traceparent=TRACE)

    def decision_handler(self) -> DecisionHandler:
        """Return a handler of decisions beside which no sender runs."""
        return DecisionHandler(contact_wait=timedelta(hours=72), queues=SendQueues(lease=timedelta(minutes=2)))

    async def abandon(self, *channels: Channel, lasting: timedelta) -> None:
        """Lease every due message of `channels` as a process does that dies before it has sent them."""
        for channel in channels:
            async with self.runtime.transaction() as work:
                leased = await attempts.lease_due(
                    work.connection,
                    channel=channel,
                    lease=Lease.lasting(lasting.total_seconds()),
                    now=work.now,
                    leased_until=work.now + lasting,
                    limit=1_000,
                )
            assert leased

    def delivery(self, decision: DecisionMade) -> Delivery[DecisionMade]:
        """Return `decision` as a handler is given it."""
        event_id, now = str(decision.claim_id), self.clock.at
        message = encode(DECISION_MADE, decision, event_id=event_id, source="/test", time=now)
        return Delivery(decision, event_id, "/test", now, TRACE, self.harness.record(message))

    async def until_waiting_for_a_lock(self, task: asyncio.Task[None]) -> None:
        """Wait until a transaction of this database waits for another; fail when `task` ends without waiting."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not await self.harness.pool.fetchval(
                "SELECT true FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            ):
                assert not task.done(), "it did not have to wait"
                await asyncio.sleep(_POLL_SECONDS)

    async def fail_next_commit(self) -> None:
        """Let the next commit that changes messages, other than a lease, fail as a deadlock does."""
        await self.harness.pool.execute(
            """
            CREATE SEQUENCE commits;
            CREATE FUNCTION fail_first_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                IF nextval('commits') = 1 THEN
                    RAISE 'failed by the test' USING ERRCODE = 'deadlock_detected';
                END IF;
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER fail_first_commit AFTER INSERT OR UPDATE ON message DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW WHEN (NEW.state <> 'sending') EXECUTE FUNCTION fail_first_commit()
            """
        )

    async def commits_failed(self) -> bool:
        """Whether the commit that was to fail was tried."""
        tried: bool = await self.harness.pool.fetchval("SELECT is_called FROM commits")
        return tried

    async def settled(self) -> Sequence[MessageSettled]:
        """Return what was published as settled since the last call."""
        events = await self.harness.published()
        assert all(isinstance(event, MessageSettled) for event in events)
        return [event for event in events if isinstance(event, MessageSettled)]

    async def requests_settled(self) -> Sequence[RequestSettled]:
        """Return what was published about requests since the last call."""
        events = await self.harness.published()
        return [event for event in events if isinstance(event, RequestSettled)]

    async def claim_messages_settled(self) -> Sequence[ClaimMessageSettled]:
        """Return what was published about messages about claims since the last call."""
        return [event for event in await self.harness.published() if isinstance(event, ClaimMessageSettled)]

    async def request_states(self) -> Sequence[str]:
        """Return the states of requests, in the order in which they were stored."""
        rows = await self.harness.pool.fetch("SELECT state FROM requested_message ORDER BY due_at, request_id")
        return [row["state"] for row in rows]

    async def sealed(self) -> int:
        """Return how many requests still hold what was sealed."""
        count: int = await self.harness.pool.fetchval("SELECT count(sealed) FROM requested_message")
        return count

    async def everything_stored(self) -> str:
        """Return all that the database holds, in all its tables, as text; bytes in hexadecimal."""
        tables = await self.harness.pool.fetch(
            "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables"
            " WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        rows = [await self.harness.pool.fetch(f"SELECT one::text FROM {table['name']} AS one") for table in tables]  # noqa: S608 - its own names
        return "\n".join(row["one"] for table in rows for row in table)

    async def states(self, channel: Channel | None = None) -> Sequence[str]:
        """Return the states of messages, in the order of their claims' versions."""
        rows = await self.harness.pool.fetch(
            "SELECT state FROM message WHERE $1::text IS NULL OR channel = $1 ORDER BY claim_version, channel", channel
        )
        return [row["state"] for row in rows]

    def later(self, **elapsed: float) -> None:
        self.clock.at += timedelta(**elapsed)

    def sending_requests(self) -> AbstractAsyncContextManager[None]:
        """Let the service's own sender of requests work meanwhile."""
        return self.working("request-sender")

    async def send_requests_until(self, *states: str) -> None:
        """Let requests be sent until they are in these states."""
        async with self.sending_requests():
            await self.until_requests(*states)

    async def until_requests(self, *states: str) -> None:
        """Wait until the requests are in these states, in any order."""
        await self.until_true(
            "SELECT array_agg(state ORDER BY state) = $1::text[] FROM requested_message", sorted(states)
        )

    def sending(self, channel: Channel) -> AbstractAsyncContextManager[None]:
        """Let the service's own sender of `channel` work meanwhile."""
        return self.working(f"{channel}-sender")

    def recording_receipts(self) -> AbstractAsyncContextManager[None]:
        """Let the service's own worker record receipts meanwhile, until every session at the SMS centre has ended."""
        return self.working("sms-receipts")

    async def outcomes(self) -> Sequence[str | None]:
        """Return what is known of the delivery of parts, in the order in which they were submitted."""
        rows = await self.harness.pool.fetch("SELECT outcome FROM sms_part ORDER BY submitted_at, message_id, part")
        return [row["outcome"] for row in rows]

    @asynccontextmanager
    async def working(self, name: str) -> AsyncIterator[None]:
        """Let the worker called `name` work meanwhile."""
        worker = next(one for one in self.harness.service.workers if one.name == name)
        self.runtime.stopping.clear()
        task = asyncio.ensure_future(worker.run(self.runtime))
        try:
            yield
        finally:
            self.runtime.stopping.set()
            await asyncio.wait_for(task, DEADLINE_SECONDS)

    async def send_until(self, channel: Channel, *states: str) -> None:
        """Let `channel` be sent until its messages are in these states."""
        async with self.sending(channel):
            await self.until(channel, *states)

    async def until_attempts(self, channel: Channel, attempts: int) -> None:
        """Wait until the one message of `channel` has been tried this often, and its result recorded."""
        await self.until_true(
            "SELECT true FROM message WHERE channel = $1 AND attempts = $2 AND state <> 'sending'", channel, attempts
        )

    async def until_tried(self, messages: int) -> None:
        """Wait until this many messages have been tried, and their results recorded."""
        await self.until_true("SELECT count(*) = $1 FROM message WHERE attempts > 0 AND state <> 'sending'", messages)

    async def until_sent(self, claim_id: UUID, channel: Channel = Channel.EMAIL) -> None:
        """Wait until this claim's message has been sent."""
        await self.until_true(
            "SELECT true FROM message WHERE channel = $1 AND claim_id = $2 AND state = 'sent'", channel, claim_id
        )

    async def until(self, channel: Channel, *states: str) -> None:
        """Wait until the messages of `channel` are in these states."""
        seen: Sequence[str] = ()
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                while (seen := await self.states(channel)) != list(states):
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise AssertionError(f"{channel} messages are {seen}, not {states}") from None

    async def until_true(self, query: str, *arguments: object) -> None:
        """Wait until the database says yes to `query`."""
        try:
            async with asyncio.timeout(DEADLINE_SECONDS):
                while not await self.harness.pool.fetchval(query, *arguments):
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            messages = await self.harness.pool.fetch(
                "SELECT channel, state, attempts, last_error FROM message UNION ALL"
                " SELECT channel, state, attempts, last_error FROM requested_message"
            )
            raise AssertionError(f"not within {DEADLINE_SECONDS:.0f} s: {query} {arguments}; {messages}") from None
