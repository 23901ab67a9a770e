"""Reads the services' databases in plain SQL, with an administrator's login that goes through no proxy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from hashlib import sha256
from typing import Any, NamedTuple, TypeAlias

import asyncpg

from drill.checker.found import OfService, Position, Row

Urls: TypeAlias = Mapping[str, str]

_CLAIMS = "SELECT claim_id, report_id, policy_number, state, claim_version FROM claim"
_DECISIONS = """
    SELECT claim_id, claim_version, outcome, deciding_ground, payable_cents, proof_sha256, previous_proof_sha256
      FROM decision ORDER BY claim_id, claim_version
"""
_PAYMENTS = "SELECT payment_id, claim_id, claim_version, attempt, amount_cents FROM payment"
_MESSAGES = "SELECT message_id, claim_id, claim_version, channel, state, answers_lost FROM message"
_REQUESTED = """
    SELECT request_id, claim ->> 'claim_id' AS claim_id, channel, state, answers_lost FROM requested_message
     WHERE claim IS NOT NULL
"""
_DEAD_LETTERS = """
    SELECT dead_letter_id, consumer, topic, partition, record_offset, reason_code, reason FROM messaging.dead_letter
"""
_OUTBOX = "SELECT count(*) FROM messaging.outbox"
_STANDS = "SELECT consumer, partition, next_offset FROM messaging.consumer_position"
_WAITING_MESSAGES = """
    SELECT (SELECT count(*) FROM message WHERE settled_at IS NULL)
         + (SELECT count(*) FROM requested_message WHERE settled_at IS NULL)
"""
_WAITING_CLAIMS = "SELECT claim_id FROM claim WHERE state NOT IN ('decided', 'referred')"
_NOT_OF_THE_BUSINESS = frozenset(
    {
        *("applied_migration", "lease", "pace", "poll", "request_count", "missing_hours"),
        *("proof_root", "payments_looked_through"),
    }
)
"""Tables that say how the service works, not what it has done; the last two have a row for each look of a timer."""


async def rows(url: str, query: str) -> Sequence[Row]:
    """Return what `query` finds; ids as texts, as events write them."""
    connection = await asyncpg.connect(url)
    try:
        return [{name: _plain(value) for name, value in row.items()} for row in await connection.fetch(query)]
    finally:
        await connection.close()


def _plain(value: Any) -> Any:  # noqa: ANN401 - whatever a column holds
    return str(value) if isinstance(value, asyncpg.pgproto.pgproto.UUID) else value


async def business(urls: Urls) -> dict[str, Any]:
    """Return what claims-svc and notify-svc have come to."""
    claims, notify = urls["claims-svc"], urls["notify-svc"]
    joined = await rows(claims, "SELECT report_id, claim_id FROM joined_report")
    return {
        "claims": await rows(claims, _CLAIMS),
        "joined": {row["report_id"]: row["claim_id"] for row in joined},
        "decisions": await rows(claims, _DECISIONS),
        "payments": await rows(claims, _PAYMENTS),
        "messages": await rows(notify, _MESSAGES),
        "requested": await rows(notify, _REQUESTED),
    }


async def of_service(url: str) -> OfService:
    """Return what stands in a service's own bookkeeping."""
    positions = [Position(row["consumer"], row["partition"], row["next_offset"]) for row in await rows(url, _STANDS)]
    names = {number_of(one.consumer): one.consumer for one in positions}
    inbox: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for row in await rows(url, "SELECT consumer, source, event_id FROM messaging.inbox_entry"):
        inbox[names.get(row["consumer"], str(row["consumer"]))].add((row["source"], row["event_id"]))
    (counts,) = await rows(
        url,
        """
        SELECT (SELECT count(*) FROM messaging.outbox WHERE undeliverable_reason IS NULL) AS outbox,
               (SELECT count(*) FROM messaging.outbox WHERE undeliverable_reason IS NOT NULL) AS undeliverable,
               (SELECT count(*) FROM messaging.consumer_gap) AS gaps
        """,
    )
    return OfService(
        outbox=counts["outbox"],
        undeliverable=counts["undeliverable"],
        gaps=counts["gaps"],
        dead_letters=await rows(url, _DEAD_LETTERS),
        positions=positions,
        inbox={consumer: frozenset(entries) for consumer, entries in inbox.items()},
    )


def number_of(name: str) -> int:
    """Return the number by which an inbox names a consumer or a source: the first four bytes of its SHA-256."""
    return int.from_bytes(sha256(name.encode()).digest()[:4], signed=True)


class Waiting(NamedTuple):
    """What is left to do: events in outboxes, messages that are not settled, claims that wait for something."""

    events: int
    messages: int
    claims: frozenset[str]
    stands: Sequence[tuple[str, int, int]]
    """Topic, partition and next offset of every consumer."""


@asynccontextmanager
async def watching(urls: Urls) -> AsyncIterator[Callable[[], Awaitable[Waiting]]]:
    """Give a way to ask what is left to do, as often as one likes: connecting costs more than asking."""
    async with AsyncExitStack() as closing:
        connections = {service: await asyncpg.connect(url) for service, url in urls.items()}
        for connection in connections.values():
            closing.push_async_callback(connection.close)

        async def ask() -> Waiting:
            events, stands = 0, []
            for service, connection in connections.items():
                events += await connection.fetchval(_OUTBOX)
                for consumer, partition, next_offset in await connection.fetch(_STANDS):
                    stands.append((consumer.removeprefix(f"{service}."), partition, next_offset))
            messages = await connections["notify-svc"].fetchval(_WAITING_MESSAGES)
            claims = await connections["claims-svc"].fetch(_WAITING_CLAIMS)
            return Waiting(events, messages, frozenset(str(claim_id) for (claim_id,) in claims), stands)

        yield ask


async def oldest_event_seconds(urls: Urls) -> float:
    """Return the age of the oldest event that waits in an outbox."""
    query = "SELECT extract(epoch FROM clock_timestamp() - min(occurred_at))::float8 AS age FROM messaging.outbox"
    return max([(await rows(url, query))[0]["age"] or 0.0 for url in urls.values()])


async def fingerprints(urls: Urls) -> Mapping[str, str]:
    """Return a hash of every table of the business, by service and table."""
    found: dict[str, str] = {}
    for service, url in urls.items():
        tables = await rows(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        for (table,) in [tuple(row.values()) for row in tables]:
            if table in _NOT_OF_THE_BUSINESS:
                continue
            hashed = await rows(
                url,
                f"SELECT md5(coalesce(string_agg(row::text, ';' ORDER BY row::text), '')) AS hash FROM {table} AS row",  # noqa: S608 - a name from the catalogue
            )
            found[f"{service} {table}"] = hashed[0]["hash"]
    return found
