from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
import smpp34
from decisions import contact, paid
from notify_desk import Desk
from sms_centre import DROP, INVALID_DESTINATION, KEEP_SILENT, QUEUE_FULL, THROTTLED, SmsCentre
from uuid_utils.compat import uuid7

from contracts.notify import Settlement
from contracts.vocabulary import Channel
from notify_svc.channels import smpp


class Panic(BaseException):
    """As Rust code raises it."""


async def test_an_sms_arrives_in_the_alphabet_and_the_number_form_of_smpp(desk: Desk, centre: SmsCentre) -> None:
    await desk.know(contact())
    await desk.decide(paid())

    await desk.send_until(Channel.SMS, "sent")

    (received,) = centre.messages
    expected = (
        "Uw waterschade W7XK2M9QD4T is verzekerd. Wij betalen € 1.590,00. De uitleg staat in onze e-mail. "
        "Niet eens? https://portal.example/claims/W7XK2M9QD4T/review"
    )
    assert received.short_message.replace(b"\x1b\x65", "€".encode()).decode() == expected
    assert received.data_coding == 0
    assert (received.destination_addr, received.dest_addr_ton, received.dest_addr_npi) == ("31612345678", 1, 1)
    assert (received.source_addr, received.source_addr_ton) == ("Waterschade", 5)
    assert [event.settlement for event in await desk.settled()] == [Settlement.SENT]


@pytest.mark.parametrize("status", [THROTTLED, QUEUE_FULL])
async def test_a_centre_that_is_busy_gets_the_sms_later(desk: Desk, centre: SmsCentre, status: int) -> None:
    centre.answers = [status]
    await desk.know(contact())
    await desk.decide(paid())

    async with desk.sending(Channel.SMS):
        await desk.until_attempts(Channel.SMS, 1)
        await desk.until(Channel.SMS, "due")
        desk.later(minutes=1)
        await desk.until(Channel.SMS, "sent")

    assert len(centre.messages) == 2
    assert centre.sessions == 1


async def test_an_sms_that_is_refused_for_good_is_not_tried_again(desk: Desk, centre: SmsCentre) -> None:
    centre.answers = [INVALID_DESTINATION]
    await desk.know(contact())
    await desk.decide(paid())

    await desk.send_until(Channel.SMS, "refused")

    assert await desk.harness.pool.fetchval("SELECT last_error FROM message WHERE channel = 'sms'") == "smpp-0x0000000b"


@pytest.mark.parametrize("answer", [DROP, KEEP_SILENT])
async def test_an_sms_whose_answer_was_lost_is_in_doubt_and_not_sent_again(
    desk: Desk, centre: SmsCentre, answer: int
) -> None:
    centre.answers = [answer]
    await desk.know(contact())
    doubtful, later = paid(), paid()
    await desk.decide(doubtful)

    async with desk.sending(Channel.SMS):
        await desk.until(Channel.SMS, "in_doubt")
        desk.later(days=10)
        await desk.decide(later)
        await desk.until_sent(later.claim_id, Channel.SMS)

    assert len(centre.messages) == 2
    settled = await desk.settled()
    assert [(event.claim_id, event.settlement) for event in settled] == [
        (doubtful.claim_id, Settlement.IN_DOUBT),
        (later.claim_id, Settlement.SENT),
    ]


async def test_a_session_that_ended_is_opened_again(desk: Desk, centre: SmsCentre) -> None:
    await desk.know(contact())
    first, second = paid(), paid()

    async with desk.sending(Channel.SMS):
        await desk.decide(first)
        await desk.until_sent(first.claim_id, Channel.SMS)
        await centre.hang_up()
        await desk.decide(second)
        await desk.until_sent(second.claim_id, Channel.SMS)

    assert centre.sessions == 2


async def test_a_window_of_messages_is_on_its_way_at_once(desk: Desk, centre: SmsCentre) -> None:
    customers = [uuid7() for _ in range(100)]
    await desk.know(*(contact(customer_id=customer) for customer in customers))
    await desk.decide(*(paid(customer_id=customer) for customer in customers))

    await desk.send_until(Channel.SMS, *["sent"] * 100)

    assert len(centre.messages) == 100
    assert centre.sessions == 1


async def test_a_session_that_can_no_longer_be_listened_to_is_opened_again(
    desk: Desk, centre: SmsCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Session:
        def __init__(self, session: smpp34.Smsc) -> None:
            self.submit_sm = session.submit_sm
            self.unbind = session.unbind

        async def next(self) -> None:
            raise Panic

    class Client:
        def __init__(self, *place_and_login: str | int, **options: object) -> None:
            self._client = new_client(*place_and_login, **options)
            self.stop = self._client.stop

        async def connect(self) -> Session:
            return Session(await self._client.connect())

    new_client: Callable[..., smpp34.Client] = smpp34.Client
    monkeypatch.setattr(smpp, "_SHORTEST_PAUSE_SECONDS", 30.0)  # so that messages alone open sessions again
    monkeypatch.setattr(smpp, "smpp34", SimpleNamespace(**vars(smpp34) | {"Client": Client}))
    await desk.know(contact())

    async with desk.sending(Channel.SMS):
        await desk.decide(paid())
        await desk.until(Channel.SMS, "sent")
        await desk.decide(paid())
        await desk.until(Channel.SMS, "sent", "sent")

    assert centre.sessions >= 2
