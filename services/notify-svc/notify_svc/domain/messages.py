"""Which messages a decision brings, and the states of a message from then on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from contracts.notify import Settlement
from contracts.vocabulary import Channel

CHANNELS = tuple(Channel)
"""Every decision goes out by every channel; a customer without an address for one gets the others."""


class State(StrEnum):
    """Where a message is on its way."""

    AWAITING_CONTACT = "awaiting_contact"
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    NO_ADDRESS = "no_address"
    SUPERSEDED = "superseded"


SETTLEMENTS: Mapping[State, Settlement] = {
    State.SENT: Settlement.SENT,
    State.REFUSED: Settlement.REFUSED,
    State.IN_DOUBT: Settlement.IN_DOUBT,
    State.NO_ADDRESS: Settlement.NO_ADDRESS,
    State.SUPERSEDED: Settlement.SUPERSEDED,
}
"""The final states of a message, as they are published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedClaim:
    """What a message is about, and for whom. No customer: no policy was found, so nobody can be written to."""

    claim_id: UUID
    claim_version: int
    customer_id: UUID | None
    trace: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMessage:
    """A message to create."""

    claim: DecidedClaim
    channel: Channel
    state: State


def plan_messages(
    claims: Sequence[DecidedClaim], *, newest_versions: Mapping[UUID, int], reachable: Collection[UUID]
) -> Sequence[PlannedMessage]:
    """Return one message per decision and channel.

    `newest_versions` holds, by claim, the highest version that already has messages; an older version is superseded
    from the start, within one batch too. `reachable` are the customers whose contact data are known.
    """
    newest = dict(newest_versions)
    for claim in claims:
        newest[claim.claim_id] = max(newest.get(claim.claim_id, 0), claim.claim_version)
    return [
        PlannedMessage(claim=claim, channel=channel, state=_first_state(claim, newest=newest, reachable=reachable))
        for claim in claims
        for channel in CHANNELS
    ]


def _first_state(claim: DecidedClaim, *, newest: Mapping[UUID, int], reachable: Collection[UUID]) -> State:
    if claim.claim_version < newest[claim.claim_id]:
        return State.SUPERSEDED
    if claim.customer_id is None:
        return State.NO_ADDRESS
    return State.DUE if claim.customer_id in reachable else State.AWAITING_CONTACT
