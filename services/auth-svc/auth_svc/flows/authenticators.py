"""What adding and removing any authenticator have in common: the account, that it is its customer, and who is told."""

from __future__ import annotations

from enum import StrEnum

from auth_svc.domain.origin import Origin
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.domain.secrets import digest_of
from auth_svc.flows import undo
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import accounts, confirmed_identities
from auth_svc.repository.accounts import Account
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion


class Method(StrEnum):
    """A way to log in, as sessions and the audit trail call it."""

    PASSKEY = "passkey"
    TOTP = "totp"
    PIN = "pin"


async def usable_account_locked(work: Work, relation_number: str) -> Account | None:
    """Return the account, which nobody else can change until the end; None when it may not be used."""
    account = await accounts.of_relation(work.connection, relation_number=relation_number)
    locked = account and await accounts.locked(work.connection, account_id=account.account_id)
    return locked if locked and locked.suspended_at is None else None


async def account_seen_confirmed(work: Work, relation_number: str, confirmed_identity: str) -> Account | Refusal:
    """Return what `account_confirmed` would, but lock nothing and use nothing up: to look before limits are taken."""
    account = await accounts.of_relation(work.connection, relation_number=relation_number)
    is_confirmed = account and await confirmed_identities.is_there(
        work.connection, digest=digest_of(confirmed_identity), account_id=account.account_id, now=work.now
    )
    return account if account and is_confirmed else Refusal(Reason.IDENTITY_NOT_CONFIRMED)


async def account_confirmed(work: Work, relation_number: str, confirmed_identity: str) -> Account | Refusal:
    """Return the account, locked, when its customer has just shown who it is: that is used up by this."""
    account = await usable_account_locked(work, relation_number)
    is_confirmed = account and await confirmed_identities.use_up(
        work.connection, digest=digest_of(confirmed_identity), account_id=account.account_id, now=work.now
    )
    return account if account and is_confirmed else Refusal(Reason.IDENTITY_NOT_CONFIRMED)


async def tell(
    work: Work,
    parts: Parts,
    account: Account,
    what: SecurityEvent,
    method: Method,
    *,
    origin: Origin,
    trace: Trace | None,
) -> None:
    """Tell the customer, with the link that undoes it, and the audit trail. `account` is locked and not changed yet."""
    occasion = Occasion(what)  # both call it `authenticator_added` and `authenticator_removed`
    await undo.before_change(work, parts, account, occasion, trace=trace)
    await record(work, what, account_id=account.account_id, address=origin.address, trace=trace, method=method)
