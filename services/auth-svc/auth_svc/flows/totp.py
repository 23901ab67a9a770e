"""Authenticator apps: a code of one as the second step of a login, and adding and removing one."""

from __future__ import annotations

from auth_svc.domain.totp import matching_step
from auth_svc.parts import Parts
from auth_svc.repository import accounts, totp
from auth_svc.repository.accounts import Account
from chassis.unit_of_work import Work


async def totp_matches(work: Work, parts: Parts, account: Account, code: str) -> bool:
    """Whether `code` is one of the account's app that was never taken before; from now on it was.

    The account is locked: of two requests with the same code one is right. Who calls counts the tries.
    """
    locked = await accounts.locked(work.connection, account_id=account.account_id)
    if locked is None or locked.totp_secret is None:
        return False
    secret = parts.storage.open(locked.totp_secret).decode()
    step = matching_step(secret, code, now=work.now, after=locked.totp_last_step)
    if step is None:
        return False
    await totp.remember_step(work.connection, account_id=account.account_id, step=step)
    return True
