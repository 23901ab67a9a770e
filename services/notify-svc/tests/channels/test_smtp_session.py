"""The conversation with a mail server: what is sent at once, and what follows from each reply or from none."""

from __future__ import annotations

import asyncio

import pytest
from mail_sender import send, transport
from mail_server import MailServer, body_of
from pause import Pause
from scripted_mail_server import SILENCE, TEXT, scripted_mail_server

from notify_svc.domain.attempts import Accepted, AnswerLost, Deferred, LeaseLost, Refused, Result, Unreachable
from notify_svc.repository.leases import Lease

PIPELINING = b"250-localhost\r\n250 PIPELINING\r\n"


async def test_where_the_server_takes_commands_at_once_the_envelope_is_one_piece() -> None:
    async with scripted_mail_server(EHLO=[PIPELINING]) as server, transport(server.port) as sender:
        assert await send(sender) == Accepted()

    envelope, text = server.pieces
    assert envelope == b"MAIL FROM:<schade@insurer.example>\r\nRCPT TO:<j@example.org>\r\nDATA\r\n"
    assert text.startswith(b"Subject: ")
    assert text.endswith(b"\r\n.\r\n")


async def test_where_it_does_not_each_command_waits_for_the_reply_before_it() -> None:
    async with scripted_mail_server() as server, transport(server.port) as sender:
        assert await send(sender) == Accepted()

    assert [piece[:4] for piece in server.pieces] == [b"MAIL", b"RCPT", b"DATA", b"Subj"]


@pytest.mark.parametrize("extensions", [[], ["PIPELINING"]], ids=["in-turn", "at-once"])
async def test_a_line_that_begins_with_a_dot_arrives_as_it_was_written(mail: MailServer, extensions: list[str]) -> None:
    mail.extensions = extensions
    async with transport(mail.port, address=".Postbus 1") as sender:
        assert await send(sender) == Accepted()

    (received,) = mail.mails
    assert body_of(received, "plain").endswith("\r\n.Postbus 1\r\n")
    assert "<br>.Postbus 1</p>" in body_of(received, "html")


@pytest.mark.parametrize(
    ("silent_at", "expected"),
    [("MAIL", Unreachable), ("RCPT", Unreachable), ("DATA", Unreachable), (TEXT, AnswerLost)],
)
@pytest.mark.parametrize("extensions", [b"250 localhost\r\n", PIPELINING], ids=["in-turn", "at-once"])
async def test_a_kept_connection_on_which_no_answer_comes_is_closed(
    silent_at: str, expected: type[Result], extensions: bytes
) -> None:
    async with (
        scripted_mail_server(EHLO=[extensions]) as server,
        transport(server.port, timeout_seconds=0.5) as sender,
    ):
        assert await send(sender) == Accepted()
        server.answers[silent_at] = [SILENCE]

        result = await asyncio.wait_for(send(sender), 20)

        assert isinstance(result, expected)
        await server.until_open(0)
        assert server.connections == 1


async def test_a_conversation_that_is_given_up_closes_its_connection() -> None:
    async with scripted_mail_server(EHLO=[PIPELINING]) as server, transport(server.port) as sender:
        assert await send(sender) == Accepted()
        server.answers["MAIL"] = [SILENCE]
        sending = asyncio.create_task(send(sender))
        await server.until_pieces(3)

        sending.cancel()

        await server.until_open(0)
        with pytest.raises(asyncio.CancelledError):
            await sending


@pytest.mark.parametrize("extensions", [b"250 localhost\r\n", PIPELINING], ids=["in-turn", "at-once"])
async def test_a_recipient_refused_as_the_server_closes_comes_later_on_a_new_connection(extensions: bytes) -> None:
    async with (
        scripted_mail_server(EHLO=[extensions] * 2, RCPT=[b"421 busy\r\n"]) as server,
        transport(server.port) as sender,
    ):
        assert await send(sender) == Deferred("smtp-421")
        assert await send(sender) == Accepted()

    assert server.connections == 2


