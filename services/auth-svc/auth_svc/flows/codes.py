"""Codes by SMS: each is for one login, and the newest replaces the one before."""

from __future__ import annotations

from dataclasses import replace

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import CODE_LIFETIME
from auth_svc.domain.secrets import new_code
from auth_svc.flows.messages import Addressee, request_message
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import logins
from auth_svc.repository.accounts import Account
from auth_svc.repository.logins import Login
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

_CODE = "login code"


async def send_code(
    work: Work, parts: Parts, account: Account, login: Login, number: str, *, origin: Origin, trace: Trace | None
) -> Login:
    """Send a code for a locked or new login to `number`; return the login as it is now. Who calls minds the limits."""
    code = new_code()
    request_id = request_message(
        work,
        parts,
        Addressee.of(account, mobile_phone=number),
        Occasion.LOGIN_CODE_REQUESTED,
        code=code,
        replaces=login.code_request_id,
        trace=trace,
    )
    sent = replace(
        login,
        mobile_phone=number,
        code_digest=parts.digests.of(_CODE, _bound(login, code)),
        code_expires_at=work.now + CODE_LIFETIME,
        code_request_id=request_id,
        codes_sent=login.codes_sent + 1,
    )
    await logins.store_code(work.connection, login=sent)
    await record(
        work,
        SecurityEvent.CODE_SENT,
        account_id=account.account_id,
        address=origin.address,
        trace=trace,
        number=sent.codes_sent,
    )
    return sent


def code_matches(work: Work, parts: Parts, login: Login, code: str) -> bool:
    """Whether `code` is the newest that was sent for this login, and not over."""
    if login.code_digest is None or login.code_expires_at is None or login.code_expires_at <= work.now:
        return False
    return parts.digests.matches(_CODE, _bound(login, code), login.code_digest)


def _bound(login: Login, code: str) -> str:
    """Return what the digest of a code is made of: for another login the same code is another one."""
    return f"{login.login_id} {code}"
