from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from decisions import contact, paid
from notify_desk import Desk
from uuid_utils.compat import uuid7

from chassis.testing import Harness
from contracts.vocabulary import Channel
from notify_svc.app import build
from notify_svc.channels.transport import Handover
from notify_svc.domain.attempts import Accepted, Result
from notify_svc.domain.messages import SENT_CHANNELS
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.leases import Lease
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


def test_the_service_has_a_sender_for_every_channel_but_the_post_and_one_for_requests(settings: Settings) -> None:
    service = build(settings)

    assert [worker.name for worker in service.workers] == ["email-sender", "sms-sender", "request-sender"]
    assert [command.name for command in service.commands] == ["messages", "letters", "message-keys"]