async def test_a_mail_that_was_taken_over_is_sent_although_the_server_closes_with_its_answer() -> None:
    async with (
        scripted_mail_server(text=[b"250 OK\r\n421 enough for today\r\n"]) as server,
        transport(server.port) as sender,
    ):
        assert await send(sender) == Accepted()
        assert await send(sender) == Accepted()

    assert server.connections == 2


@pytest.mark.parametrize("extensions", [b"250 localhost\r\n", PIPELINING], ids=["in-turn", "at-once"])
async def test_a_server_that_closes_as_it_asks_for_the_text_has_been_handed_nothing(extensions: bytes) -> None:
    async with (
        scripted_mail_server(EHLO=[extensions] * 3, DATA=[b"354 go on\r\n421 not today\r\n"]) as server,
        transport(server.port) as sender,
    ):
        assert await send(sender) == Unreachable("ConnectionResetError")
        assert await send(sender) == Accepted()
        server.answers["DATA"] = [b"354 go on\r\n421 not today\r\n"]
        assert await send(sender) == Accepted()

    assert server.connections == 3


async def test_a_mail_is_taken_over_by_whatever_says_so() -> None:
    """Of a code that nobody knows the first digit counts."""
    async with scripted_mail_server(text=[b"252 somebody will get it\r\n"]) as server, transport(server.port) as sender:
        assert await send(sender) == Accepted()


async def test_a_reply_without_end_ends_the_conversation() -> None:
    async with scripted_mail_server(MAIL=[b"250 " + bytes(70_000)]) as server, transport(server.port) as sender:
        assert await send(sender) == Unreachable("ConnectionAbortedError")
        await server.until_open(0)


async def test_no_text_follows_for_a_recipient_who_was_refused() -> None:
    """Some servers ask for the text nevertheless: the connection is given up, so that they get none."""
    async with (
        scripted_mail_server(EHLO=[PIPELINING] * 2, RCPT=[b"550-no such\r\n550 mailbox\r\n"]) as server,
        transport(server.port) as sender,
    ):
        assert await send(sender) == Refused("smtp-550")
        await server.until_open(0)
        assert await send(sender) == Accepted()

    assert [piece[:4] for piece in server.pieces] == [b"MAIL", b"MAIL", b"Subj"]


async def test_a_refusal_of_our_own_address_is_none_of_the_recipient() -> None:
    async with (
        scripted_mail_server(EHLO=[PIPELINING], MAIL=[b"530 log in first\r\n"]) as server,
        transport(server.port) as sender,
    ):
        assert await send(sender) == Unreachable("SMTPSenderRefused-530")
        await server.until_open(0)


async def test_what_the_server_says_unasked_is_no_reply_to_the_next_mail() -> None:
    async with (
        scripted_mail_server(text=[b"250 OK\r\n250 and once more\r\n"]) as server,
        transport(server.port) as sender,
    ):
        assert await send(sender) == Accepted()
        server.answers["RCPT"] = [b"550 no such mailbox\r\n"]
        assert await send(sender) == Refused("smtp-550")


async def test_a_reply_that_is_none_ends_the_conversation() -> None:
    async with scripted_mail_server(MAIL=[b"what?\r\n"]) as server, transport(server.port) as sender:
        assert await send(sender) == Unreachable("ConnectionAbortedError")
        await server.until_open(0)


async def test_who_waited_for_a_connection_until_the_lease_is_nearly_over_begins_no_mail(mail: MailServer) -> None:
    mail.recipient_pauses.append(pause := Pause())
    async with transport(mail.port) as sender:
        first = asyncio.create_task(send(sender))
        await pause.until_reached()
        second = asyncio.create_task(send(sender, lease=Lease.lasting(59)))  # three steps of 20 seconds are to come
        await asyncio.sleep(0)
        pause.end()

        assert await first == Accepted()
        assert await second == LeaseLost()
        assert await send(sender, lease=Lease.lasting(59)) == Accepted()

    assert len(mail.mails) == 2
