"""What was said, word for word: sealed, never changed, and unreadable once its reader is erased."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg
import structlog
from msgspec import Struct, msgpack
from uuid_utils.compat import uuid7

from chassis.database import Connection
from chassis.vault import CannotOpenKeptError, DataKey, Vault
from contracts.packing import Packing
from contracts.vocabulary import Channel
from notify_svc.domain.written import Written

log = structlog.get_logger(__name__)

_DICTIONARY: Final = Path(__file__).with_name("kept-texts-1.zstd-dictionary")
"""Keep it as long as a database may hold what was packed with it; another one takes the next number."""
_LEVEL: Final = 3
_REWRAPPED_AT_ONCE: Final = 500
BEFORE_ALL: Final = UUID(int=0)


class KeptResult(StrEnum):
    """What is known of how a text went out."""

    SENT = "sent"
    ANSWER_LOST = "answer_lost"
    PRINTED = "printed"


class KeptContents(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is sealed: the address as it was written to, and the words."""

    recipient: str
    text: str
    subject: str | None = None
    html: str | None = None
    pdf: bytes | None = None

    def __repr__(self) -> str:  # type: ignore[explicit-override] # typing has no `override` before Python 3.12
        """Name the type only: the rest is personal."""
        return f"{type(self).__name__}(…)"


class TextToKeep(Struct, frozen=True, kw_only=True, eq=False):
    """What went out by one attempt at a message; of a letter `attempt` counts the printings."""

    message_id: UUID
    attempt: int
    channel: Channel
    result: KeptResult
    written: Written


@dataclass(frozen=True, slots=True)
class KeptText:
    """A row of what is kept, and what it says: None once its reader was erased."""

    row: asyncpg.Record
    contents: KeptContents | None


async def keep(connection: Connection, *, texts: Sequence[TextToKeep], vault: Vault) -> None:
    """Keep `texts`, each attempt once. What goes to one reader shares a data key, under which nothing more is kept.

    A reader who was erased meanwhile has no key stored: what was on its way to them is unreadable from the start. Nor
    has a reporter who gave another address meanwhile: of several, it is told by the address who was written to. To be
    called last in a transaction: it holds off the erasure of customers until that ends.
    """
    if any(text.written.customer_id is None for text in texts):
        await _lock_reporters(connection, texts=texts)
    lots: dict[tuple[UUID | tuple[UUID, ...], bool, str | None], tuple[int, DataKey]] = {}
    stored_lots: list[tuple[UUID, bytes, UUID | None, str | None, bool, str | None]] = []
    kinds: dict[_Kind, int] = {}
    rows = []
    for text in texts:
        written = text.written
        # Which of several reporters was written to is known by the address.
        address = None if written.customer_id or text.channel is Channel.POST else written.recipient
        lot = lots.get(by := (written.reader, written.occasion is None, address))
        if lot is None:
            key_id = uuid7()
            key, wrapped = vault.new_key(bound_to=key_id.bytes)
            lot = lots[by] = (len(lots) + 1, key)
            report_ids = f"{{{','.join(map(str, written.report_ids))}}}" if written.customer_id is None else None
            prefers_email = written.occasion is not None
            stored_lots.append((key_id, wrapped, written.customer_id, report_ids, prefers_email, address))
        number, key = lot
        sealed = key.seal(_packed(written), bound_to=_place(text.message_id, text.attempt))
        kind = kinds.setdefault(_kind_of(text), len(kinds) + 1)
        rows.append((text.message_id, number, kind, written.claim_reference, sealed))
    await connection.execute(_KEEP, *_columns(rows), *_columns(stored_lots), *_columns(list(kinds)))


_Kind: TypeAlias = tuple[int, int | None, str | None, str, str, str, str]
"""Attempt, version, occasion, channel, language, version of the texts, result: few are different in many texts."""


def _kind_of(text: TextToKeep) -> _Kind:
    written = text.written
    return (
        text.attempt,
        written.claim_version,
        written.occasion,
        text.channel.value,
        written.language.value,
        written.texts_version,
        text.result.value,
    )


def _columns(rows: Sequence[tuple[object, ...]]) -> Iterator[list[object]]:
    return map(list, zip(*rows, strict=True))


# What texts have in common is sent once: each element of an array costs as much as a column.
_KEEP: Final = """
    WITH lot AS MATERIALIZED (
        SELECT lot.*,
               CASE WHEN customer_id IS NOT NULL THEN customer_id ELSE
                    (SELECT report_id FROM reporter_contact
                      WHERE report_id = ANY (report_ids::uuid[])
                        AND (address IS NULL OR lower(address) = lower(email) OR address = mobile_phone)
                      ORDER BY prefers_email AND email IS NULL, array_position(report_ids::uuid[], report_id)
                      LIMIT 1) END AS owner_id
          FROM unnest($6::uuid[], $7::bytea[], $8::uuid[], $9::text[], $10::boolean[], $11::text[]) WITH ORDINALITY
            AS lot (key_id, wrapped, customer_id, report_ids, prefers_email, address, number)),
    new_key AS (
        INSERT INTO kept_key (key_id, wrapped)
        SELECT key_id, wrapped FROM lot
         WHERE owner_id IS NOT NULL
           AND (customer_id IS NULL OR EXISTS (SELECT FROM contact WHERE contact.customer_id = lot.customer_id)))
    INSERT INTO kept_text (message_id, attempt, owner_id, claim_reference, claim_version, occasion, channel, language,
                           texts_version, result, kept_at, key_id, sealed)
    SELECT message_id, ($12::integer[])[kind], owner_id, claim_reference, ($13::integer[])[kind], ($14::text[])[kind],
           ($15::text[])[kind], ($16::text[])[kind], ($17::text[])[kind], ($18::text[])[kind], now(), key_id, sealed
      FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::text[], $5::bytea[])
        AS text (message_id, lot_number, kind, claim_reference, sealed)
      JOIN lot ON lot.number = text.lot_number
        ON CONFLICT DO NOTHING
    """


