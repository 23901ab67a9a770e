"""Mails that come back later: only a report about a mail of ours changes anything, and a letter follows."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from time import time
from uuid import UUID

import pytest
from account_requests import asked
from claim_requests import about_claim
from decisions import CUSTOMER, EMAIL, contact, paid
from mail_server import DROP_AFTER_DATA, MailServer
from message_keys import KEPT_TEXT_KEY, OTHER_PRIVATE_KEY
from notify_desk import Desk
from pause import DEADLINE_SECONDS
from sms_centre import SmsCentre
from uuid_utils.compat import uuid7

import notify_svc.bounces
from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import Occasion
from contracts.notify import RequestSettlement, Settlement
from contracts.vocabulary import Channel
from notify_svc.domain import delivery_report
from notify_svc.domain.bounce_address import BounceAddresses, SentMail
from notify_svc.domain.delivery_report import LARGEST_REPORT_BYTES, read_delivery_report
from notify_svc.settings import Settings

ADDRESS = "bounce@insurer.example"
ADDRESSES = BounceAddresses(ADDRESS, keys=KEPT_TEXT_KEY)
FORGED = BounceAddresses(ADDRESS, keys=OTHER_PRIVATE_KEY)
FAILED = "5.1.1"


def report(to: str, *, action: str = "failed", status: str = FAILED, kind: str = "delivery-status") -> bytes:
    """Return what Postfix sends, shortened."""
    return (
        f"From: MAILER-DAEMON@mx.example.org\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind};\r\n"
        ' boundary="=_1"\r\n\r\n'
        "--=_1\r\nContent-Type: text/plain\r\n\r\nI'm sorry to have to inform you.\r\n\r\n"
        "--=_1\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Fri, 16 Jul 2021 10:00:04 +0200\r\n\r\n"
        f"Final-Recipient: rfc822; {EMAIL}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\r\n\r\n"
        "--=_1\r\nContent-Type: message/rfc822\r\n\r\nFrom: schade@insurer.example\r\n\r\nBeste\r\n\r\n--=_1--\r\n"
    ).encode()


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    for name in ("tmp", "new", "cur"):
        (tmp_path / "bounces" / name).mkdir(parents=True)
    return tmp_path / "bounces"


@pytest.fixture
def settings(settings: Settings, maildir: Path) -> Settings:
    values = settings.model_dump(mode="python") | {
        "bounce_address": ADDRESS,
        "bounce_keys": KEPT_TEXT_KEY,
        "bounce_maildir": maildir,
        "bounce_poll_seconds": 0.02,
    }
    return Settings.model_validate(values)


def reading(desk: Desk) -> AbstractAsyncContextManager[None]:
    return desk.working("bounce-reader")


async def take(desk: Desk, maildir: Path, *mails: bytes) -> list[str]:
    """Deliver mails and have all of them taken; return what was put aside."""
    for number, mail in enumerate(mails):
        (maildir / "new" / f"{number}.mx").write_bytes(mail)
    async with reading(desk), asyncio.timeout(DEADLINE_SECONDS):
        while _names(maildir / "new"):
            await asyncio.sleep(0.02)
    return _names(maildir / "cur")


def _names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


async def bounced(desk: Desk) -> int:
    count: int = await desk.harness.pool.fetchval("SELECT count(*) FROM bounce")
    return count


async def sent(desk: Desk) -> UUID:
    """Send a mail about a decision; return its claim."""
    await desk.know(contact())
    await desk.decide(made := paid())
    await desk.send_until(Channel.EMAIL, "sent")
    await desk.settled()
    return made.claim_id


async def test_a_mail_that_comes_back_is_followed_by_a_letter_and_its_address_is_not_used_again(
    desk: Desk, mail: MailServer, centre: SmsCentre, maildir: Path
) -> None:
    await sent(desk)
    (returns_to,) = mail.senders
    assert returns_to.startswith("bounce+")

    assert await take(desk, maildir, report(returns_to)) == []

    (letter,) = await desk.settled()
    assert (letter.channel, letter.settlement) == (Channel.POST, Settlement.TO_BE_POSTED)
    assert await desk.states(Channel.EMAIL) == ["sent"]
    assert await bounced(desk) == 1
    await desk.decide(later := paid())
    async with desk.sending(Channel.EMAIL), desk.sending(Channel.SMS):
        await desk.until_true("SELECT true FROM message WHERE claim_id = $1 AND state = 'no_address'", later.claim_id)
        await desk.until_true(
            "SELECT true FROM message WHERE claim_id = $1 AND channel = 'sms' AND state = 'sent'", later.claim_id
        )
    assert len(mail.mails) == 1
    assert "U krijgt een brief met uitleg." in centre.texts[-1]


@pytest.mark.parametrize("given", [EMAIL, "another@example.org"])
async def test_an_address_that_is_given_again_or_anew_is_used(
    desk: Desk, mail: MailServer, maildir: Path, given: str
) -> None:
    await sent(desk)
    await take(desk, maildir, report(mail.senders[0]))

    await desk.know(contact(version=2, email=given))
    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL):
        await desk.until_true("SELECT count(*) = 2 FROM message WHERE channel = 'email' AND state = 'sent'")

    assert mail.recipients[-1] == given


async def test_an_address_that_failed_is_used_where_no_letter_can_go(
    desk: Desk, mail: MailServer, maildir: Path
) -> None:
    await desk.know(contact(postal_address=None))
    await desk.decide(paid())
    await desk.send_until(Channel.EMAIL, "sent")
    await take(desk, maildir, report(mail.senders[0]))

    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL):
        await desk.until_true("SELECT count(*) = 2 FROM message WHERE channel = 'email' AND state = 'sent'")


async def test_a_report_that_comes_twice_brings_one_letter(desk: Desk, mail: MailServer, maildir: Path) -> None:
    await sent(desk)

    await take(desk, maildir, report(mail.senders[0]), report(mail.senders[0]))

    assert [event.channel for event in await desk.settled()] == [Channel.POST]
    assert await bounced(desk) == 1


@pytest.mark.parametrize("status", ["4.4.7", "5.2.2", "5.7.1"])
async def test_what_says_nothing_of_the_address_is_followed_by_a_letter_and_the_address_is_tried_again(
    desk: Desk, mail: MailServer, maildir: Path, status: str
) -> None:
    """Given up after days, a full mailbox, a policy."""
    await sent(desk)

    await take(desk, maildir, report(mail.senders[0], status=status))

    assert [event.settlement for event in await desk.settled()] == [Settlement.TO_BE_POSTED]
    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL):
        await desk.until_true("SELECT count(*) = 2 FROM message WHERE channel = 'email' AND state = 'sent'")


async def test_a_mail_that_went_out_again_to_another_address_is_not_ended_by_what_comes_back_from_the_first(
    desk: Desk, mail: MailServer, maildir: Path
) -> None:
    mail.answers = [DROP_AFTER_DATA]
    await desk.know(contact())
    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
    await desk.know(contact(version=2, email="another@example.org"))
    desk.later(minutes=1)
    await desk.send_until(Channel.EMAIL, "sent")
    await desk.settled()
    first, second = mail.senders

    await take(desk, maildir, report(first))

    assert await desk.settled() == []
    assert await bounced(desk) == 0
    assert await desk.harness.pool.fetchval("SELECT count(*) FROM contact WHERE failed_email IS NOT NULL") == 0
    await take(desk, maildir, report(second))
    assert [event.settlement for event in await desk.settled()] == [Settlement.TO_BE_POSTED]
    assert await desk.harness.pool.fetchval("SELECT failed_email FROM contact") == "another@example.org"


async def test_what_comes_back_of_either_attempt_at_one_address_counts(
    desk: Desk, mail: MailServer, maildir: Path
) -> None:
    """The second may have been dropped as what had come before: both have one Message-ID."""
    mail.answers = [DROP_AFTER_DATA]
    await desk.know(contact())
    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
    desk.later(minutes=1)
    await desk.send_until(Channel.EMAIL, "sent")
    await desk.settled()

    await take(desk, maildir, report(mail.senders[0]))

    assert [event.settlement for event in await desk.settled()] == [Settlement.TO_BE_POSTED]


async def test_what_was_put_aside_is_deleted_after_some_days(desk: Desk, maildir: Path) -> None:
    for name, days in (("old", 15), ("young", 13)):
        (maildir / "cur" / name).write_bytes(b"a letter")
        delivered = time() - days * 86_400
        os.utime(maildir / "cur" / name, (delivered, delivered))
    (maildir / "cur" / "a directory").mkdir()

    assert await take(desk, maildir, b"nothing of ours") == ["0.mx:2,", "a directory", "young"]


async def test_a_delay_changes_nothing(desk: Desk, mail: MailServer, maildir: Path) -> None:
    await sent(desk)

    assert await take(desk, maildir, report(mail.senders[0], action="delayed", status="4.4.1")) == []

    assert await desk.settled() == []
    assert await bounced(desk) == 0


def auto_reply(to: str) -> bytes:
    return (
        f"From: {EMAIL}\r\nTo: {to}\r\nSubject: Afwezig\r\nAuto-Submitted: auto-replied\r\n\r\nIk ben er niet.".encode()
    )


HARMLESS: dict[str, Callable[[SentMail, str], bytes]] = {
    "forged": lambda sent, _: report(FORGED.of(sent)),
    "changed": lambda _, to: report(to.replace("+", "+a", 1)[:-1]),
    "to nobody": lambda _, __: report(ADDRESS),
    "no report": lambda _, to: auto_reply(to),
    "about reading": lambda _, to: report(to, kind="disposition-notification"),
    "unknown claim": lambda _, __: report(ADDRESSES.of(SentMail(uuid7(), 1))),
    "truncated": lambda _, to: report(to)[:200],
    "without its status": lambda _, to: report(to).replace(b"Action: ", b"Nothing: "),
    "nothing": lambda _, __: b"",
    "no text": lambda _, __: bytes(range(256)) * 10,
    "nested": lambda _, to: (
        report(to)[:200]
        + b"".join(
            b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (depth, depth) for depth in range(5_000)
        )
    ),
    "inside another mail": lambda _, to: (
        b"To: " + to.encode() + b"\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: message/rfc822\r\n\r\n" + report(to) + b"\r\n--x--\r\n"
    ),
}


@pytest.mark.parametrize("name", HARMLESS)
async def test_what_is_no_report_about_a_mail_of_ours_changes_nothing_and_is_put_aside(
    desk: Desk, mail: MailServer, maildir: Path, name: str
) -> None:
    claim_id = await sent(desk)

    aside = await take(desk, maildir, HARMLESS[name](SentMail(claim_id, 1), mail.senders[0]))

    assert aside == ["0.mx:2,"]
    assert await desk.settled() == []
    assert await bounced(desk) == 0


async def test_a_huge_report_is_read_as_far_as_a_report_goes(desk: Desk, mail: MailServer, maildir: Path) -> None:
    await sent(desk)

    await take(desk, maildir, report(mail.senders[0]) + b"x" * 3 * LARGEST_REPORT_BYTES)

    assert await bounced(desk) == 1


async def test_a_file_that_cannot_be_read_keeps_no_other_from_being_read(
    desk: Desk, mail: MailServer, maildir: Path
) -> None:
    await sent(desk)
    (maildir / "new" / "0.unreadable").mkdir()
    (maildir / "new" / "1.mx").write_bytes(report(mail.senders[0]))

    async with reading(desk):
        await desk.until_true("SELECT count(*) = 1 FROM bounce")

    assert _names(maildir / "new") == ["0.unreadable"]


async def test_a_report_that_comes_before_the_result_waits_for_it_and_lets_others_go_first(
    desk: Desk, mail: MailServer, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail.answers = ["451 come back later"]
    await desk.know(contact())
    await desk.decide(paid())
    async with desk.sending(Channel.EMAIL):
        await desk.until_attempts(Channel.EMAIL, 1)
    (maildir / "new" / "early").write_bytes(report(mail.senders[0]))
    monkeypatch.setattr(notify_svc.bounces, "_AT_ONCE", 1)
    (maildir / "new" / "later").write_bytes(b"")
    async with reading(desk), asyncio.timeout(DEADLINE_SECONDS):
        while _names(maildir / "new") != ["early"]:
            await asyncio.sleep(0.02)
    desk.later(minutes=1)
    await desk.send_until(Channel.EMAIL, "sent")

    await take(desk, maildir)

    assert await bounced(desk) == 1


async def test_what_no_letter_is_about_still_goes_to_the_only_address_there_is(
    desk: Desk, mail: MailServer, maildir: Path
) -> None:
    await sent(desk)
    await take(desk, maildir, report(mail.senders[0]))

    await desk.ask(asked(Occasion.PASSWORD_RESET_REQUESTED))
    await desk.ask_about_claims(about_claim(ClaimOccasion.REVIEW_OPENED))
    await desk.send_requests_until("sent", "sent")

    assert mail.recipients == [EMAIL] * 3


@pytest.mark.parametrize(
    ("occasion", "follows"),
    [(ClaimOccasion.REVIEW_OPENED, [RequestSettlement.TO_BE_POSTED]), (ClaimOccasion.TAKEN_UP, [])],
)
async def test_a_requested_mail_that_comes_back_is_recorded_and_a_letter_follows_where_one_makes_sense(
    desk: Desk, mail: MailServer, maildir: Path, occasion: ClaimOccasion, follows: list[RequestSettlement]
) -> None:
    await desk.know(contact())
    await desk.ask_about_claims(request := about_claim(occasion))
    await desk.send_requests_until("sent")
    await desk.claim_messages_settled()

    await take(desk, maildir, report(mail.senders[0]), report(mail.senders[0]))

    told = await desk.claim_messages_settled()
    assert [one.settlement for one in told] == follows
    assert {(one.request_id, one.channel) for one in told} <= {(request.request_id, Channel.POST)}
    assert await desk.harness.pool.fetchval("SELECT message_id FROM bounce") == request.request_id
    assert (
        await desk.harness.pool.fetchval("SELECT failed_email FROM contact WHERE customer_id = $1", CUSTOMER) == EMAIL
    )


def test_an_address_names_its_mail_and_keys_can_be_replaced() -> None:
    about_decision, about_request = SentMail(uuid7(), 2_147_483_647, attempt=127), SentMail(uuid7(), attempt=1)
    both = BounceAddresses(ADDRESS, keys=f"{OTHER_PRIVATE_KEY},{KEPT_TEXT_KEY}")

    for mail in (about_decision, about_request, SentMail(uuid7(), 1)):
        address = ADDRESSES.of(mail)
        assert len(address.partition("@")[0]) <= 64
        assert both.mail_named_in(f"To: Somebody <{address.upper()}>") == mail
        assert ADDRESSES.mail_named_in(both.of(mail)) is None


@pytest.mark.parametrize("address", ["bounce", "much-too-long-a-name@insurer.example", "b@-no-.example"])
def test_an_address_below_which_there_is_no_room_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=r"address|characters"):
        BounceAddresses(address, keys=KEPT_TEXT_KEY)


def test_of_very_many_attempts_the_last_are_one() -> None:
    named = ADDRESSES.mail_named_in(ADDRESSES.of(SentMail(uuid7(), 1, attempt=300)))

    assert named is not None
    assert [named.is_attempt(attempt) for attempt in (1, 126, 127, 300)] == [False, False, True, True]
    assert SentMail(uuid7()).is_attempt(3)


SLOW = {
    "parameters": lambda: report(ADDRESS).replace(b"report-type", b"a=b;" * 25_000 + b"report-type"),
    "parameters of a part": lambda: report(ADDRESS).replace(
        b"Content-Type: text/plain", b"Content-Type: multipart/mixed\r\n" + b" ;a=b\r\n" * 15_000 + b" ;x=y"
    ),
    "parts": lambda: (
        report(ADDRESS).partition(b"--=_1")[0]
        + b"--=_1\r\n"
        + b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (at, at) for at in range(400))
        + b"x\r\n" * 30_000
    ),
    "length": lambda: report(ADDRESS) + b"x" * LARGEST_REPORT_BYTES,
    "head": lambda: b"X-Y: z\r\n" * 5_000 + report(ADDRESS),
}
"""What the parser would read for long, or much of."""


@pytest.mark.parametrize("kind", SLOW)
def test_what_takes_long_to_parse_is_not_parsed(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    parsed: list[bytes] = []
    monkeypatch.setattr(delivery_report, "message_from_bytes", parsed.append)

    assert read_delivery_report(SLOW[kind]()) is None
    assert parsed == []


async def test_what_no_mail_of_ours_is_named_by_is_not_parsed(
    desk: Desk, maildir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[bytes] = []
    monkeypatch.setattr(notify_svc.bounces, "read_delivery_report", parsed.append)

    await take(desk, maildir, report(ADDRESS), report(FORGED.of(SentMail(uuid7(), 1))))

    assert parsed == []


def test_a_report_about_several_tries_is_read_by_its_failure() -> None:
    two = report(ADDRESS, action="delayed", status="4.4.1").replace(
        b"\r\n\r\n--=_1\r\nContent-Type: message/rfc822",
        b"\r\n\r\nFinal-Recipient: rfc822; x@example.org\r\nAction: failed\r\nStatus: 5.2.2 (full)\r\n"
        b"\r\n--=_1\r\nContent-Type: message/rfc822",
    )

    read = read_delivery_report(two)

    assert read is not None
    assert (read.is_failed, read.status) == (True, "5.2.2")
