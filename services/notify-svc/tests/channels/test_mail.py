"""Mails as a receiver's library reads them."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from uuid import UUID

import pytest
from decisions import DECIDED_AT, INSURER, NAME, denied, paid, referred
from msgspec.structs import replace

from contracts.claims import DecisionMade
from contracts.vocabulary import Language
from notify_svc.channels.mail import compose_mail
from notify_svc.domain.email_address import parse_address
from notify_svc.domain.insurer import Insurer
from notify_svc.texts.letter import Letter, write_letter
from notify_svc.texts.rendering import render, render_html, render_text

MESSAGE_ID = UUID("0198c5f0-2222-7aaa-8bbb-123456789abc")
SENDER = parse_address("schade@insurer.example")
RECIPIENT = parse_address("j.voorbeeld@example.org")


def letter(decision: DecisionMade, *, language: Language = Language.DUTCH, insurer: Insurer = INSURER) -> Letter:
    return write_letter(decision, name=NAME, language=language, insurer=insurer, written_at=DECIDED_AT)


def composed(letter: Letter, *, recipient: Address = RECIPIENT) -> bytes:
    return compose_mail(
        letter, render(letter), message_id=MESSAGE_ID, sender=SENDER, recipient=recipient, sent_at=DECIDED_AT
    )


def read(mail: bytes) -> EmailMessage:
    message = message_from_bytes(mail, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def by_the_library(letter: Letter, *, recipient: Address = RECIPIENT) -> EmailMessage:
    """Return the mail as the standard library composes it."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["Subject"] = letter.subject
    mail["From"] = Address(letter.insurer.name, SENDER.username, SENDER.domain)
    mail["To"] = recipient
    mail["Date"] = DECIDED_AT
    mail["Message-ID"] = f"<{MESSAGE_ID}@insurer.example>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(render_text(letter))
    mail.add_alternative(render_html(letter), subtype="html")
    _, page = mail.iter_parts()
    assert isinstance(page, EmailMessage)
    for picture in letter.pictures:
        content_id = f"<{picture.content_id}>"
        page.add_related(picture.png, "image", "png", cid=content_id, filename="rain.png", disposition="inline")
    mail["Content-Language"] = letter.texts.language_tag
    return read(mail.as_bytes())


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("decision", [paid(), denied(), paid(version=2)], ids=["paid", "denied", "newer"])
@pytest.mark.parametrize("name", ["Waterschade", "Schadé, Jansen & Zn. B.V. te 's-Hertogenbosch en omstreken €"])
def test_a_mail_says_what_the_library_would_have_it_say(decision: DecisionMade, language: Language, name: str) -> None:
    written = letter(decision, language=language, insurer=replace_name(INSURER, name))

    ours, expected = read(composed(written)), by_the_library(written)

    headers = ("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version")
    assert [ours[header] for header in headers] == [expected[header] for header in headers]
    assert sorted(ours.keys()) == sorted(expected.keys())
    assert ours.get_content_type() == expected.get_content_type() == "multipart/alternative"
    for part, same in zip(ours.walk(), expected.walk(), strict=True):
        assert part.get_content_type() == same.get_content_type()
        assert part["Content-ID"] == same["Content-ID"]
        assert (part.get_content_disposition(), part.get_filename()) == (
            same.get_content_disposition(),
            same.get_filename(),
        )
        assert part.is_multipart() or part.get_content() == same.get_content()
        assert not part.defects


def test_a_page_shows_the_picture_that_comes_with_it_and_fetches_nothing() -> None:
    mail = read(composed(letter(denied())))
    _, related = mail.iter_parts()
    page, picture = related.iter_parts()

    (shown,) = re.findall(r'<img src="([^"]+)"', page.get_content())
    assert f"<{shown.removeprefix('cid:')}>" == picture["Content-ID"]
    assert picture.get_content().startswith(b"\x89PNG")
    assert related.get_param("type") == "text/html"


def test_a_mail_without_rain_has_no_picture() -> None:
    mail = read(composed(letter(referred())))

    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.mark.parametrize("subject", ["plain", "€", "é" * 22 + "x", "a" * 44 + "é", "😀 " * 30, "=?utf-8?q?no?= €"])
def test_a_subject_is_read_as_it_was_written(subject: str) -> None:
    assert read(composed(replace_subject(letter(paid()), subject)))["Subject"] == subject


def replace_subject(letter: Letter, subject: str) -> Letter:
    return dataclasses.replace(letter, subject=subject)


def replace_name(insurer: Insurer, name: str) -> Insurer:
    return dataclasses.replace(insurer, name=name)


def test_a_mail_is_plain_ascii_in_short_lines_whatever_it_says() -> None:
    """So that every server on the way can take it, without 8BITMIME and whatever it does with long lines."""
    mail = composed(replace_subject(letter(paid()), "Schadé € 😀 " * 20))

    lines = mail.split(b"\r\n")
    assert mail.isascii()
    assert max(map(len, lines)) <= 78
    assert not any(b"\n" in line or b"\r" in line for line in lines)


@pytest.mark.parametrize("length", range(30, 80))
def test_a_line_with_an_encoded_word_is_no_longer_than_rfc_2047_allows(length: int) -> None:
    mail = composed(replace_subject(letter(paid()), "é" + "a" * length))

    assert max(len(line) for line in mail.split(b"\r\n") if b"=?utf-8?" in line) <= 76


def test_a_mail_is_the_same_at_every_attempt() -> None:
    written = letter(paid())

    assert composed(written) == composed(written)


def test_a_long_address_and_a_quoted_one_arrive_whole() -> None:
    recipient = parse_address('"jan de vries"@' + "a" * 60 + "." + "b" * 60 + ".example")

    assert read(composed(letter(paid()), recipient=recipient))["To"] == recipient.addr_spec


def test_what_ends_a_line_cannot_end_a_header() -> None:
    written = letter(replace(paid(), claim_reference="W7XK2M9QD4T\r\nBcc: all@example.org"))

    with pytest.raises(ValueError, match="one line"):
        composed(written)


def test_the_date_is_that_of_the_attempt() -> None:
    written = letter(paid())
    later = compose_mail(
        written,
        render(written),
        message_id=MESSAGE_ID,
        sender=SENDER,
        recipient=RECIPIENT,
        sent_at=DECIDED_AT + timedelta(hours=1),
    )

    assert read(later)["Date"].datetime == DECIDED_AT + timedelta(hours=1)
