"""Asks notify-svc to tell a customer something: what happened and to whom by id, with what is secret sealed for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from auth_svc.domain.parameters import CODE_LIFETIME
from auth_svc.parts import Parts
from auth_svc.repository.accounts import Account
from chassis.sealing import Sealer
from chassis.unit_of_work import Trace, Work
from contracts.codec import to_json
from contracts.message_requests import (
    CODE_OCCASIONS,
    LINK_OCCASIONS,
    MessageRequested,
    Occasion,
    Priority,
    SealedContents,
)

_WORTH_TELLING_FOR = timedelta(days=3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """A customer, and the address and number that this message goes to: the account's, or older or newer ones."""

    customer_id: UUID
    relation_number: str
    email: str | None = field(default=None, repr=False)
    mobile_phone: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, account: Account, *, email: str | None = None, mobile_phone: str | None = None) -> Addressee | None:
        """Return who to write to about `account`, at other addresses than its own where given; nobody for staff."""
        if account.customer_id is None or account.relation_number is None:
            return None
        return cls(
            customer_id=account.customer_id,
            relation_number=account.relation_number,
            email=email or account.email,
            mobile_phone=mobile_phone or account.mobile_phone,
        )


def request_message(  # noqa: PLR0913 - what a message is made of
    work: Work,
    parts: Parts,
    to: Addressee | None,
    occasion: Occasion,
    *,
    code: str | None = None,
    path: str | None = None,
    valid_for: timedelta | None = None,
    replaces: UUID | None = None,
    trace: Trace | None,
) -> UUID | None:
    """Publish the request and return its id. `path`, of the portal, is what a one-use link leads to.

    A member of staff, who is no customer, is told nothing: None.
    """
    if to is None:
        return None
    request_id = uuid7()
    contents = SealedContents(
        request_id=request_id,
        customer_id=to.customer_id,
        code=code,
        link=f"{parts.settings.portal_url}{path}" if path else None,
        email=to.email,
        mobile_phone=to.mobile_phone,
    )
    is_awaited = occasion in CODE_OCCASIONS or occasion in LINK_OCCASIONS
    lifetime = valid_for or (CODE_LIFETIME if occasion in CODE_OCCASIONS else _WORTH_TELLING_FOR)
    work.publish(
        MessageRequested(
            request_id=request_id,
            customer_id=to.customer_id,
            relation_number=to.relation_number,
            occasion=occasion,
            occurred_at=work.now,
            priority=Priority.URGENT if is_awaited else Priority.ORDINARY,
            expires_at=work.now + lifetime,
            replaces=replaces,
            sealed=Sealer(parts.settings.message_public_key).seal(to_json(contents)),
        ),
        trace=trace,
    )
    return request_id
