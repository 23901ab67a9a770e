"""Sessions at the SMS centre that end in odd ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import certificates
import pytest
from certificates import Certificates
from decisions import MOBILE_PHONE
from pause import DEADLINE_SECONDS
from sms_centre import INVALID_PASSWORD, KEEP_SILENT, NOT_BOUND, SmsCentre, sms_centre
from uuid_utils.compat import uuid7

from notify_svc.channels import smpp
from notify_svc.channels.receipts import Receipts
from notify_svc.channels.sms_gateway import Sms
from notify_svc.domain.attempts import Accepted, AnswerLost, Deferred, Refused, Unreachable
from notify_svc.domain.sms_receipts import Outcome, Receipt
from notify_svc.repository.leases import Lease


@asynccontextmanager
async def smpp_gateway(centre: SmsCentre, *, receipts: Receipts, tls: bool = False) -> AsyncIterator[smpp.SmppGateway]:
    one = smpp.SmsCentre(
        host="127.0.0.1",
        port=centre.port,
        tls=tls,
        system_id="notify",
        password="secret",
        window=5,
        timeout_seconds=20 if tls else 2,
    )
    opened = smpp.SmppGateway(one, sender="Waterschade", receipts=receipts, stays_bound=False)
    try:
        yield opened
    finally:
        await opened.close()


def sms() -> Sms:
    return Sms(message_id=uuid7(), text="Uw code is 123456", mobile_phone=MOBILE_PHONE)


async def test_a_session_that_ended_while_receipts_overflowed_takes_no_sms(centre: SmsCentre) -> None:
    """The news of its end is lost with them: everything that was submitted in it afterwards would be in doubt."""
    receipts = Receipts()
    waiting = Receipt(provider_id="7", outcome=Outcome.DELIVERED, error=None, reference=None, destination="31612345678")
    for _ in range(2_000):
        receipts.put(waiting)
    async with smpp_gateway(centre, receipts=receipts) as gateway:
        assert await gateway.hand_over(sms(), Lease.lasting(60)) == Accepted(("msg-1",))
        for _ in range(1_100):  # the library holds 1,024
            centre.report("msg-1", of=centre.messages[0])
        async with asyncio.timeout(DEADLINE_SECONDS):
            while centre.acknowledged < 1_024:
                await asyncio.sleep(0.01)
        for writer in centre.writers:
            writer.transport.abort()
        await asyncio.sleep(0.2)

        await gateway.hand_over(sms(), Lease.lasting(60))
        after = await gateway.hand_over(sms(), Lease.lasting(60))

        assert isinstance(after, Accepted)
        assert len(receipts.waiting) == 2_001
        receipts.done(2_001)
        async with asyncio.timeout(DEADLINE_SECONDS):
            while receipts.sessions > 1:
                await asyncio.sleep(0.01)
        assert len(receipts.waiting) >= 1_000


async def test_a_text_that_cannot_be_sent_is_refused_and_not_in_doubt(centre: SmsCentre) -> None:
    async with smpp_gateway(centre, receipts=Receipts()) as gateway:
        long = Sms(message_id=uuid7(), text="a" * 40_000, mobile_phone=MOBILE_PHONE)

        assert await gateway.hand_over(long, Lease.lasting(60)) == Refused("too-long")


async def test_an_sms_in_a_session_of_which_the_centre_knows_nothing_is_put_off_and_the_next_is_bound_anew(
    centre: SmsCentre,
) -> None:
    """Refused for good it would be, though nothing is wrong with it, and with it all that follow."""
    centre.answers = [NOT_BOUND]
    async with smpp_gateway(centre, receipts=Receipts()) as gateway:
        assert await gateway.hand_over(sms(), Lease.lasting(60)) == Deferred("smpp-0x00000004")

        assert isinstance(await gateway.hand_over(sms(), Lease.lasting(60)), Accepted)

    assert centre.sessions == 2


async def test_a_session_that_has_gone_silent_takes_no_more_sms(centre: SmsCentre) -> None:
    """Each would be in doubt, until the library notices after a minute."""
    centre.answers = [KEEP_SILENT]
    async with smpp_gateway(centre, receipts=Receipts()) as gateway:
        assert isinstance(await gateway.hand_over(sms(), Lease.lasting(60)), AnswerLost)

        assert isinstance(await gateway.hand_over(sms(), Lease.lasting(60)), Accepted)

    assert centre.sessions == 2


async def test_a_session_in_which_others_are_answered_is_not_given_up_for_one_that_is_not(centre: SmsCentre) -> None:
    centre.answers = [KEEP_SILENT]
    async with smpp_gateway(centre, receipts=Receipts()) as gateway:
        silent = asyncio.create_task(gateway.hand_over(sms(), Lease.lasting(60)))
        while not silent.done():
            await asyncio.sleep(0.2)
            assert isinstance(await gateway.hand_over(sms(), Lease.lasting(60)), Accepted)

        assert isinstance(silent.result(), AnswerLost)

    assert centre.sessions == 1


async def test_a_centre_that_refuses_the_login_gets_no_sms_and_the_next_login_is_tried(centre: SmsCentre) -> None:
    centre.login_answers = [INVALID_PASSWORD]
    async with smpp_gateway(centre, receipts=Receipts()) as gateway:
        assert isinstance(await gateway.hand_over(sms(), Lease.lasting(60)), Unreachable)
        assert centre.messages == []

        assert isinstance(await gateway.hand_over(sms(), Lease.lasting(60)), Accepted)

    assert centre.passwords == ["secret", "secret"]


async def test_a_centre_that_asks_whether_a_session_lives_is_answered(centre: SmsCentre) -> None:
    async with smpp_gateway(centre, receipts=Receipts()) as gateway:
        await gateway.hand_over(sms(), Lease.lasting(60))

        centre.ask_for_life()

        async with asyncio.timeout(DEADLINE_SECONDS):
            while not centre.acknowledged:
                await asyncio.sleep(0.01)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificates:
    return certificates.made_in(tmp_path)


@pytest.fixture
async def encrypted(certificate: Certificates) -> AsyncIterator[SmsCentre]:
    async with sms_centre(certificate.of_server()) as running:
        yield running


async def test_an_sms_goes_through_tls(
    encrypted: SmsCentre, certificate: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.authority))
    async with smpp_gateway(encrypted, receipts=Receipts(), tls=True) as gateway:
        assert isinstance(await gateway.hand_over(sms(), Lease.lasting(60)), Accepted)

    assert encrypted.texts == ["Uw code is 123456"]


async def test_a_centre_that_cannot_prove_its_name_is_told_neither_password_nor_sms(encrypted: SmsCentre) -> None:
    async with smpp_gateway(encrypted, receipts=Receipts(), tls=True) as gateway:
        assert isinstance(await gateway.hand_over(sms(), Lease.lasting(60)), Unreachable)

    assert (encrypted.passwords, encrypted.messages) == ([], [])
