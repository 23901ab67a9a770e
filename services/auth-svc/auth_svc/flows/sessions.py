"""Ends sessions: one's own, one of an account, or all of them at once. Nothing that hangs on them outlives them."""

from __future__ import annotations

from uuid import UUID

from auth_svc.domain.origin import Origin
from auth_svc.domain.secrets import digest_of
from auth_svc.flows.record import record
from auth_svc.repository import accounts, sessions
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent


async def log_out(work: Work, *, secret: str, origin: Origin, trace: Trace | None) -> None:
    """End the session with this secret, if there is one."""
    account_id = await sessions.end_with_secret(work.connection, digest=digest_of(secret))
    if account_id is not None:
        await record(work, SecurityEvent.SESSION_ENDED, account_id=account_id, address=origin.address, trace=trace)


async def end_session(
    work: Work, *, relation_number: str, session_id: UUID, actor: str, origin: Origin, trace: Trace | None
) -> bool:
    """End one session of a customer's account; return whether there was such a one. `actor` is a token's subject."""
    account = await accounts.of_relation(work.connection, relation_number=relation_number)
    if account is None or not await sessions.end(work.connection, account_id=account.account_id, session_id=session_id):
        return False
    await record(
        work,
        SecurityEvent.SESSION_ENDED,
        account_id=account.account_id,
        actor=_other(actor, account.account_id),
        address=origin.address,
        trace=trace,
    )
    return True


async def end_sessions(work: Work, *, relation_number: str, actor: str, origin: Origin, trace: Trace | None) -> bool:
    """End all sessions of a customer's account; return whether there is such an account."""
    account = await accounts.of_relation(work.connection, relation_number=relation_number)
    if account is None:
        return False
    ended = await sessions.end_all(work.connection, account_id=account.account_id)
    await record(
        work,
        SecurityEvent.SESSIONS_ENDED,
        account_id=account.account_id,
        actor=_other(actor, account.account_id),
        address=origin.address,
        trace=trace,
        sessions=ended,
    )
    return True


def _other(actor: str, account_id: UUID) -> str | None:
    """Return who did it when it was not the account itself."""
    return actor if actor != str(account_id) else None
