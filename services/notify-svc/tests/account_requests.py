"""Requests for messages, sealed as auth-svc and policy-svc seal them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from decisions import CUSTOMER, DECIDED_AT, EMAIL, MOBILE_PHONE
from message_keys import SEALER
from uuid_utils.compat import uuid7

from chassis.sealing import Sealer
from contracts.codec import to_json
from contracts.message_requests import (
    CODE_OCCASIONS,
    CUSTOMER_OCCASIONS,
    LINK_OCCASIONS,
    POLICY_OCCASIONS,
    CustomerMessageRequested,
    MessageRequested,
    Occasion,
    Priority,
    SealedContents,
)
from notify_svc.domain.requests import SMS_OCCASIONS
from notify_svc.examples.occasions import CODE, EFFECTIVE_ON, LINK, POLICY_NUMBER

__all__ = ["ADDRESSES", "CODE", "EFFECTIVE_ON", "LINK", "MAIL_OCCASIONS", "POLICY_NUMBER", "asked", "told"]

MAIL_OCCASIONS = [occasion for occasion in Occasion if occasion not in SMS_OCCASIONS | CUSTOMER_OCCASIONS]
ADDRESSES = {
    Occasion.EMAIL_CHANGED: {"email": EMAIL},
    Occasion.EMAIL_CONFIRMATION_REQUESTED: {"email": EMAIL},
    Occasion.PHONE_CODE_REQUESTED: {"mobile_phone": MOBILE_PHONE},
    Occasion.MOBILE_PHONE_LEFT: {"mobile_phone": MOBILE_PHONE},
}
"""What is told to another address than the one that is known."""


def asked(
    occasion: Occasion = Occasion.LOGIN_CODE_REQUESTED,
    *,
    customer_id: UUID = CUSTOMER,
    priority: Priority = Priority.URGENT,
    expires_in: timedelta = timedelta(minutes=5),
    replaces: UUID | None = None,
    sealer: Sealer = SEALER,
    sealed: str | None = None,
    **address: str,
) -> MessageRequested:
    """Return a request with what its occasion is told with and an `address`; `sealed` takes the place of that."""
    request_id = uuid7()
    address = ADDRESSES.get(occasion, {}) | address
    contents = SealedContents(
        request_id=request_id,
        customer_id=customer_id,
        code=CODE if occasion in CODE_OCCASIONS else None,
        link=LINK if occasion in LINK_OCCASIONS else None,
        **address,
    )
    is_sealed = bool(occasion in CODE_OCCASIONS | LINK_OCCASIONS or address)
    return MessageRequested(
        request_id=request_id,
        customer_id=customer_id,
        relation_number="123456",
        occasion=occasion,
        occurred_at=DECIDED_AT,
        priority=priority,
        expires_at=DECIDED_AT + expires_in,
        replaces=replaces,
        sealed=sealed or (sealer.seal(to_json(contents)) if is_sealed else None),
    )


def told(occasion: Occasion = Occasion.POLICY_CHANGED, *, email: str | None = None) -> CustomerMessageRequested:
    """Return what policy-svc asks for: about a policy where the occasion is; `email` is sealed."""
    request_id, names_policy = uuid7(), occasion in POLICY_OCCASIONS
    contents = SealedContents(request_id=request_id, customer_id=CUSTOMER, email=email)
    return CustomerMessageRequested(
        request_id=request_id,
        customer_id=CUSTOMER,
        relation_number="123456",
        occasion=occasion,
        occurred_at=DECIDED_AT,
        expires_at=DECIDED_AT + timedelta(days=7),
        policy_number=POLICY_NUMBER if names_policy else None,
        effective_on=EFFECTIVE_ON if names_policy else None,
        sealed=SEALER.seal(to_json(contents)) if email else None,
    )
