"""Bugs in what the services are for: states, money, and messages to customers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from chassis.database import Connection
from claims_svc.domain.claim import Claim
from claims_svc.domain.deductible import Damage, Deductible
from claims_svc.repository import claims
from contracts.vocabulary import Channel
from drill.bugs.bug import SMS_ANSWER_LOST, Bug
from notify_svc.channels.attempts import Attempts
from notify_svc.domain import attempts
from notify_svc.domain.attempts import Accepted, Result

_EVERY = 3


def lose_updates() -> None:
    """Keep the state that a claim had before, as whoever read it earlier and writes it last."""
    update = claims.update

    async def updated(connection: Connection, *, claims: Sequence[Claim], now: datetime) -> None:
        kept = [claim for claim in claims if claim.claim_id.int % _EVERY]
        if kept:
            await update(connection, claims=kept, now=now)

    _change(claims, "update", updated)


def forget_the_minimum() -> None:
    """Let who has damage by heavy weather bear no more than was chosen."""

    def of_event_cents(self: Deductible, damage: Damage) -> int:
        return min(self.chosen_cents, damage.covered_cents)

    _change(Deductible, "of_event_cents", of_event_cents)


def send_sms_twice() -> None:
    """Send an SMS again when its answer was lost, as if somebody could recognise it."""
    _change(attempts, "RESENT_AFTER_LOST_ANSWER", frozenset({Channel.EMAIL, Channel.SMS}))


def send_nothing() -> None:
    """Settle every third message as sent without handing it over."""
    make, numbers = Attempts.make, count()

    async def made(self: Attempts, *arguments: Any, **others: Any) -> Result:  # noqa: ANN401
        if next(numbers) % _EVERY == 0:
            return Accepted()
        return await make(self, *arguments, **others)

    _change(Attempts, "make", made)


def _change(owner: object, name: str, value: object) -> None:
    setattr(owner, name, value)


BUSINESS = (
    Bug(name="an update of a claim is lost", service="claims-svc", put_in=lose_updates, violates=frozenset({"I3"})),
    Bug(
        name="the minimum in heavy weather is forgotten",
        service="claims-svc",
        put_in=forget_the_minimum,
        violates=frozenset({"I6", "I11"}),
    ),
    Bug(
        name="an SMS is sent again after its answer was lost",
        service="notify-svc",
        put_in=send_sms_twice,
        besides=SMS_ANSWER_LOST,
        violates=frozenset({"I5"}),
    ),
    Bug(
        name="messages are settled and not sent", service="notify-svc", put_in=send_nothing, violates=frozenset({"I5"})
    ),
)
