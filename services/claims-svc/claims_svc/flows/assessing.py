"""Tries what would be decided about a loss: everything is read as for a decision, nothing is stored or published."""

from __future__ import annotations

import asyncio
from datetime import datetime

from chassis.database import Connection
from claims_svc.domain.occurrence import EventUses
from claims_svc.domain.product import EVENT_LENGTH
from claims_svc.domain.what_if import WhatIf, what_if
from claims_svc.repository import event_uses, policies
from contracts.loss_reports import LossReported
from contracts.vocabulary import MOST_CENTS


class TooMuchDamageError(Exception):
    """The damage, or that of the event with it, is more than the platform reckons with."""


async def assess(connection: Connection, report: LossReported, *, now: datetime) -> WhatIf:
    """Return what would be decided about `report` if it were sent now.

    Raises:
        TooMuchDamageError: there is more damage than a billion euros.
    """
    if sum(item.amount_cents for item in report.damage) > MOST_CENTS:
        raise TooMuchDamageError
    policy = await policies.find(connection, policy_number=report.policy_number)
    losses = [(report.policy_number, report.loss.from_at)]
    uses = await event_uses.around(connection, losses=losses, claim_ids=[], event_length=EVENT_LENGTH)
    try:
        # What is asked about a flood can take some tenths of a second: others are answered meanwhile.
        return await asyncio.to_thread(what_if, report, policy=policy, uses=EventUses(uses), now=now)
    except ValueError:  # of a part that is made while deciding: an event has the same limit
        raise TooMuchDamageError from None
