"""The end of every way to log in: a session begins, or it is noted that somebody has shown who they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from uuid import UUID

from uuid_utils.compat import uuid7

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import IDENTITY_CONFIRMED_FOR, SESSION_TOTAL
from auth_svc.domain.secrets import digest_of, new_secret
from auth_svc.flows.devices import remember
from auth_svc.flows.messages import Addressee, request_message
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import confirmed_identities, logins, sessions
from auth_svc.repository.accounts import Account
from auth_svc.repository.sessions import Session
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion


class Purpose(StrEnum):
    """What somebody logs in for."""

    LOG_IN = "log_in"
    CONFIRM_IDENTITY = "confirm_identity"
    """Who is logged in shows anew who they are, before a change (ASVS 7.5.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The secrets that are handed out, each once. One of `session` and `confirmed_identity` is there."""

    session: str | None = field(default=None, repr=False)
    device: str | None = field(default=None, repr=False)
    """Those of the device on which a session began, to be kept anew: it is remembered from this login on."""
    confirmed_identity: str | None = field(default=None, repr=False)


async def finish_login(
    work: Work,
    parts: Parts,
    account: Account,
    *,
    purpose: Purpose,
    methods: Sequence[str],
    origin: Origin,
    trace: Trace | None,
) -> Finished:
    """Open a session on a device that is remembered from now on, or confirm who it is; both are recorded.

    Call it with the account locked. A session that the same browser had is over (ASVS 7.2.4).
    """
    recorded = partial(
        record, work, account_id=account.account_id, address=origin.address, trace=trace, methods=" ".join(methods)
    )
    if purpose is Purpose.CONFIRM_IDENTITY:
        await recorded(what=SecurityEvent.IDENTITY_CONFIRMED)
        return Finished(confirmed_identity=await _note_identity(work, account))
    has_succeeded_before = await logins.has_succeeded_before(work.connection, account_id=account.account_id)
    device = await remember(work, account.account_id, origin=origin, trace=trace)
    await recorded(what=SecurityEvent.LOGIN_SUCCEEDED)
    if device.is_new and has_succeeded_before:
        request_message(work, parts, Addressee.of(account), Occasion.NEW_DEVICE_USED, trace=trace)
    if origin.session_secret:
        await sessions.end_with_secret(work.connection, digest=digest_of(origin.session_secret))
    session = await _open_session(work, account, device.device_id, methods, origin)
    return Finished(session=session, device=device.secrets)


async def _note_identity(work: Work, account: Account) -> str:
    secret = new_secret()
    await confirmed_identities.add(
        work.connection,
        digest=secret.digest,
        account_id=account.account_id,
        expires_at=work.now + IDENTITY_CONFIRMED_FOR,
    )
    return secret.text


async def _open_session(work: Work, account: Account, device_id: UUID, methods: Sequence[str], origin: Origin) -> str:
    secret = new_secret()
    session = Session(
        session_id=uuid7(),
        account_id=account.account_id,
        device_id=device_id,
        methods=methods,
        address=origin.address,
        began_at=work.now,
        last_used_at=work.now,
        expires_at=work.now + SESSION_TOTAL,
    )
    await sessions.add(work.connection, session=session, digest=secret.digest)
    return secret.text
