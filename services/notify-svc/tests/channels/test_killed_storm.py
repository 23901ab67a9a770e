"""A storm through real processes that are killed in the middle of it: what the servers have is what the ledger says."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from decisions import DECIDED_AT, contact, paid
from mail_server import MailServer
from message_keys import KEPT_TEXT_KEY, PRIVATE_KEY
from notify_desk import Desk
from sms_centre import SmsCentre
from uuid_utils.compat import uuid7

from contracts.vocabulary import Channel
from notify_svc.settings import Settings

STORM, KILLS, AT_ONCE = 300, 4, 20
PER_SECOND = 60
START_SECONDS = 120
"""A process starts on a busy machine, and sends its share."""

pytestmark = pytest.mark.slow


async def start(settings: Settings) -> asyncio.subprocess.Process:
    values = settings.model_dump(exclude_none=True, mode="json") | {
        "smpp_password": "secret",
        "message_keys": PRIVATE_KEY,
        "dkim_private_key": "none",
        "kept_text_keys": KEPT_TEXT_KEY,
    }
    environment = {name.upper(): str(value) for name, value in values.items()}
    program = str(Path(__file__).parents[1] / "storm_process.py")
    return await asyncio.create_subprocess_exec(
        sys.executable, program, DECIDED_AT.isoformat(), env=os.environ | environment
    )


async def until(condition: Callable[[], bool], processes: list[asyncio.subprocess.Process]) -> None:
    async with asyncio.timeout(START_SECONDS):
        while not condition():
            assert all(process.returncode is None for process in processes), "a process ended by itself"
            await asyncio.sleep(0.01)


async def count(desk: Desk, what: str) -> int:
    found: int = await desk.harness.pool.fetchval(f"SELECT count(*) FROM message WHERE {what}")  # noqa: S608 - its own words
    return found


@pytest.mark.timeout(600)
async def test_after_kills_in_a_storm_the_servers_have_what_the_ledger_says(
    desk: Desk, settings: Settings, mail: MailServer, centre: SmsCentre
) -> None:
    customers = [uuid7() for _ in range(STORM)]
    await desk.know(
        *(
            contact(customer_id=one, email=f"{one.hex}@example.org", mobile_phone=f"+3161234{number:04d}")
            for number, one in enumerate(customers)
        )
    )
    await desk.decide(*(paid(customer_id=one) for one in customers))
    limited = settings.model_copy(
        update={
            "smtp_rate": PER_SECOND,
            "smpp_rate": PER_SECOND,
            "send_concurrency": AT_ONCE,
            "lease_seconds": 60,
            "send_timeout_seconds": 10,
        }
    )

    processes = [await start(limited) for _ in range(2)]
    try:
        for kill in range(KILLS):
            reached = len(mail.mails) + len(centre.messages)
            await until(
                lambda reached=reached: len(mail.mails) + len(centre.messages) >= reached + STORM // 4,  # type: ignore[misc]
                processes,
            )
            killed = processes.pop(0)
            killed.kill()
            await killed.wait()
            if kill < KILLS - 2:
                processes.append(await start(limited))
    finally:
        for process in processes:
            process.kill()
            await process.wait()

    assert await count(desk, "state = 'sending'") > 0, "nothing was on its way: it proves nothing"
    desk.later(seconds=limited.lease_seconds)
    async with desk.recording_receipts(), desk.sending(Channel.EMAIL), desk.sending(Channel.SMS):
        await desk.until_true("SELECT count(*) = 0 FROM message WHERE state = 'sending'")
        desk.later(minutes=2)
        await desk.until_true("SELECT count(*) = 0 FROM message WHERE state IN ('due', 'sending')")

        mails = Counter(received["Message-ID"] for received in mail.mails)
        assert Counter(await desk.states(Channel.EMAIL)) == {"sent": STORM}
        assert len(mails) == STORM
        assert sum(mails.values()) - STORM <= await count(desk, "channel = 'email' AND answers_lost > 0")

        states = Counter(await desk.states(Channel.SMS))
        numbers = Counter(message.destination_addr for message in centre.messages)
        assert set(states) <= {"sent", "in_doubt"}
        assert max(numbers.values()) == 1, "an SMS was sent twice"
        assert 0 < states["in_doubt"] <= KILLS * AT_ONCE
        assert states["sent"] <= len(centre.messages) <= states["sent"] + states["in_doubt"]

        # Receipts name what was taken: then the ledger and the centre agree to the last message.
        for message_id, message in centre.accepted.items():
            centre.report(message_id, of=message)
        doubtful = len(centre.messages) - states["sent"]
        await desk.until_true("SELECT count(*) = $1 FROM sms_receipt", doubtful)
        desk.later(seconds=limited.lease_seconds)
        await desk.until_true("SELECT count(*) = $1 FROM sms_part WHERE outcome = 'delivered'", len(centre.messages))

    after = Counter(await desk.states(Channel.SMS))
    assert after["sent"] == len(centre.messages)
    assert after["in_doubt"] == STORM - len(centre.messages)
