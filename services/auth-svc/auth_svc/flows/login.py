"""Logging in: the password, then a code by SMS or of an authenticator app.

The first login of an account shows that its mobile number is right, or which one is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from uuid_utils.compat import uuid7

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import (
    CODE_TRIES,
    CODES_FOR_A_LOGIN,
    LOGIN_LIFETIME,
    SECOND_STEP_TOLD_AGAIN_AFTER,
)
from auth_svc.domain.phone_numbers import is_mobile, normalised
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.domain.secrets import digest_of, new_secret
from auth_svc.flows.codes import code_matches, send_code
from auth_svc.flows.devices import device_that_logged_in
from auth_svc.flows.finished_login import Finished, Purpose, finish_login
from auth_svc.flows.limits import Take, count, look, sms_takes, take, wrong_code_takes
from auth_svc.flows.messages import Addressee, request_message
from auth_svc.flows.phone_change import move_to_number
from auth_svc.flows.record import record
from auth_svc.flows.totp import totp_matches
from auth_svc.flows.wrong_passwords import account_by_password
from auth_svc.parts import Parts
from auth_svc.repository import account_access, account_changes, accounts, logins
from auth_svc.repository.accounts import Account
from auth_svc.repository.logins import Login
from chassis.unit_of_work import Trace, Work
from contracts.access import Role
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

_OVER = Refusal(Reason.LOGIN_OVER)


class NextStep(StrEnum):
    """What a login waits for."""

    CODE = "code"
    CHOOSE_PHONE = "choose_phone"
    """The first login: to which number the code goes."""
    TOTP = "totp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A login whose password was right. `number` is where its code went, or that which we know, if any."""

    secret: str = field(repr=False)
    next_step: NextStep
    number: str | None = field(repr=False)
    may_ask_for_sms: bool
    """Besides: who has an app may ask for a code by SMS instead."""
    login: Login


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    login: Login
    account: Account


async def begin_login(
    work: Work, parts: Parts, *, email: str, password: str, purpose: Purpose, origin: Origin, trace: Trace | None
) -> Begun | Refusal:
    """Begin a login if the password is right; send its code if it is clear where to. `email` is in lower case.

    `login_takes` were taken before, in a transaction of their own: a password is hashed here.
    """
    found = await account_by_password(work, parts, email=email, password=password, origin=origin, trace=trace)
    if found is None:
        return Refusal(Reason.WRONG_CREDENTIALS)
    next_step, number = _next_step(found), found.mobile_phone
    if next_step is NextStep.CODE and (refusal := await _take_sms(work, parts, found, number or "", origin, trace)):
        return refusal
    account = await accounts.locked(work.connection, account_id=found.account_id)
    if account is None or account.password_hash != found.password_hash or account.suspended_at:
        return Refusal(Reason.WRONG_CREDENTIALS)  # changed while the password was being hashed
    await _hash_anew(work, parts, account, password)
    secret = new_secret()
    login = Login(
        digest=secret.digest,
        login_id=uuid7(),
        account_id=account.account_id,
        purpose=purpose,
        expires_at=work.now + LOGIN_LIFETIME,
    )
    await logins.add(work.connection, login=login)
    if next_step is NextStep.CODE and number:
        login = await send_code(work, parts, account, login, number, origin=origin, trace=trace)
    return Begun(
        secret=secret.text,
        next_step=next_step,
        number=number,
        may_ask_for_sms=next_step is NextStep.TOTP and _known_number(account) is not None,
        login=login,
    )


async def choose_phone(
    work: Work, parts: Parts, *, secret: str, chosen: str | None, origin: Origin, trace: Trace | None
) -> Begun | Refusal:
    """Send the code of a first login to the number that we know, or to the one that is `chosen` instead."""
    waiting = await _waiting(work, secret)
    if waiting is None:
        return _OVER
    account = waiting.account
    if _next_step(account) is not NextStep.CHOOSE_PHONE:
        return Refusal(Reason.NOTHING_TO_CONFIRM)
    if chosen is None and account.mobile_phone is None:
        return Refusal(Reason.NO_MOBILE_PHONE)
    number = normalised(chosen or account.mobile_phone or "")
    if number is None or not is_mobile(number):
        return Refusal(Reason.NOT_A_MOBILE_PHONE)
    return await _send(work, parts, waiting, secret, number, origin=origin, trace=trace)


async def send_again(work: Work, parts: Parts, *, secret: str, origin: Origin, trace: Trace | None) -> Begun | Refusal:
    """Send a code in the place of the one before, or in the place of that of an app."""
    waiting = await _waiting(work, secret)
    if waiting is None:
        return _OVER
    number = waiting.login.mobile_phone or _known_number(waiting.account)
    if number is None:
        return Refusal(Reason.NOTHING_TO_CONFIRM)
    return await _send(work, parts, waiting, secret, number, origin=origin, trace=trace)


async def complete_login(
    work: Work, parts: Parts, *, secret: str, code: str, origin: Origin, trace: Trace | None
) -> Finished | Refusal:
    """Finish a login by a code. Its row is locked, and gone when one was right: of a hundred at once one succeeds."""
    seen = await _waiting(work, secret)
    if seen is None:
        return _OVER
    account_id = seen.account.account_id
    wrong = wrong_code_takes(account_id, await device_that_logged_in(work, account_id, origin))
    if refusal := await look(work, parts, wrong, origin=origin, account_id=account_id, trace=trace):
        return refusal
    waiting = await _waiting(work, secret, is_locked=True)
    if waiting is None:
        return _OVER
    login, account = waiting.login, waiting.account
    if code_matches(work, parts, login, code):
        method = "sms"
    elif account.totp_secret and await totp_matches(work, parts, account, code):
        method = "totp"
    else:
        return await _refuse_code(work, parts, waiting, wrong, origin=origin, trace=trace)
    await logins.end(work.connection, login=login)
    if method == "sms" and login.mobile_phone and not account.mobile_phone_confirmed:
        await _confirm_number(work, parts, account, login.mobile_phone, origin=origin, trace=trace)
    return await finish_login(
        work,
        parts,
        account,
        purpose=Purpose(login.purpose),
        methods=("password", method),
        origin=origin,
        trace=trace,
    )


