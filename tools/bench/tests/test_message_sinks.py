"""The mail server and the SMS centre of the bench count what they accept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic

import smpp34

from bench.sinks.message_sinks import MessageSinks, Received
from bench.sinks.smpp import SmppSession
from bench.sinks.smtp import SmtpSession
from bench.sinks.tally import Tally
from contracts.vocabulary import Channel
from devstack.process.supervisor import Supervisor

LOOPBACK = "127.0.0.1"
MAIL = b"Subject: x\r\nMessage-ID: <1@example.org>\r\n\r\n.a dot\r\n"


@asynccontextmanager
async def serving(session: Callable[[], asyncio.Protocol]) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(session, LOOPBACK, 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def handed_over(recipient: bytes, mail: bytes = MAIL) -> bytes:
    return b"MAIL FROM:<a@b.example>\r\nRCPT TO:<" + recipient + b">\r\nDATA\r\n" + mail + b".\r\n"


async def talk(tally: Tally, *pieces: bytes) -> list[bytes]:
    """Send all `pieces` without waiting for an answer; return the codes of all answers."""
    async with serving(lambda: SmtpSession(tally)) as port:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        writer.write(b"QUIT\r\n")
        answers = await asyncio.wait_for(reader.read(), 5)
        writer.close()
    return [line[:3] for line in answers.splitlines() if line[3:4] == b" "]


async def test_pipelined_mail_is_answered_in_order_and_counted() -> None:
    tally = Tally()

    codes = await talk(tally, b"EHLO me\r\n", handed_over(b"ada@example.nl"))

    assert codes == [b"220", b"250", b"250", b"250", b"354", b"250", b"221"]
    assert tally.take() == {"of_recipient": {"ada@example.nl": 1}, "repeated": 0}


async def test_a_mail_in_pieces_is_one_mail() -> None:
    tally = Tally()
    whole = handed_over(b"ada@example.nl")
    codes = await talk(tally, *(whole[at : at + 7] for at in range(0, len(whole), 7)))

    assert codes == [b"220", b"250", b"250", b"354", b"250", b"221"]
    assert tally.take() == {"of_recipient": {"ada@example.nl": 1}, "repeated": 0}


async def test_a_mail_that_comes_again_is_counted_as_repeated() -> None:
    tally = Tally()
    another = MAIL.replace(b"<1@", b"<2@")

    await talk(tally, *(handed_over(b"ada@example.nl", mail) for mail in (MAIL, another, MAIL)))

    assert tally.take() == {"of_recipient": {"ada@example.nl": 3}, "repeated": 1}


async def test_counting_begins_at_zero_again() -> None:
    tally = Tally()
    tally.add(b"ada", identity=b"1")
    tally.take()
    tally.add(b"ada", identity=b"1")

    assert tally.take() == {"of_recipient": {"ada": 1}, "repeated": 0}


async def test_what_is_not_known_is_refused() -> None:
    assert await talk(Tally(), b"TURN\r\n") == [b"220", b"502", b"221"]


async def test_the_sms_centre_answers_each_message_with_an_id_of_its_own_and_counts_it() -> None:
    tally = Tally()
    async with serving(lambda: SmppSession(tally)) as port:
        client = smpp34.Client(LOOPBACK, port, "anybody", "any", bind_type="TRX", connect_timeout_ms=1500)
        session = await client.connect()
        texts = [(b"one", "31612345678"), (b"two", "31612345678"), (b"one", "31687654321"), (b"one", "31612345678")]
        answers = await asyncio.gather(*(session.submit_sm(to, text, source_addr="Water") for text, to in texts))
        await session.unbind()
        await client.stop()

    assert all(answer.is_success for answer in answers)
    assert len({answer.message_id for answer in answers}) == 4
    assert tally.take() == {"of_recipient": {"31612345678": 3, "31687654321": 1}, "repeated": 1}


async def test_the_process_tells_what_it_has_received(tmp_path: Path) -> None:
    with Supervisor(state_dir=tmp_path) as supervisor:
        sinks = MessageSinks(supervisor, log_directory=tmp_path)
        sinks.start()
        reader, writer = await asyncio.open_connection(LOOPBACK, int(sinks.environment()["SMTP_PORT"]))
        writer.write(handed_over(b"ada@example.nl") + b"QUIT\r\n")
        await asyncio.wait_for(reader.read(), 5)
        writer.close()

        nothing: dict[str, int] = {}
        mail = {Channel.EMAIL: {"ada@example.nl": 1}, Channel.SMS: nothing}
        assert sinks.take_received() == Received(of_recipient=mail, repeated=0)
        assert sinks.take_received() == Received(of_recipient=dict.fromkeys(mail, nothing), repeated=0)


def test_a_tally_that_notes_moments_tells_when_the_first_came_for_each() -> None:
    tally = Tally(notes_moments=True)
    began = monotonic()
    tally.add(b"ada@example.nl", identity=b"1")
    first = monotonic()
    tally.add(b"ada@example.nl", identity=b"2")

    moment_of = tally.take()["moment_of"]

    assert isinstance(moment_of, dict)
    assert began <= moment_of["ada@example.nl"] <= first
    assert tally.take()["moment_of"] == {}
    assert "moment_of" not in Tally().take()
