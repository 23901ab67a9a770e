"""Sets the gauges of what is to be sent and of what nobody knows the end."""

from __future__ import annotations

from datetime import datetime
from itertools import product

from chassis.database import Connection
from contracts.vocabulary import Channel
from notify_svc import metrics
from notify_svc.domain.messages import State
from notify_svc.metrics import UNSETTLED
from notify_svc.repository import figures

_TO_BE_SENT = frozenset({State.DUE, State.SENDING})


async def measure(connection: Connection, now: datetime) -> None:
    """Set how many messages there are in each state without an end, and how long the first waits to be sent."""
    found = {(each.state, each.channel): each for each in await figures.unsettled(connection)}
    for state, channel in product(UNSETTLED, Channel):
        each = found.get((state, channel))
        metrics.MESSAGES.labels(state, channel).set(each.number if each else 0)
    for channel in Channel:
        since = [each.since for (state, of), each in found.items() if of == channel and state in _TO_BE_SENT]
        waited = (now - min(since, default=now)).total_seconds()
        metrics.OLDEST_UNSENT_SECONDS.labels(channel).set(max(0.0, waited))
