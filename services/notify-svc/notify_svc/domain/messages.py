"""Which messages a decision brings, and the states of a message from then on."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from uuid import UUID

from msgspec import Struct
from uuid_utils.compat import uuid7

from contracts.claims import DecisionMade
from contracts.notify import Settlement
from contracts.vocabulary import Channel

SENT_CHANNELS = (Channel.EMAIL, Channel.SMS)
"""Every decision goes out by each of these; a customer without an address for one gets the other.

A letter follows when the e-mail reaches nobody: see `LETTER_AFTER`.
"""


class State(StrEnum):
    """Where a message is on its way."""

    AWAITING_CONTACT = "awaiting_contact"
    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"
    NO_ADDRESS = "no_address"
    TO_BE_POSTED = "to_be_posted"
    POSTED = "posted"
    SUPERSEDED = "superseded"


SETTLEMENTS: Mapping[State, Settlement] = {
    State.SENT: Settlement.SENT,
    State.REFUSED: Settlement.REFUSED,
    State.IN_DOUBT: Settlement.IN_DOUBT,
    State.NO_ADDRESS: Settlement.NO_ADDRESS,
    State.TO_BE_POSTED: Settlement.TO_BE_POSTED,
    State.POSTED: Settlement.POSTED,
    State.SUPERSEDED: Settlement.SUPERSEDED,
}
"""The states that are published: the final ones, and that a letter is to be posted."""
LETTER_AFTER = frozenset({State.NO_ADDRESS, State.REFUSED})
"""How an e-mail ends that surely reached nobody: what it was to say is then posted."""


class DecidedClaim(Struct, frozen=True, kw_only=True):
    """What a message is about, and for whom.

    No customer: no policy was found, and the message goes to the first of the reporters who gave an address.
    """

    claim_id: UUID
    claim_version: int
    customer_id: UUID | None
    report_ids: tuple[UUID, ...]
    decision: DecisionMade
    trace: str | None

    @property
    def addressees(self) -> tuple[UUID, ...]:
        """The ids under which contact data may be known: the customer's, else those of the reports."""
        return self.report_ids if self.customer_id is None else (self.customer_id,)


class PlannedMessage(Struct, frozen=True, kw_only=True, eq=False):
    """A message to create."""

    message_id: UUID
    claim: DecidedClaim
    channel: Channel
    state: State


def plan_messages(
    claims: Sequence[DecidedClaim], *, newest_versions: Mapping[UUID, int], reachable: Collection[UUID]
) -> Sequence[PlannedMessage]:
    """Return one message per decision and channel, a decision's next to each other.

    `newest_versions` holds, by claim, the highest version that already has messages; an older version is superseded
    from the start, within one batch too. `reachable` are the customers and reports whose contact data are known.
    """
    newest = dict(newest_versions)
    for claim in claims:
        newest[claim.claim_id] = max(newest.get(claim.claim_id, 0), claim.claim_version)
    planned: list[PlannedMessage] = []
    for claim in claims:
        state = _first_state(claim, newest=newest, reachable=reachable)
        planned += [
            PlannedMessage(message_id=uuid7(), claim=claim, channel=channel, state=state) for channel in SENT_CHANNELS
        ]
    return planned


def _first_state(claim: DecidedClaim, *, newest: Mapping[UUID, int], reachable: Collection[UUID]) -> State:
    if claim.claim_version < newest[claim.claim_id]:
        return State.SUPERSEDED
    return State.DUE if any(addressee in reachable for addressee in claim.addressees) else State.AWAITING_CONTACT
