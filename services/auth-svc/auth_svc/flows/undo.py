"""Changes of an account can be undone for a week, all together, by a link in a mail to who had it before them.

A thief with everything in hand would change things twice, so that the second link leads back to the thief's own first
change. So one state is kept for an account, that before the first change; every link brings back that one, and goes to
the address that was the account's then.

A mailbox alone brings no second factor back into use: a thief may have both it and the phone that its owner has just
moved away from. An account that gets one back is suspended until its owner has called.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from functools import partial
from uuid import UUID

from uuid_utils.compat import uuid7

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import UNDO_LIFETIME
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.flows.messages import Addressee, request_message
from auth_svc.flows.record import record
from auth_svc.parts import Parts
from auth_svc.repository import account_access, account_changes, passkeys, undo
from auth_svc.repository.accounts import Account
from chassis.unit_of_work import Trace, Work
from contracts.auth import SecurityEvent
from contracts.message_requests import Occasion

_PAGE = "/undo"
_LINK_OVER = Refusal(Reason.LINK_OVER)


async def before_change(work: Work, parts: Parts, account: Account, occasion: Occasion, *, trace: Trace | None) -> None:
    """Keep how `account` is, and mail what is about to happen to it with the link that undoes it.

    Call it with the account locked, before anything of it is changed, in the transaction of the change.
    """
    snapshot = await undo.keep(
        work.connection, account=account, undo_id=uuid7(), now=work.now, expires_at=work.now + UNDO_LIFETIME
    )
    await account_changes.new_version(work.connection, account_id=account.account_id)
    path = f"{_PAGE}#{_link_of(parts, snapshot.undo_id)}"
    request_message(work, parts, Addressee.of(account, email=snapshot.email), occasion, path=path, trace=trace)


async def undo_changes(work: Work, parts: Parts, link: str, *, origin: Origin, trace: Trace | None) -> bool | Refusal:
    """Bring back what the link stands for, and let nobody stay in who came in by the changes.

    A new password must be chosen: nobody knows whether the one there is was the thief's. Return whether the account is
    suspended now, so that its owner must call first: a number, an app or a passkey came back, or it was before.
    """
    undo_id = _undo_id_in(parts, link)
    found = undo_id and await undo.with_id(work.connection, undo_id=undo_id, now=work.now)
    if not undo_id or not found:
        return _LINK_OVER
    account = await account_access.locked_with_logins(work.connection, account_id=found.account_id)
    snapshot = await undo.with_id(work.connection, undo_id=undo_id, now=work.now)
    if account is None or snapshot is None:
        return _LINK_OVER
    await account_access.end_everything(work.connection, account_id=account.account_id)
    has_passkey_back = await passkeys.bring_back(work.connection, account_id=account.account_id)
    await undo.restore(work.connection, snapshot=snapshot)
    recorded = partial(record, work, account_id=account.account_id, address=origin.address, trace=trace)
    await recorded(what=SecurityEvent.CHANGES_UNDONE)
    is_suspended = account.suspended_at is not None
    if not is_suspended and (has_passkey_back or snapshot.has_other_second_factor(account)):
        is_suspended = True
        await account_changes.set_suspended(work.connection, account_id=account.account_id, suspended_at=work.now)
        await recorded(what=SecurityEvent.ACCOUNT_SUSPENDED, why="changes_undone")
    occasion = Occasion.CHANGES_UNDONE_AND_SUSPENDED if is_suspended else Occasion.CHANGES_UNDONE
    owner = Addressee.of(account, email=snapshot.email, mobile_phone=snapshot.mobile_phone)
    request_message(work, parts, owner, occasion, trace=trace)
    return is_suspended


def _link_of(parts: Parts, undo_id: UUID) -> str:
    """Return the secret of a link. It is made of what is kept, so the same one can be mailed for each change."""
    digest = urlsafe_b64encode(parts.digests.of("undo", undo_id.hex)).rstrip(b"=").decode()
    return f"{undo_id.hex}.{digest}"


def _undo_id_in(parts: Parts, link: str) -> UUID | None:
    try:
        undo_id = UUID(link.partition(".")[0])
    except ValueError:
        return None
    return undo_id if hmac.compare_digest(_link_of(parts, undo_id).encode(), link.encode()) else None