def _next_step(account: Account) -> NextStep:
    if account.totp_secret or account.role is not Role.CUSTOMER:
        return NextStep.TOTP
    return NextStep.CODE if _known_number(account) else NextStep.CHOOSE_PHONE


def _known_number(account: Account) -> str | None:
    """Return the number that codes go to without asking."""
    return account.mobile_phone if account.mobile_phone_confirmed else None


async def _waiting(work: Work, secret: str, *, is_locked: bool = False) -> _Waiting | None:
    """Return a login that is not over, with its account; both are locked if said so, with all logins of the account."""
    digest = digest_of(secret)
    login = await logins.with_digest(work.connection, digest=digest, now=work.now)
    if login is None:
        return None
    find = account_access.locked_with_logins if is_locked else accounts.with_id
    account = await find(work.connection, account_id=login.account_id)
    if is_locked:
        login = await logins.with_digest(work.connection, digest=digest, now=work.now)
    if login is None or account is None or account.suspended_at:
        return None
    has_other_number = account.mobile_phone_confirmed and login.mobile_phone not in {None, account.mobile_phone}
    return None if has_other_number else _Waiting(login=login, account=account)


async def _send(
    work: Work, parts: Parts, seen: _Waiting, secret: str, number: str, *, origin: Origin, trace: Trace | None
) -> Begun | Refusal:
    """Send a code for a login which was seen to wait; limits are asked before it is locked."""
    if seen.login.codes_sent >= CODES_FOR_A_LOGIN:
        return Refusal(Reason.TOO_MANY, seen.login.expires_at - work.now)
    if refusal := await _take_sms(work, parts, seen.account, number, origin, trace):
        return refusal
    waiting = await _waiting(work, secret, is_locked=True)
    if waiting is None or waiting.login.codes_sent >= CODES_FOR_A_LOGIN:
        return _OVER
    login = await send_code(work, parts, waiting.account, waiting.login, number, origin=origin, trace=trace)
    return Begun(secret=secret, next_step=NextStep.CODE, number=number, may_ask_for_sms=False, login=login)


async def _take_sms(
    work: Work, parts: Parts, account: Account, number: str, origin: Origin, trace: Trace | None
) -> Refusal | None:
    takes = sms_takes(
        parts,
        account.account_id,
        number,
        is_bound=number == account.mobile_phone,
        origin=origin,
        device_id=await device_that_logged_in(work, account.account_id, origin),
    )
    return await take(work, parts, takes, origin=origin, account_id=account.account_id, trace=trace)


async def _hash_anew(work: Work, parts: Parts, account: Account, password: str) -> None:
    """Hash the password with the parameters of today if it was hashed with others."""
    if account.password_hash and parts.passwords.is_outdated(account.password_hash):
        password_hash = await parts.passwords.hash(password)
        await account_changes.set_password(work.connection, account_id=account.account_id, password_hash=password_hash)


async def _refuse_code(
    work: Work, parts: Parts, waiting: _Waiting, wrong: Sequence[Take], *, origin: Origin, trace: Trace | None
) -> Refusal:
    """Count it. The last try ends the login, whatever the number of codes was.

    As many wrong ones on one day, over all logins, are told as well: somebody knows the password.
    """
    tried = replace(waiting.login, tries=waiting.login.tries + 1)
    await record(
        work,
        SecurityEvent.CODE_REFUSED,
        account_id=tried.account_id,
        address=origin.address,
        trace=trace,
        number=tried.tries,
    )
    wrong_today = await count(work, parts, wrong)
    if max(wrong_today, tried.tries) >= CODE_TRIES:
        await _tell_of_failures(work, parts, waiting.account, origin=origin, trace=trace)
    if tried.tries >= CODE_TRIES:
        await logins.end(work.connection, login=tried)
        return _OVER
    await logins.store_tries(work.connection, login=tried)
    return Refusal(Reason.WRONG_CODE)


async def _tell_of_failures(work: Work, parts: Parts, account: Account, *, origin: Origin, trace: Trace | None) -> None:
    """Tell the owner of a locked account, once a day, that somebody who knows the password fails at the second step."""
    since = work.now - SECOND_STEP_TOLD_AGAIN_AFTER
    if await account_changes.may_tell_of_second_step(
        work.connection, account_id=account.account_id, now=work.now, since=since
    ):
        await record(
            work, SecurityEvent.SECOND_STEP_FAILED, account_id=account.account_id, address=origin.address, trace=trace
        )
        request_message(work, parts, Addressee.of(account), Occasion.SECOND_STEP_FAILED, trace=trace)


async def _confirm_number(
    work: Work, parts: Parts, account: Account, number: str, *, origin: Origin, trace: Trace | None
) -> None:
    """Let the number be the account's. When it is another than we knew, whoever has that one is told."""
    if number == account.mobile_phone:
        await account_changes.set_mobile_phone(work.connection, account_id=account.account_id, mobile_phone=number)
    else:
        await move_to_number(work, parts, account, number, origin=origin, trace=trace)
