"""One SMS in several parts at a real SMS centre."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from decisions import MOBILE_PHONE
from pause import DEADLINE_SECONDS
from prometheus_client import REGISTRY
from sms_centre import DROP, INVALID_DESTINATION, KEEP_SILENT, QUEUE_FULL, THROTTLED, SmsCentre
from uuid_utils.compat import uuid7

from notify_svc.channels import smpp
from notify_svc.channels.pace import Pace
from notify_svc.channels.receipts import Receipts
from notify_svc.channels.sms_gateway import Sms
from notify_svc.domain.attempts import Accepted, AnswerLost, Deferred, Refused, Result, Unreachable
from notify_svc.domain.pace import Ask, Bucket, Rate, take
from notify_svc.repository.leases import Lease

THREE_PARTS = "a" * 400
OK = 0
NOW = datetime(2021, 7, 16, 10, 0, tzinfo=UTC)
EMPTY = Bucket(NOW, NOW)
UNANSWERED_SECONDS = 0.3
"""What is submitted beyond the window is there by then."""


@asynccontextmanager
async def gateway(centre: SmsCentre, *, window: int = 20, pace: Pace | None = None) -> AsyncIterator[smpp.SmppGateway]:
    one = smpp.SmsCentre(
        host="127.0.0.1",
        port=centre.port,
        tls=False,
        system_id="notify",
        password="secret",
        window=window,
        timeout_seconds=2,
        pace=pace or Pace("smpp"),
    )
    opened = smpp.SmppGateway(one, sender="Waterschade", receipts=Receipts(), stays_bound=False)
    try:
        yield opened
    finally:
        await opened.close()


async def send(centre: SmsCentre, text: str = THREE_PARTS, *, lease_seconds: float = 60, window: int = 20) -> Result:
    async with gateway(centre, window=window) as opened:
        sms = Sms(message_id=uuid7(), text=text, mobile_phone=MOBILE_PHONE)
        return await opened.hand_over(sms, Lease.lasting(lease_seconds))


async def test_a_long_text_is_accepted_when_every_part_is_and_all_ids_are_known(centre: SmsCentre) -> None:
    centre.ids = ["00A1", "00A2", "00A3"]

    result = await send(centre)

    assert isinstance(result, Accepted)
    assert sorted(result.provider_ids) == ["a1", "a2", "a3"]
    parts = sorted(message.short_message for message in centre.messages)
    assert b"".join(part[6:] for part in parts) == THREE_PARTS.encode()
    assert len({part[3] for part in parts}) == 1
    assert {(message.esm_class, message.data_coding) for message in centre.messages} == {(0x40, 0)}


async def test_a_text_outside_the_alphabet_goes_as_ucs_2(centre: SmsCentre) -> None:
    assert isinstance(await send(centre, "Schade čé 😀"), Accepted)

    (message,) = centre.messages
    assert (message.data_coding, message.esm_class) == (8, 0)
    assert message.short_message.decode("utf-16-be") == "Schade čé 😀"


async def test_more_parts_than_the_window_holds_are_accepted(centre: SmsCentre) -> None:
    assert isinstance(await send(centre, "a" * 1_500, window=2), Accepted)
    assert len(centre.messages) == 10


async def test_each_part_takes_a_token(centre: SmsCentre) -> None:
    pace = Pace("smpp", Rate(10))

    async with gateway(centre, pace=pace) as opened:
        sms = Sms(message_id=uuid7(), text=THREE_PARTS, mobile_phone=MOBILE_PHONE)
        sending = asyncio.ensure_future(opened.hand_over(sms, Lease.lasting(60)))
        async with asyncio.timeout(DEADLINE_SECONDS):
            while (ask := pace.ask()) is None:
                await asyncio.sleep(0.01)
        sending.cancel()

    assert ask == Ask(can_wait=3)
    assert centre.messages == []


async def test_an_sms_whose_session_ends_while_it_waits_for_its_turn_leaves_by_the_next_one(
    centre: SmsCentre,
) -> None:
    """It was not handed over: to call it in doubt would lose it."""
    pace = Pace("smpp", Rate(10))

    async with gateway(centre, pace=pace) as opened:
        sms = Sms(message_id=uuid7(), text=THREE_PARTS, mobile_phone=MOBILE_PHONE)
        sending = asyncio.ensure_future(opened.hand_over(sms, Lease.lasting(60)))
        async with asyncio.timeout(DEADLINE_SECONDS):
            while (ask := pace.ask()) is None:
                await asyncio.sleep(0.01)
            await centre.hang_up()
            while opened._session is not None:  # noqa: SLF001 - nothing else tells that its end was noticed
                await asyncio.sleep(0.01)
            pace.grant(ask, take(EMPTY, ask, rate=Rate(10), now=NOW), granted_at=NOW)
            while not sending.done():
                pace.go_on()
                await asyncio.sleep(0.01)
        result = await sending

    assert isinstance(result, Accepted)
    assert (centre.sessions, len(centre.messages)) == (2, 3)


async def test_no_more_parts_are_unanswered_than_the_window_holds(centre: SmsCentre) -> None:
    centre.answers = [KEEP_SILENT] * 10

    async with gateway(centre, window=2) as opened:
        sms = Sms(message_id=uuid7(), text="a" * 1_500, mobile_phone=MOBILE_PHONE)
        sending = asyncio.ensure_future(opened.hand_over(sms, Lease.lasting(60)))
        async with asyncio.timeout(DEADLINE_SECONDS):
            while len(centre.messages) < 2:
                await asyncio.sleep(0.01)
        await asyncio.sleep(UNANSWERED_SECONDS)
        unanswered = len(centre.messages)
        sending.cancel()

    assert unanswered == 2


async def test_a_part_that_waits_for_the_window_longer_than_its_lease_is_not_submitted(centre: SmsCentre) -> None:
    centre.answers = [KEEP_SILENT]

    assert await send(centre, window=1, lease_seconds=3) == AnswerLost("TimeoutError")
    assert len(centre.messages) == 1


@pytest.mark.parametrize("status", [THROTTLED, QUEUE_FULL])
async def test_an_answer_that_it_is_too_much_is_told_to_all(centre: SmsCentre, status: int) -> None:
    told = REGISTRY.get_sample_value("notify_too_fast_total", {"provider": "smpp"}) or 0
    centre.answers = [status]

    await send(centre, "a")

    assert REGISTRY.get_sample_value("notify_too_fast_total", {"provider": "smpp"}) == told + 1


async def test_each_part_has_a_reference_of_its_own(centre: SmsCentre) -> None:
    await send(centre)

    references = {tlv.value for message in centre.messages for tlv in message.tlvs}
    assert len(references) == 3


async def test_a_part_that_is_put_off_is_submitted_again_by_itself(
    centre: SmsCentre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp, "_MENDING_PAUSES", (0.01, 0.01))
    centre.answers = [OK, THROTTLED, OK, THROTTLED]

    assert isinstance(await send(centre), Accepted)
    assert len(centre.messages) == 5
    assert len(centre.accepted) == 3


@pytest.mark.parametrize(
    ("answers", "lease_seconds", "result"),
    [
        ([INVALID_DESTINATION] * 3, 60, Refused("smpp-0x0000000b")),
        ([THROTTLED] * 3, 60, Deferred("smpp-0x00000058")),
        ([THROTTLED, INVALID_DESTINATION, THROTTLED], 60, Refused("smpp-0x0000000b")),
        ([OK, INVALID_DESTINATION, OK], 60, AnswerLost("part-missing-smpp-0x0000000b")),
        ([OK, THROTTLED, OK], 2.2, AnswerLost("part-missing-smpp-0x00000058")),
        ([OK, KEEP_SILENT, OK], 60, AnswerLost("TimeoutError")),
        ([THROTTLED, KEEP_SILENT, INVALID_DESTINATION], 60, AnswerLost("TimeoutError")),
        ([OK, DROP], 60, AnswerLost("session-ended")),
    ],
)
async def test_what_becomes_of_the_parts_becomes_of_the_message(
    centre: SmsCentre, answers: list[int], lease_seconds: float, result: Result
) -> None:
    centre.answers = answers

    assert await send(centre, lease_seconds=lease_seconds) == result
    assert len(centre.messages) <= 3


async def test_a_centre_that_is_away_gets_nothing(centre: SmsCentre) -> None:
    centre.port = 1

    assert isinstance(await send(centre), Unreachable)
