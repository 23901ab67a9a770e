"""SMS by CM.com, at a server that speaks its interface."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from account_requests import CODE, asked
from cm_server import CUT, PRODUCT_TOKEN, SILENT, SLOW, CmServer, cm_server
from decisions import DECIDED_AT, MOBILE_PHONE, contact, paid
from notify_desk import Desk
from prometheus_client import REGISTRY
from uuid_utils.compat import uuid7

from chassis.clock import SettableClock
from chassis.testing import harness
from contracts.notify import Settlement
from contracts.vocabulary import Channel
from notify_svc.app import build
from notify_svc.channels.cm import CmAccount, CmGateway
from notify_svc.channels.sms_gateway import Sms
from notify_svc.domain.attempts import Accepted, AnswerLost, Deferred, LeaseLost, Refused, Result, Unreachable
from notify_svc.repository.leases import Lease
from notify_svc.settings import Settings


@pytest.fixture
async def cm() -> AsyncIterator[CmServer]:
    async with cm_server() as server:
        yield server


def sms() -> Sms:
    return Sms(message_id=uuid7(), text="Uw code is 123456 €", mobile_phone=MOBILE_PHONE)


def gateway(
    cm: CmServer, *, token: str = PRODUCT_TOKEN, path: str = "", connections: int = 5, timeout_seconds: float = 0.5
) -> CmGateway:
    account = CmAccount(
        url=f"{cm.url}{path}", product_token=token, connections=connections, timeout_seconds=timeout_seconds
    )
    return CmGateway(account, sender="Waterschade")


async def send(opened: CmGateway, *, lease_seconds: float = 60) -> Result:
    try:
        return await opened.hand_over(sms(), Lease.lasting(lease_seconds))
    finally:
        await opened.close()


async def test_a_message_is_posted_under_our_reference(cm: CmServer) -> None:
    opened, one = gateway(cm), sms()

    assert await opened.hand_over(one, Lease.lasting(60)) == Accepted()
    await opened.close()

    assert cm.messages == [
        {
            "allowedChannels": ["SMS"],
            "from": "Waterschade",
            "to": [{"number": "0031612345678"}],
            "body": {"type": "AUTO", "content": "Uw code is 123456 €"},
            "minimumNumberOfMessageParts": 1,
            "maximumNumberOfMessageParts": 8,
            "reference": one.message_id.hex,
        }
    ]


async def test_an_answer_that_it_is_too_much_is_told_to_all(cm: CmServer) -> None:
    told = REGISTRY.get_sample_value("notify_too_fast_total", {"provider": "cm"}) or 0
    cm.answers = [(429, b""), (503, {"errorCode": 999})]
    opened = gateway(cm)

    await opened.hand_over(sms(), Lease.lasting(60))
    await opened.hand_over(sms(), Lease.lasting(60))
    await opened.close()

    assert REGISTRY.get_sample_value("notify_too_fast_total", {"provider": "cm"}) == told + 1


def rejected(code: int, *, status: str = "Rejected", whole: int = 201) -> dict[str, object]:
    return {"details": "no", "errorCode": whole, "messages": [{"status": status, "messageErrorCode": code}]}


@pytest.mark.parametrize(
    ("answer", "result"),
    [
        ((200, rejected(304)), Refused("cm-304")),
        ((200, rejected(304, whole=0)), Refused("cm-304")),
        ((200, rejected(0, status="Failed", whole=0)), Refused("cm-0")),
        ((400, rejected(304)), Refused("cm-304")),
        ((400, b"<html>"), Refused("http-400")),
        ((400, {"errorCode": 102}), Deferred("cm-102")),
        ((400, {"errorCode": 101}), Unreachable("cm-101")),
        ((403, b""), Unreachable("http-403")),
        ((302, b""), Unreachable("http-302")),
        ((408, b""), Deferred("http-408")),
        ((429, b"slow down"), Deferred("http-429")),
        ((503, {"errorCode": 999}), Deferred("http-503")),
        ((503, b"<html>"), AnswerLost("answer-unreadable")),
        ((500, b""), AnswerLost("http-500")),
        ((504, b""), AnswerLost("http-504")),
        ((599, b""), AnswerLost("http-599")),
        ((200, b""), AnswerLost("answer-unreadable")),
        ((200, b"{'errorCode': 0"), AnswerLost("answer-unreadable")),
        ((200, {"errorCode": "none"}), AnswerLost("answer-unreadable")),
        ((200, {"errorCode": 0, "messages": []}), AnswerLost("answer-unreadable")),
        ((200, b"[" * 1_000_000), AnswerLost("answer-unreadable")),
        (CUT, AnswerLost("RemoteProtocolError")),
        (SILENT, AnswerLost("ReadTimeout")),
        (SLOW, AnswerLost("TimeoutError")),
    ],
)
async def test_an_answer_means_what_may_have_become_of_the_message(
    cm: CmServer, answer: str | tuple[int, object], result: Result
) -> None:
    cm.answers = [answer]

    told = await send(gateway(cm))

    assert told == result or (answer == SILENT and told == AnswerLost("TimeoutError"))


async def test_what_is_set_up_wrongly_is_no_defect_of_the_message(cm: CmServer) -> None:
    assert await send(gateway(cm, token="expired")) == Unreachable("http-401")
    assert await send(gateway(cm, path="/elsewhere")) == Unreachable("http-404")


async def test_a_server_that_is_away_gets_nothing(cm: CmServer) -> None:
    cm.port = 1

    assert isinstance(await send(gateway(cm)), Unreachable)


async def test_who_found_no_free_connection_has_posted_nothing_and_may_again(cm: CmServer) -> None:
    cm.answers = [SLOW]
    opened = gateway(cm, connections=1)

    results = await asyncio.gather(*(opened.hand_over(sms(), Lease.lasting(60)) for _ in range(2)))
    await opened.close()

    assert results == [AnswerLost("TimeoutError"), Deferred("PoolTimeout")]
    assert len(cm.messages) == 1


async def test_nothing_is_posted_that_may_outlast_its_lease(cm: CmServer) -> None:
    assert await send(gateway(cm), lease_seconds=0.4) == LeaseLost()
    assert cm.messages == []


async def test_connections_are_kept_and_bounded(cm: CmServer) -> None:
    opened = gateway(cm, connections=2, timeout_seconds=20)

    results = await asyncio.gather(*(opened.hand_over(sms(), Lease.lasting(60)) for _ in range(10)))
    await opened.close()

    assert results == [Accepted()] * 10
    assert cm.connections == 2


async def test_decisions_and_codes_go_by_the_provider_that_is_chosen(settings: Settings, cm: CmServer) -> None:
    chosen = settings.model_dump() | {"sms_provider": "cm", "cm_url": cm.url, "cm_product_token": PRODUCT_TOKEN}
    chosen |= {"message_keys": settings.message_keys, "smpp_password": settings.smpp_password}
    clock = SettableClock(DECIDED_AT)
    async with harness(replace(build(Settings.model_validate(chosen)), clock=clock)) as running:
        desk = Desk(running, clock)
        await desk.know(contact())
        await desk.decide(paid())
        await desk.send_until(Channel.SMS, "sent")
        settled = await desk.settled()
        await desk.ask(asked())
        await desk.send_requests_until("sent")

    assert [event.settlement for event in settled] == [Settlement.SENT]
    assert [message["to"] for message in cm.messages] == [[{"number": "0031612345678"}]] * 2
    assert CODE in cm.messages[1]["body"]["content"]
