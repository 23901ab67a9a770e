"""Adding passkeys to an account and removing them."""

from __future__ import annotations

import secrets
from uuid import UUID

from uuid_utils.compat import uuid7

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import CHALLENGE_LIFETIME
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.flows.authenticators import Method, account_confirmed, tell, usable_account_locked
from auth_svc.flows.passkey_ceremonies import (
    Credential,
    Options,
    RelyingParty,
    addition_options,
    challenge_in,
    verified_addition,
)
from auth_svc.parts import Parts
from auth_svc.repository import passkeys
from auth_svc.repository.passkeys import Challenge, Passkey
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent

_CHALLENGE_BYTES = 32
_TO_ADD = "add"


async def new_challenge(work: Work, *, purpose: str = _TO_ADD, account_id: UUID | None = None) -> bytes:
    """Store and return what a passkey is to sign."""
    challenge = Challenge(
        challenge=secrets.token_bytes(_CHALLENGE_BYTES),
        purpose=purpose,
        account_id=account_id,
        expires_at=work.now + CHALLENGE_LIFETIME,
    )
    await passkeys.add_challenge(work.connection, challenge=challenge)
    return challenge.challenge


async def begin_to_add_passkey(
    work: Work, parts: Parts, *, relation_number: str, confirmed_identity: str
) -> Options | Refusal:
    """Return what the browser is to ask of an authenticator.

    That somebody has shown who they are is used up here: the challenge stands for it, for this account only.
    """
    account = await account_confirmed(work, relation_number, confirmed_identity)
    if isinstance(account, Refusal):
        return account
    there = await passkeys.of_account(work.connection, account_id=account.account_id)
    challenge = await new_challenge(work, account_id=account.account_id)
    return addition_options(
        RelyingParty.of(parts.settings), account, challenge, but=[passkey.credential_id for passkey in there]
    )


async def add_passkey(
    work: Work,
    parts: Parts,
    *,
    relation_number: str,
    credential: Credential,
    name: str,
    origin: Origin,
    trace: Trace | None,
) -> Passkey | Refusal:
    """Store the passkey that has signed a challenge of this account."""
    account, signed = await usable_account_locked(work, relation_number), challenge_in(credential)
    if account is None or signed is None:
        return Refusal(Reason.WRONG_PASSKEY)
    challenge = await passkeys.use_up_challenge(
        work.connection, challenge=signed, account_id=account.account_id, now=work.now
    )
    verified = challenge and verified_addition(
        RelyingParty.of(parts.settings), credential, challenge=challenge.challenge
    )
    if not verified:
        return Refusal(Reason.WRONG_PASSKEY)
    passkey = Passkey(
        credential_id=verified.credential_id,
        passkey_id=uuid7(),
        account_id=account.account_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name,
        added_at=work.now,
        last_used_at=None,
    )
    if not await passkeys.add(work.connection, passkey=passkey):
        return Refusal(Reason.WRONG_PASSKEY)
    await tell(work, parts, account, SecurityEvent.AUTHENTICATOR_ADDED, Method.PASSKEY, origin=origin, trace=trace)
    return passkey


async def remove_passkey(
    work: Work,
    parts: Parts,
    *,
    relation_number: str,
    passkey_id: UUID,
    confirmed_identity: str,
    origin: Origin,
    trace: Trace | None,
) -> Refusal | None:
    """Remove a passkey: nobody logs in with it any more."""
    account = await account_confirmed(work, relation_number, confirmed_identity)
    if isinstance(account, Refusal):
        return account
    there = await passkeys.of_account(work.connection, account_id=account.account_id)
    if passkey_id not in {passkey.passkey_id for passkey in there}:
        return Refusal(Reason.NO_SUCH_AUTHENTICATOR)
    await tell(work, parts, account, SecurityEvent.AUTHENTICATOR_REMOVED, Method.PASSKEY, origin=origin, trace=trace)
    await passkeys.remove(work.connection, account_id=account.account_id, passkey_id=passkey_id)
    return None
