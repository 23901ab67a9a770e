from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from decisions import CUSTOMER, contact, paid
from notify_desk import Desk
from uuid_utils.compat import uuid7

from chassis.testing import Harness
from contracts.message_requests import SealedContents
from contracts.payments import PaymentOrdered
from contracts.vocabulary import Channel
from notify_svc.app import build
from notify_svc.channels.transport import Handover
from notify_svc.domain.attempts import Accepted, Result
from notify_svc.domain.messages import SENT_CHANNELS
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease
from notify_svc.repository.requests import LeasedRequest
from notify_svc.settings import Settings


class RecordingTransport:
    """Keeps what it is given, and accepts it."""

    span_attributes: Mapping[str, str | int] = {}

    def __init__(self) -> None:
        self.written: list[LeasedMessage] = []
        self.is_closed = False

    def opened(self) -> RecordingTransport:
        return self

    def write(self, message: LeasedMessage, *, now: datetime) -> Handover:  # noqa: ARG002 - the protocol's name
        self.written.append(message)
        return accept

    async def close(self) -> None:
        self.is_closed = True


class RecordingRequestTransport:
    """The same for requested messages."""

    span_attributes: Mapping[str, str | int] = {}

    def __init__(self) -> None:
        self.written: list[LeasedRequest] = []

    def opened(self) -> RecordingRequestTransport:
        return self

    def write(self, leased: LeasedRequest, contents: SealedContents) -> Handover:  # noqa: ARG002 - the protocol's name
        self.written.append(leased)
        return accept

    async def close(self) -> None:
        """Do nothing."""


def ordered(desk: Desk) -> PaymentOrdered:
    return PaymentOrdered(
        payment_id=uuid7(),
        claim_id=uuid7(),
        claim_reference="W7XK2M9QD4T",
        claim_version=1,
        customer_id=CUSTOMER,
        amount_cents=159_000,
        ordered_at=desk.clock.at,
    )


async def accept(_: Lease) -> Result:
    return Accepted()


async def test_given_transports_take_the_place_of_the_network(desk: Desk, settings: Settings) -> None:
    given = {channel: RecordingTransport() for channel in SENT_CHANNELS}
    nowhere = settings.model_copy(update={"smtp_port": 1, "smpp_port": 1})
    service = build(nowhere, transports={channel: given[channel].opened for channel in SENT_CHANNELS})
    elsewhere = Desk(Harness(replace(service, clock=desk.clock), desk.runtime), desk.clock)
    decisions = [paid(customer_id=uuid7()) for _ in range(50)]
    await desk.know(*(contact(customer_id=decision.customer_id) for decision in decisions if decision.customer_id))
    await desk.decide(*decisions)

    async with elsewhere.sending(Channel.EMAIL), elsewhere.sending(Channel.SMS):
        await elsewhere.until(Channel.EMAIL, *["sent"] * 50)
        await elsewhere.until(Channel.SMS, *["sent"] * 50)

    for transport in given.values():
        assert {message.claim_id for message in transport.written} == {decision.claim_id for decision in decisions}
        assert len(transport.written) == 50
        assert transport.is_closed


async def test_given_transports_take_the_place_of_the_network_for_orders_to_pay_too(
    desk: Desk, settings: Settings
) -> None:
    given = RecordingRequestTransport()
    nowhere = settings.model_copy(update={"smtp_port": 1, "smpp_port": 1})
    service = build(nowhere, request_transports=dict.fromkeys(SENT_CHANNELS, given.opened))
    elsewhere = Desk(Harness(replace(service, clock=desk.clock), desk.runtime), desk.clock)
    await desk.know(contact())
    order = ordered(desk)

    await elsewhere.order(order)
    await elsewhere.send_requests_until("sent")

    assert [leased.request.request_id for leased in given.written] == [order.payment_id]


def test_the_service_has_a_sender_for_every_channel_but_the_post_one_for_requests_and_takes_receipts(
    settings: Settings,
) -> None:
    service = build(settings)

    assert [worker.name for worker in service.workers] == [
        *("email-sender", "sms-sender", "request-sender"),
        *("sms-receipts", "progress"),
    ]
    assert [command.name for command in service.commands] == ["messages", "letters", "message-keys"]


def test_each_provider_whose_rate_is_limited_has_a_pace(settings: Settings) -> None:
    limited = build(settings.model_copy(update={"smtp_rate": 40, "cm_rate": 5}))
    by_cm = build(settings.model_copy(update={"sms_provider": "cm", "cm_rate": 5, "smpp_rate": 40}))

    assert [one.name for one in limited.workers if one.name.endswith("-pace")] == ["smtp-pace"]
    assert [one.name for one in by_cm.workers if one.name.endswith("-pace")] == ["cm-pace"]
