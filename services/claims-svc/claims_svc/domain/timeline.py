"""What happened to a claim, as its customer, a handler or an operator sees it: three lenses on the same facts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import msgspec

from contracts.access import Role


class Happened(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that happened to a claim. `kind` is a past participle: reported, decided, ruled.

    `role` is as what somebody did it, or `system`; `account` is theirs, None where nobody did it by hand. `reason` is
    in the words of who did it, `details` are codes, amounts and ids. `trace` is the W3C trace context in which it was
    announced, None where it was not.
    """

    at: datetime
    kind: str
    role: str
    account: str | None
    reason: str | None
    details: Mapping[str, str]
    trace: str | None


class DoneBy(StrEnum):
    """Who did something, as customers are told."""

    CUSTOMER = "customer"
    PERSON = "person"
    """Somebody who works here."""
    PARTNER = "partner"
    SYSTEM = "system"
    """Nobody by hand: rules, time, or another system."""


_DONE_BY = {
    Role.CUSTOMER.value: DoneBy.CUSTOMER,
    Role.CLAIMS_HANDLER.value: DoneBy.PERSON,
    Role.SENIOR_HANDLER.value: DoneBy.PERSON,
    Role.OPERATOR.value: DoneBy.PERSON,
    Role.PARTNER.value: DoneBy.PARTNER,
}
_WRITTEN_TO_CUSTOMERS = frozenset({"review_ended"})
_ACCOUNTS = frozenset({"decided_by"})
"""Details that name somebody's account."""
_HOW_IT_WENT = {"decided": "outcome", "review_ended": "ended_as", "message_settled": "settlement"}


def done_by(happened: Happened) -> DoneBy:
    """Return who did it, without saying which account."""
    return _DONE_BY.get(happened.role, DoneBy.SYSTEM)


def told_as(happened: Happened) -> str:
    """Return by which words customers are told: the kind, and how it went where that makes other words."""
    ending = happened.details.get(_HOW_IT_WENT.get(happened.kind, ""))
    return happened.kind if ending is None else f"{happened.kind}.{ending}"


def details_without_accounts(happened: Happened) -> dict[str, str]:
    """Return the details for those who need not know which of their colleagues it was."""
    return {name: value for name, value in happened.details.items() if name not in _ACCOUNTS}


def reason_for_customers(happened: Happened) -> str | None:
    """Return the reason that customers wrote themselves, or that was written to them.

    What handlers note for one another they get on request, with all else that is held about them.
    """
    is_theirs = happened.role == Role.CUSTOMER or happened.kind in _WRITTEN_TO_CUSTOMERS
    return happened.reason if is_theirs else None
