"""Authenticator apps: a code of one as the second step of a login, and adding and removing one."""

from __future__ import annotations

from dataclasses import dataclass, field

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import TOTP_ENROLMENT_LIFETIME
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.domain.totp import matching_step, new_totp_secret, totp_uri
from auth_svc.flows.authenticators import Method, account_confirmed, tell, usable_account_locked
from auth_svc.flows.passkey_ceremonies import RelyingParty
from auth_svc.parts import Parts
from auth_svc.repository import accounts, totp
from auth_svc.repository.accounts import Account
from auth_svc.repository.totp import Enrolment
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent


@dataclass(frozen=True, slots=True)
class NewApp:
    """What an authenticator app is given, once: by hand, or in a QR code."""

    secret: str = field(repr=False)
    uri: str = field(repr=False)


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


async def begin_to_add_totp(
    work: Work, parts: Parts, *, relation_number: str, confirmed_identity: str
) -> NewApp | Refusal:
    """Return a secret for an app. It counts once the app has shown a code; until then the one before stays."""
    account = await account_confirmed(work, relation_number, confirmed_identity)
    if isinstance(account, Refusal):
        return account
    secret = new_totp_secret()
    enrolment = Enrolment(
        account_id=account.account_id,
        secret=parts.storage.seal(secret.encode()),
        expires_at=work.now + TOTP_ENROLMENT_LIFETIME,
    )
    await totp.begin(work.connection, enrolment=enrolment)
    issuer = RelyingParty.of(parts.settings).host
    return NewApp(secret, totp_uri(secret, account_name=account.email, issuer=issuer))


async def confirm_totp(
    work: Work, parts: Parts, *, relation_number: str, code: str, origin: Origin, trace: Trace | None
) -> Refusal | None:
    """Let the app that shows `code` be the account's, instead of any before. The code is taken by this."""
    account = await usable_account_locked(work, relation_number)
    enrolment = account and await totp.enrolment_of(work.connection, account_id=account.account_id, now=work.now)
    if not account or not enrolment:
        return Refusal(Reason.NOTHING_TO_CONFIRM)
    secret = parts.storage.open(enrolment.secret).decode()
    step = matching_step(secret, code, now=work.now, after=None)
    if step is None:
        return Refusal(Reason.WRONG_CODE)
    await tell(work, parts, account, SecurityEvent.AUTHENTICATOR_ADDED, Method.TOTP, origin=origin, trace=trace)
    await totp.activate(work.connection, enrolment=enrolment, step=step, now=work.now)
    return None


async def remove_totp(
    work: Work,
    parts: Parts,
    *,
    relation_number: str,
    confirmed_identity: str,
    origin: Origin,
    trace: Trace | None,
) -> Refusal | None:
    """Remove the app: its codes are worth nothing any more, and logins take codes by SMS."""
    account = await account_confirmed(work, relation_number, confirmed_identity)
    if isinstance(account, Refusal):
        return account
    if account.totp_secret is None:
        return Refusal(Reason.NO_SUCH_AUTHENTICATOR)
    await tell(work, parts, account, SecurityEvent.AUTHENTICATOR_REMOVED, Method.TOTP, origin=origin, trace=trace)
    await totp.remove(work.connection, account_id=account.account_id)
    return None
