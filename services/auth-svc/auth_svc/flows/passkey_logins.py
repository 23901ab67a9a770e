"""Logging in with a passkey: one step that is two factors, the device and what unlocks it."""

from __future__ import annotations

from auth_svc.domain.origin import Origin
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.flows.authenticators import Method
from auth_svc.flows.finished_login import Finished, Purpose, finish_login
from auth_svc.flows.limits import login_takes, take
from auth_svc.flows.passkey_ceremonies import (
    Credential,
    Options,
    RelyingParty,
    challenge_in,
    credential_id_in,
    login_options,
    user_in,
    verified_login,
)
from auth_svc.flows.passkeys import new_challenge
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import accounts, passkeys
from auth_svc.repository.accounts import Account
from auth_svc.repository.passkeys import Passkey
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent


async def begin_passkey_login(
    work: Work, parts: Parts, *, purpose: Purpose, origin: Origin, trace: Trace | None
) -> Options | Refusal:
    """Return what the browser is to ask of a passkey. What it is for stands with the challenge and stays so."""
    if refusal := await take(work, parts, login_takes(origin), origin=origin, trace=trace):
        return refusal
    return login_options(RelyingParty.of(parts.settings), await new_challenge(work, purpose=purpose))


async def complete_passkey_login(
    work: Work, parts: Parts, *, credential: Credential, origin: Origin, trace: Trace | None
) -> Finished | Refusal:
    """Let in who has a passkey of an account. A challenge is used up whatever comes of it.

    Its row is locked before an account's, which holds nobody up: nobody who holds an account wants a challenge that
    is of no account.
    """
    if refusal := await take(work, parts, login_takes(origin), origin=origin, trace=trace):
        return refusal
    signed = challenge_in(credential)
    challenge = signed and await passkeys.use_up_challenge(
        work.connection, challenge=signed, account_id=None, now=work.now
    )
    found = challenge and await _account_and_passkey(work, credential)
    if not challenge or not found:
        return await _refused(work, None, "passkey" if challenge else "challenge", origin, trace)
    account, passkey = found
    verified = verified_login(
        RelyingParty.of(parts.settings), credential, challenge=challenge.challenge, public_key=passkey.public_key
    )
    if not verified or user_in(credential) not in {None, account.account_id.bytes}:
        return await _refused(work, account, "signature", origin, trace)
    if not passkey.may_count(verified.new_sign_count):
        return await _refused(work, account, "sign_count", origin, trace)
    if account.suspended_at:
        return await _refused(work, account, "suspended", origin, trace)
    await passkeys.note_use(work.connection, passkey=passkey, sign_count=verified.new_sign_count, now=work.now)
    purpose, methods = Purpose(challenge.purpose), (Method.PASSKEY,)
    return await finish_login(work, parts, account, purpose=purpose, methods=methods, origin=origin, trace=trace)


async def _account_and_passkey(work: Work, credential: Credential) -> tuple[Account, Passkey] | None:
    """Return both, with the account locked."""
    credential_id = credential_id_in(credential)
    found = credential_id and await passkeys.with_credential(work.connection, credential_id=credential_id)
    account = found and await accounts.locked(work.connection, account_id=found.account_id)
    passkey = found and await passkeys.with_credential(work.connection, credential_id=found.credential_id)
    return (account, passkey) if account and passkey else None


async def _refused(work: Work, account: Account | None, why: str, origin: Origin, trace: Trace | None) -> Refusal:
    await record(
        work,
        SecurityEvent.LOGIN_FAILED,
        account_id=account.account_id if account else None,
        address=origin.address,
        trace=trace,
        method=Method.PASSKEY,
        why=why,
    )
    return Refusal(Reason.WRONG_PASSKEY)
