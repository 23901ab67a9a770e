"""Asks notify-svc to tell a customer something: what happened and to whom by id; notify-svc has the words."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from chassis.sealing import Sealer
from chassis.unit_of_work import Trace, Work
from contracts.codec import to_json
from contracts.message_requests import CustomerMessageRequested, Occasion, SealedContents
from policy_svc.settings import Settings

_WORTH_TELLING_FOR = timedelta(days=7)


def ask_to_tell(
    work: Work,
    *,
    customer_id: UUID,
    relation_number: str,
    occasion: Occasion,
    policy_number: str | None = None,
    effective_on: date | None = None,
    trace: Trace | None,
) -> None:
    """Have the customer told at the address that is known when it is sent.

    What is about a policy names it, and a Dutch day.
    """
    _ask(
        work,
        request_id=uuid7(),
        customer_id=customer_id,
        relation_number=relation_number,
        occasion=occasion,
        policy_number=policy_number,
        effective_on=effective_on,
        trace=trace,
    )


def ask_to_tell_at(
    work: Work,
    settings: Settings,
    *,
    customer_id: UUID,
    relation_number: str,
    occasion: Occasion,
    email: str,
    trace: Trace | None,
) -> None:
    """Have the customer told at this address, sealed with MESSAGE_PUBLIC_KEY, whichever notify-svc knows of them."""
    assert settings.message_public_key, "without it no address can be named"  # noqa: S101 - callers look
    request_id = uuid7()
    contents = SealedContents(request_id=request_id, customer_id=customer_id, email=email)
    _ask(
        work,
        request_id=request_id,
        customer_id=customer_id,
        relation_number=relation_number,
        occasion=occasion,
        sealed=Sealer(settings.message_public_key).seal(to_json(contents)),
        trace=trace,
    )


def _ask(  # noqa: PLR0913 - what a message is made of
    work: Work,
    *,
    request_id: UUID,
    customer_id: UUID,
    relation_number: str,
    occasion: Occasion,
    policy_number: str | None = None,
    effective_on: date | None = None,
    sealed: str | None = None,
    trace: Trace | None,
) -> None:
    work.publish(
        CustomerMessageRequested(
            request_id=request_id,
            customer_id=customer_id,
            relation_number=relation_number,
            occasion=occasion,
            occurred_at=work.now,
            expires_at=work.now + _WORTH_TELLING_FOR,
            policy_number=policy_number,
            effective_on=effective_on,
            sealed=sealed,
        ),
        trace=trace,
    )
