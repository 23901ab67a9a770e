"""One-use links: who holds the secret, which only a mail or an operator has shown, may do one thing, once."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from auth_svc.domain.secrets import digest_of, new_secret
from auth_svc.repository import links
from auth_svc.repository.links import Link
from chassis.unit_of_work import Work


class LinkPurpose(StrEnum):
    """What a link is for; it is good for nothing else."""

    ACTIVATE = "activate"
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a purpose
    CHANGE_EMAIL = "change_email"
    STAFF = "staff"


async def new_link(
    work: Work,
    *,
    purpose: LinkPurpose,
    valid_for: timedelta,
    account_id: UUID | None = None,
    customer_id: UUID | None = None,
    email: str | None = None,
    role: str | None = None,
) -> str:
    """Return the secret of a new link. The one before, of this account, customer or address alone, is over."""
    secret = new_secret()
    link = Link(
        digest=secret.digest,
        purpose=purpose,
        account_id=account_id,
        customer_id=customer_id,
        email=email,
        role=role,
        expires_at=work.now + valid_for,
    )
    await links.replace(work.connection, link=link)
    return secret.text


async def look_at(work: Work, secret: str, purpose: LinkPurpose) -> Link | None:
    """Return what the link stands for, which may be used up by somebody else any moment; None when it is over.

    For who must lock other rows before the link, which is locked last: then `use`.
    """
    return await links.find(work.connection, digest=digest_of(secret), purpose=purpose, now=work.now)


async def use(work: Work, secret: str, purpose: LinkPurpose) -> Link | None:
    """Use the link up, once however many try, and return what it stood for; None when it is unknown, used or over."""
    return await links.use_up(work.connection, digest=digest_of(secret), purpose=purpose, now=work.now)
