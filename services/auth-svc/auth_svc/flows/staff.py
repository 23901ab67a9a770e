"""Members of staff: an operator's command invites them, and their account begins with the first code of their app.

They log in by password and app, have no number, and are told nothing by mail, which is for customers.
Who has lost the app, or the password, is invited once more and begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from uuid_utils.compat import uuid7

from auth_svc.domain.origin import Origin
from auth_svc.domain.parameters import LINK_LIFETIME
from auth_svc.domain.password_rules import context_words, fault_of
from auth_svc.domain.refusals import Reason, Refusal
from auth_svc.domain.totp import matching_step, new_totp_secret, totp_uri
from auth_svc.flows import devices, links, wrong_passwords
from auth_svc.flows.links import LinkPurpose
from auth_svc.flows.passkey_ceremonies import RelyingParty
from auth_svc.flows.record import COMMAND, record
from auth_svc.parts import Parts
from auth_svc.repository import account_access, account_changes, accounts, sessions, staff, undo
from auth_svc.repository.accounts import Account
from auth_svc.repository.staff import Chosen
from chassis.unit_of_work import Trace, Work
from contracts.access import Role
from contracts.auth import SecurityEvent

STAFF_ROLES = (Role.CLAIMS_HANDLER, Role.SENIOR_HANDLER, Role.OPERATOR)
_PAGE = "/staff"


@dataclass(frozen=True, slots=True)
class NotDone:
    """A sentence for who typed the command."""

    because: str


async def invite(work: Work, parts: Parts, *, email: str, role: Role) -> str | NotDone:
    """Return the link that is handed to who is invited; the one before is worth nothing any more."""
    if await _is_a_customers(work, email=email):
        return NotDone(f"{email} is the address of a customer, or was until lately; invite by another address")
    secret = await links.new_link(work, purpose=LinkPurpose.STAFF, email=email, role=role, valid_for=LINK_LIFETIME)
    known = await accounts.with_email(work.connection, email=email)
    await record(
        work, SecurityEvent.STAFF_INVITED, account_id=known.account_id if known else None, actor=COMMAND, role=role
    )
    return f"{parts.settings.portal_url}{_PAGE}#{secret}"


async def begin_activation(work: Work, parts: Parts, *, link: str, password: str) -> str | Refusal:
    """Keep the password, and return what an authenticator app is to be given. The account begins with its first code.

    Whoever does it again gets another secret for the app, and the last one counts.
    """
    invited = await links.look_at(work, link, LinkPurpose.STAFF)
    if invited is None or invited.email is None:
        return Refusal(Reason.LINK_OVER)
    if fault := fault_of(password, context_words(email=invited.email, relation_number=None)):
        return Refusal(fault)
    secret = new_totp_secret()
    chosen = Chosen(password_hash=await parts.passwords.hash(password), totp_secret=parts.storage.seal(secret.encode()))
    await staff.choose(work.connection, link=invited.digest, chosen=chosen)
    return totp_uri(secret, account_name=invited.email, issuer=RelyingParty.of(parts.settings).host)


async def confirm_activation(
    work: Work, parts: Parts, *, link: str, code: str, origin: Origin, trace: Trace | None
) -> str | Refusal:
    """Begin the account with the first code of the app, or begin it anew; the link is used up.

    Return the secrets by which this browser is remembered: no reset by mail lifts the block of a member's address, so
    whoever keeps guessing at it would keep them out for good.
    """
    invited = await links.look_at(work, link, LinkPurpose.STAFF)
    if invited is None or invited.email is None or invited.role is None:
        return Refusal(Reason.LINK_OVER)
    chosen = await staff.chosen_by(work.connection, link=invited.digest)
    if chosen is None:
        is_over = await links.look_at(work, link, LinkPurpose.STAFF) is None  # another request has used it meanwhile
        return Refusal(Reason.LINK_OVER if is_over else Reason.NOTHING_TO_CONFIRM)
    step = matching_step(parts.storage.open(chosen.totp_secret).decode(), code, now=work.now, after=None)
    if step is None:
        return Refusal(Reason.WRONG_CODE)
    await wrong_passwords.forgive(work, parts, email=invited.email)
    if await _is_a_customers(work, email=invited.email):
        return Refusal(Reason.ADDRESS_TAKEN)
    account = await _begin(work, link, email=invited.email, role=Role(invited.role), chosen=chosen, step=step)
    if account is None:
        return Refusal(Reason.LINK_OVER)
    await record(
        work,
        SecurityEvent.ACCOUNT_ACTIVATED,
        account_id=account.account_id,
        address=origin.address,
        trace=trace,
        role=account.role,
    )
    remembered = await devices.remember(work, account.account_id, origin=origin, trace=trace)
    return remembered.secrets


async def set_team(work: Work, *, email: str, team: str | None) -> str | NotDone:
    """Say in which team a member works: it stands in their tokens from the next one on. None: in no one."""
    account = await _member(work, email=email)
    if isinstance(account, NotDone):
        return account
    await account_changes.set_team(work.connection, account_id=account.account_id, team=team)
    await record(
        work, SecurityEvent.STAFF_TEAM_CHANGED, account_id=account.account_id, actor=COMMAND, team=team or "none"
    )
    return f"{email} works in {team}" if team else f"{email} works in no team"


async def suspend(work: Work, *, email: str) -> str | NotDone:
    """End every use of the account, and let nobody log in with it."""
    account = await _member(work, email=email)
    if isinstance(account, NotDone):
        return account
    await account_access.end_everything(work.connection, account_id=account.account_id)
    await account_changes.set_suspended(work.connection, account_id=account.account_id, suspended_at=work.now)
    await record(work, SecurityEvent.ACCOUNT_SUSPENDED, account_id=account.account_id, actor=COMMAND)
    return f"{email} is suspended"


async def reinstate(work: Work, *, email: str) -> str | NotDone:
    """Let a suspended member log in again."""
    account = await _member(work, email=email)
    if isinstance(account, NotDone):
        return account
    await account_changes.set_suspended(work.connection, account_id=account.account_id, suspended_at=None)
    await record(work, SecurityEvent.ACCOUNT_REINSTATED, account_id=account.account_id, actor=COMMAND)
    return f"{email} may log in again"


async def end_sessions(work: Work, *, email: str) -> str | NotDone:
    """End all sessions of a member, who may log in again at once."""
    account = await _member(work, email=email)
    if isinstance(account, NotDone):
        return account
    ended = await sessions.end_all(work.connection, account_id=account.account_id)
    await record(work, SecurityEvent.SESSIONS_ENDED, account_id=account.account_id, actor=COMMAND, sessions=ended)
    return f"{ended} ended"


async def _begin(work: Work, link: str, *, email: str, role: Role, chosen: Chosen, step: int) -> Account | None:
    """Store the account and use the link up; None when somebody else has done so meanwhile."""
    known = await accounts.with_email(work.connection, email=email)
    if known is not None:
        known = await account_access.locked_with_logins(work.connection, account_id=known.account_id)
    if await links.use(work, link, LinkPurpose.STAFF) is None:
        return None
    account = _account(work, known, email=email, role=role, chosen=chosen, step=step)
    if known is None:
        return account if await accounts.add(work.connection, account=account) else None
    await account_access.end_everything(work.connection, account_id=known.account_id)
    await staff.begin_anew(work.connection, account=account)
    return account


def _account(work: Work, known: Account | None, *, email: str, role: Role, chosen: Chosen, step: int) -> Account:
    """Return the account as it begins. One that was suspended stays so: whoever invites may reinstate, too."""
    return Account(
        account_id=known.account_id if known else uuid7(),
        role=role,
        relation_number=None,
        customer_id=None,
        email=email,
        mobile_phone=None,
        mobile_phone_confirmed=False,
        password_hash=chosen.password_hash,
        totp_secret=chosen.totp_secret,
        totp_added_at=work.now,
        totp_last_step=step,
        suspended_at=known.suspended_at if known else None,
        activated_at=work.now,
        version=known.version + 1 if known else 1,
        team=known.team if known else None,
    )


async def _member(work: Work, *, email: str) -> Account | NotDone:
    """Return the account, locked with its open logins."""
    known = await accounts.with_email(work.connection, email=email)
    account = known and await account_access.locked_with_logins(work.connection, account_id=known.account_id)
    if account is None or account.role not in STAFF_ROLES:
        return NotDone(f"no member of staff has the address {email}")
    return account


async def _is_a_customers(work: Work, *, email: str) -> bool:
    """Whether the address is a customer's, or may become one's again; nobody can make it so until the end of this."""
    if await undo.is_reserved(work.connection, email=email, now=work.now):
        return True
    known = await accounts.with_email(work.connection, email=email)
    return (known is not None and known.role not in STAFF_ROLES) or await staff.is_contact_address(
        work.connection, email=email
    )