async def _lock_reporters(connection: Connection, *, texts: Sequence[TextToKeep]) -> None:
    """Let no reporter be erased unseen while a text to them is being kept; in the order in which all lock them."""
    report_ids = {
        report_id for text in texts if text.written.customer_id is None for report_id in text.written.report_ids
    }
    await connection.execute(
        "SELECT FROM reporter_contact WHERE report_id = ANY ($1::uuid[]) ORDER BY report_id FOR KEY SHARE",
        list(report_ids),
    )


async def printings(connection: Connection, *, message_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """Return how often letters were printed, of those that were; hold off who prints the same ones now."""
    await connection.execute(
        """
        SELECT FROM message WHERE message_id = ANY ($1::uuid[]) AND channel = 'post'
         ORDER BY claim_id, claim_version FOR UPDATE
        """,
        list(message_ids),
    )
    rows = await connection.fetch(
        "SELECT message_id, max(attempt) AS count FROM kept_text WHERE message_id = ANY ($1::uuid[]) GROUP BY 1",
        list(message_ids),
    )
    return {row["message_id"]: row["count"] for row in rows}


async def about_claim(connection: Connection, *, claim_reference: str, vault: Vault) -> Sequence[KeptText]:
    """Return what was said about a claim, the oldest first."""
    rows = await connection.fetch(f"{_READ} WHERE claim_reference = $1 ORDER BY kept_at, message_id", claim_reference)
    return [_opened(row, vault) for row in rows]


async def of_message(connection: Connection, *, message_id: UUID, vault: Vault) -> Sequence[KeptText]:
    """Return what went out as one message: nothing, or once for each attempt that may have arrived."""
    rows = await connection.fetch(f"{_READ} WHERE message_id = $1 ORDER BY attempt", message_id)
    return [_opened(row, vault) for row in rows]


async def is_kept(connection: Connection, *, message_id: UUID, written: Written, vault: Vault) -> bool:
    """Whether the same was written before, to the last byte; not where what was cannot be opened."""
    try:
        before = await of_message(connection, message_id=message_id, vault=vault)
    except CannotOpenKeptError:
        return False
    return any(said.contents == _contents(written) for said in before)


async def of_customer(connection: Connection, *, customer_id: UUID, vault: Vault) -> AsyncIterator[KeptText]:
    """Yield what was said to a customer, the latest first; no contents where no key opens them. In a transaction."""
    query = f"{_READ} WHERE owner_id = $1 ORDER BY kept_at DESC, message_id"
    async for row in connection.cursor(query, customer_id):
        try:
            kept = _opened(row, vault)
        except CannotOpenKeptError as error:
            log.error("kept_text.unopened", message_id=str(row["message_id"]), error=str(error))  # noqa: TRY400
            kept = KeptText(row, None)
        yield kept


_READ: Final = """
    SELECT kept_text.*, wrapped, bounced_at, status AS bounce_status
      FROM kept_text LEFT JOIN kept_key USING (key_id) LEFT JOIN bounce USING (message_id)
    """


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many keys were wrapped anew, and how many cannot be opened; where to go on, None at the end."""

    count: int
    unopened: int
    last: UUID | None


async def rewrap(connection: Connection, *, vault: Vault, after: UUID = BEFORE_ALL) -> Rewrapped:
    """Wrap by the newest service key some of the keys behind `after` that are wrapped by others."""
    rows = await connection.fetch(
        "SELECT * FROM kept_key WHERE substr(wrapped, 1, $1) <> $2 AND key_id > $4 ORDER BY key_id LIMIT $3 FOR UPDATE",
        len(vault.newest),
        vault.newest,
        _REWRAPPED_AT_ONCE,
        after,
    )
    anew: dict[UUID, bytes] = {}
    for row in rows:
        with suppress(CannotOpenKeptError):
            anew[row["key_id"]] = vault.rewrap(row["wrapped"], bound_to=row["key_id"].bytes)
    await connection.execute(
        """
        UPDATE kept_key SET wrapped = anew.wrapped
          FROM unnest($1::uuid[], $2::bytea[]) AS anew (key_id, wrapped) WHERE kept_key.key_id = anew.key_id
        """,
        list(anew),
        list(anew.values()),
    )
    return Rewrapped(len(anew), len(rows) - len(anew), rows[-1]["key_id"] if rows else None)


def _contents(written: Written) -> KeptContents:
    return KeptContents(
        recipient=written.recipient, subject=written.subject, text=written.text, html=written.html, pdf=written.pdf
    )


def _packed(written: Written) -> bytes:
    return _packing().pack(msgpack.encode(_contents(written)))


def _opened(row: asyncpg.Record, vault: Vault) -> KeptText:
    if row["wrapped"] is None:
        return KeptText(row, None)
    key = vault.key(row["wrapped"], bound_to=row["key_id"].bytes)
    packed = key.open(row["sealed"], bound_to=_place(row["message_id"], row["attempt"]))
    return KeptText(row, msgpack.decode(_packing().unpack(packed), type=KeptContents))


def _place(message_id: UUID, attempt: int) -> bytes:
    return message_id.bytes + attempt.to_bytes(4, "big")


@cache
def _packing() -> Packing:
    return Packing(_DICTIONARY, level=_LEVEL)
