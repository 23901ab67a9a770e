"""Mails handed over by themselves, without a database or a sender around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Literal

from decisions import DECIDED_AT, INSURER, paid
from uuid_utils.compat import uuid7

from contracts.vocabulary import Channel, Language
from notify_svc.channels.smtp import SmtpServer, SmtpTransport
from notify_svc.domain.attempts import Attempt, NoAddress, Refused, Result
from notify_svc.repository.attempts import LeasedMessage
from notify_svc.repository.contacts import Contact
from notify_svc.repository.leases import Lease


@asynccontextmanager
async def transport(
    port: int,
    *,
    tls: Literal["none", "starttls", "tls"] = "none",
    username: str | None = None,
    password: str | None = None,
    timeout_seconds: float = 20,
    address: str = INSURER.address,
) -> AsyncIterator[SmtpTransport]:
    server = SmtpServer(
        host="127.0.0.1",
        port=port,
        tls=tls,
        username=username,
        password=password,
        timeout_seconds=timeout_seconds,
        connections=1,
    )
    opened = SmtpTransport(server, sender="schade@insurer.example", insurer=replace(INSURER, address=address))
    try:
        yield opened
    finally:
        await opened.close()


async def send(sender: SmtpTransport, *, lease: Lease | None = None) -> Result:
    message = LeasedMessage(
        message_id=uuid7(),
        claim_id=uuid7(),
        claim_version=1,
        attempt=Attempt(channel=Channel.EMAIL, attempts=1, answers_lost=0, first_due_at=DECIDED_AT),
        lease=Lease.lasting(600),
        leased_at=DECIDED_AT,
        event=paid(),
        contact=Contact(
            name="J. Voorbeeld",
            email="j@example.org",
            mobile_phone=None,
            postal_address=None,
            language=Language.DUTCH,
        ),
        trace=None,
    )
    handover = sender.write(message, now=DECIDED_AT)
    assert not isinstance(handover, (NoAddress, Refused))
    return await handover(lease or Lease.lasting(600))
