"""The e-mail itself: a letter as text and as HTML, in one MIME message.

The standard library's message objects take twenty times as long as the letter itself: they parse and fold each header.
Here it folds the one that is the same in every mail, and encodes; a test reads the mails back with it.
"""

from __future__ import annotations

from binascii import b2a_qp
from collections.abc import Iterator
from datetime import datetime
from email.base64mime import header_encode
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache, lru_cache
from uuid import UUID

from notify_svc.domain.attempts import NoAddress, Refused
from notify_svc.domain.email_address import BadAddressError, BadDomainError, parse_address
from notify_svc.texts.account import AccountMail
from notify_svc.texts.letter import Letter
from notify_svc.texts.rain_chart import Picture
from notify_svc.texts.rendering import EMAIL_HEAD, Rendered

_LONGEST_WORD_BYTES = 39
"""In base64 an encoded word of 64 characters: behind the header's name it fits a line of 76 as RFC 2047 allows."""

_HEAD_BEGINS = EMAIL_HEAD[:24]
"""Looking for all of it would cost more than it saves."""


def message_id_header(message_id: UUID, *, sender: Address) -> str:
    """Return the Message-ID: the same at every attempt, so that a receiver can recognise a duplicate."""
    return f"<{message_id}@{sender.domain}>"


def recipient_of(email: str | None) -> Address | NoAddress | Refused:
    """Return whom a mail goes to; an address that cannot be read is refused without asking the server."""
    if email is None:
        return NoAddress("no-address")
    try:
        return parse_address(email)
    except BadDomainError:
        return NoAddress("bad-domain")
    except BadAddressError:
        return Refused("unreadable-address")


def compose_mail(
    letter: Letter | AccountMail,
    rendered: Rendered,
    *,
    message_id: UUID,
    sender: Address,
    recipient: Address,
    sent_at: datetime,
) -> bytes:
    """Return the e-mail that carries `letter`, as it is `rendered`; the recipient's name stands in the letter only."""
    boundary = f"=_{message_id.hex}"  # quoted-printable has no such characters in a row
    return b"\r\n".join(
        (
            f"Subject: {_encoded(letter.subject)}".encode("ascii"),
            _from_line(letter.insurer.name, sender.username, sender.domain),
            f"To: {recipient.addr_spec}".encode("ascii"),
            f"Date: {format_datetime(sent_at)}".encode("ascii"),
            f"Message-ID: {message_id_header(message_id, sender=sender)}".encode("ascii"),
            b"Auto-Submitted: auto-generated",
            b"MIME-Version: 1.0",
            f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"'.encode("ascii"),
            f"Content-Language: {letter.texts.language_tag}".encode("ascii"),
            b"",
            *_part("plain", rendered.text, boundary=boundary),
            *_page(letter, rendered.html, message_id=message_id, boundary=boundary),
            f"--{boundary}--".encode("ascii"),
            b"",
        )
    )


def _page(letter: Letter | AccountMail, page: str, *, message_id: UUID, boundary: str) -> tuple[bytes, ...]:
    """Return the page, together with the pictures that it shows."""
    pictures = letter.pictures
    if not pictures:
        return _part("html", page, boundary=boundary)
    inner = f"=p{message_id.hex}"  # nor such ones, and neither boundary begins with the other
    return (
        f"--{boundary}".encode("ascii"),
        f'Content-Type: multipart/related; type="text/html";\r\n boundary="{inner}"'.encode("ascii"),
        b"",
        *_part("html", page, boundary=inner),
        *(line for picture in pictures for line in _picture(picture, boundary=inner)),
        f"--{inner}--".encode("ascii"),
        b"",
    )


def _picture(picture: Picture, *, boundary: str) -> tuple[bytes, ...]:
    return (
        f"--{boundary}".encode("ascii"),
        b"Content-Type: image/png",
        b"Content-Transfer-Encoding: base64",
        f"Content-ID: <{picture.content_id}>".encode("ascii"),
        b'Content-Disposition: inline; filename="rain.png"',
        b"",
        picture.in_lines,
    )


def _part(subtype: str, text: str, *, boundary: str) -> tuple[bytes, ...]:
    return (
        f"--{boundary}".encode("ascii"),
        f'Content-Type: text/{subtype}; charset="utf-8"'.encode("ascii"),
        b"Content-Transfer-Encoding: quoted-printable",
        b"",
        _in_lines(text),
    )


def _in_lines(text: str) -> bytes:
    """Return `text` as quoted-printable; what every page has alike is encoded once."""
    begins = text.find(_HEAD_BEGINS)
    if begins < 0 or not text.startswith(EMAIL_HEAD, begins):
        return _quoted(f"{text}\n")
    return b"".join((_quoted(text[:begins]), _quoted_head(), _quoted(f"{text[begins + len(EMAIL_HEAD) :]}\n")))


@cache
def _quoted_head() -> bytes:
    return _quoted(EMAIL_HEAD)


def _quoted(text: str) -> bytes:
    return b2a_qp(text.replace("\r", "").replace("\n", "\r\n").encode(), istext=True)


def _encoded(value: str) -> str:
    """Return the text of a header: in encoded words of RFC 2047, one a line, unless it is ASCII."""
    if "\r" in value or "\n" in value:
        raise ValueError("a header is one line")
    return value if value.isascii() else "\r\n ".join(header_encode(word, "utf-8") for word in _words(value))


def _words(text: str) -> Iterator[bytes]:
    """Yield `text` in pieces that each fit an encoded word."""
    word = b""
    for character in text:
        encoded = character.encode()
        if len(word) + len(encoded) > _LONGEST_WORD_BYTES:
            yield word
            word = b""
        word += encoded
    yield word


@lru_cache(16)
def _from_line(name: str, username: str, domain: str) -> bytes:
    header = EmailMessage(policy=SMTP)
    header["From"] = Address(name, username, domain)
    return header.as_bytes().strip()
