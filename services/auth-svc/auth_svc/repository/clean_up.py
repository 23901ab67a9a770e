"""Every SQL statement that deletes what is over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from auth_svc.domain.parameters import (
    FEW_WRONG_PASSWORDS_KEPT_FOR,
    SESSION_IDLE,
    UNANSWERED_KEPT_FOR,
    WRONG_PASSWORDS_BEFORE_BLOCK,
    WRONG_PASSWORDS_KEPT_FOR,
)
from chassis.database import Connection

_BUCKETS_KEPT_FOR = timedelta(days=2)
"""Longer than anything counts in one: the longest limit is of a day, and what is kept together counts longer."""
_EXPIRED = "expires_at <= $1::timestamptz"
_WHAT_IS_OVER: Final[Mapping[str, str]] = {
    "link": _EXPIRED,
    "login": _EXPIRED,
    "authorization_code": _EXPIRED,
    "confirmed_identity": _EXPIRED,
    "passkey_challenge": _EXPIRED,
    "phone_change": _EXPIRED,
    "totp_enrolment": _EXPIRED,
    "undo": _EXPIRED,
    "session": f"""(
        expires_at <= $1::timestamptz
         OR last_used_at <= $1::timestamptz - interval '{SESSION_IDLE.total_seconds()} s')""",
    "device": _EXPIRED,
    "bucket": f"at <= $1::timestamptz - interval '{_BUCKETS_KEPT_FOR.total_seconds()} s'",
    "wrong_passwords": f"""(
        in_a_row < {WRONG_PASSWORDS_BEFORE_BLOCK}
            AND last_at <= $1::timestamptz - interval '{FEW_WRONG_PASSWORDS_KEPT_FOR.total_seconds()} s'
         OR last_at <= $1::timestamptz - interval '{WRONG_PASSWORDS_KEPT_FOR.total_seconds()} s')""",
    "asked": f"asked_at <= $1::timestamptz - interval '{UNANSWERED_KEPT_FOR.total_seconds()} s'",
}
"""By table, at the moment $1."""
TABLES = tuple(_WHAT_IS_OVER)


async def delete_what_is_over(connection: Connection, *, table: str, now: datetime, limit: int) -> int:
    """Delete up to `limit` rows of one of `TABLES` that nobody can use any more; return how many there were.

    A row that somebody holds just now waits for the next time.
    """
    deleted = await connection.fetchval(
        f"""
        WITH deleted AS (
            DELETE FROM {table} WHERE ctid = ANY (ARRAY(
                SELECT ctid FROM {table} WHERE {_WHAT_IS_OVER[table]} LIMIT $2 FOR UPDATE SKIP LOCKED))
            RETURNING 1)
        SELECT count(*) FROM deleted
        """,  # noqa: S608 - tables and conditions are those above
        now,
        limit,
    )
    return int(deleted)
