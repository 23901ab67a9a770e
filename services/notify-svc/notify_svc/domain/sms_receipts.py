"""What a provider reports of an SMS that it took, and how that is told apart from what it reports of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

from notify_svc.domain.messages import State

KEPT_FOR = timedelta(days=30)
"""How long it is known what a provider calls an SMS."""
PARKED_FOR = timedelta(days=1)
"""How long a receipt is kept that is about nothing known here."""
_REFERENCE_BYTES = 2


class Outcome(StrEnum):
    """How the delivery of a part ended."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    EXPIRED = "expired"
    REJECTED = "rejected"

    @property
    def settles_doubt_as(self) -> State:
        """How an SMS ends that was in doubt until this was reported."""
        return State.SENT if self is Outcome.DELIVERED else State.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Receipt:
    """A report about one part. `destination` is the number it went to, digits only; `error` is the provider's code.

    `reference` is ours (see `reference_of`), where the provider gives it back.
    """

    provider_id: str
    outcome: Outcome
    error: str | None
    reference: int | None
    destination: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedSms:
    """What a provider called the parts of an SMS, in their order. No claim: a requested message."""

    message_id: UUID
    claim: tuple[UUID, int] | None
    provider_ids: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DoubtfulSms:
    """An SMS in doubt: its answer was lost. `mobile_phone` is its reader's of now, empty where none is known."""

    message_id: UUID
    claim: tuple[UUID, int] | None
    mobile_phone: str


def reference_of(message_id: UUID, *, part: int = 1, parts: int = 1) -> int:
    """Return 16 bits that name one part of one SMS: nothing has to be stored to know them again.

    No attempt stands in it: an SMS that may have been taken is never sent again, so that one attempt at most is meant.
    """
    name = message_id.bytes + bytes((part, parts))
    return int.from_bytes(blake2b(name, digest_size=_REFERENCE_BYTES).digest())


def comparable_id(provider_id: str) -> str:
    """Return the id without what differs between an answer and a receipt that mean the same: case and leading zeros."""
    return provider_id.strip().lower().lstrip("0") or "0"


def id_of_whole(message_id: UUID) -> str:
    """Return what a provider calls an SMS that takes it as a whole, and knows it by our id: CM.com.

    32 letters and digits: it takes no longer references, and none with hyphens.
    """
    return comparable_id(message_id.hex)


def message_named_by(provider_id: str) -> UUID | None:
    """Return which message an id of `id_of_whole` names; None of any other."""
    with suppress(ValueError):
        return UUID(hex=provider_id.zfill(32))
    return None


def digits_of(number: str) -> str:
    """Return a number in international form, however that is marked, as its digits."""
    return number.strip().removeprefix("+").removeprefix("00")


def doubts_told(
    receipts: Mapping[UUID, Receipt], doubtful: Sequence[DoubtfulSms]
) -> Mapping[UUID, tuple[UUID, DoubtfulSms]]:
    """Return which receipt, by its id, settles which doubt, by its message.

    A receipt does when it gives back our id, or the reference of exactly one SMS in doubt to the very number. Nothing
    less is safe. A time of submission is in minutes by a clock of the provider's; an unknown id can be one that the
    provider writes in another way; and a customer is sent a code and a decision in one minute. By a reference only an
    SMS of one part is settled: of more it is not known how many went out.
    """
    told: dict[UUID, tuple[UUID, DoubtfulSms]] = {}
    for receipt_id, receipt in receipts.items():
        named = [
            one
            for one in doubtful
            if receipt.provider_id == id_of_whole(one.message_id)
            or (digits_of(one.mobile_phone), reference_of(one.message_id)) == (receipt.destination, receipt.reference)
        ]
        if len(named) == 1:
            told.setdefault(named[0].message_id, (receipt_id, named[0]))
    return told
