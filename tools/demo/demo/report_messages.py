"""The e-mails and short messages as they were received, and the letters as they are posted."""

from __future__ import annotations

import email
import email.policy
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path


@dataclass(frozen=True)
class Email:
    """One e-mail as the mail server received it."""

    file_name: str
    subject: str
    sender: str
    recipient: str
    language: str
    text: str
    html: str


@dataclass(frozen=True)
class Letter:
    """One letter that is to be printed and posted."""

    file_name: str
    html: str
    text: str


def emails_in(mailbox: Path) -> tuple[Email, ...]:
    """Return every e-mail, the first received first."""
    return tuple(_email(path) for path in sorted(mailbox.glob("*.eml")))


def letters_in(directory: Path) -> tuple[Letter, ...]:
    """Return every letter, by its file name."""
    return tuple(
        Letter(path.name, path.read_text(encoding="utf-8"), path.read_text(encoding="utf-8"))
        for path in sorted(directory.glob("*.html"))
    )


def texts_in(parts: Iterable[Mapping[str, object]]) -> tuple[str, ...]:
    """Return every short message; one that was sent in parts is put together again."""
    messages: dict[object, list[Mapping[str, object]]] = {}
    for number, part in enumerate(parts):
        alone = part["parts"] == 1
        messages.setdefault(number if alone else (part["destination"], part["reference"]), []).append(part)
    return tuple("".join(str(part["text"]) for part in _in_order(message)) for message in messages.values())


def _in_order(parts: Sequence[Mapping[str, object]]) -> list[Mapping[str, object]]:
    return sorted(parts, key=lambda part: int(str(part["part"])))


def _email(path: Path) -> Email:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return Email(
        file_name=path.name,
        subject=str(message["Subject"]),
        sender=str(message["From"]),
        recipient=str(message["To"]),
        language=str(message["Content-Language"] or "nl"),
        text=_body(message, "plain"),
        html=_page(message),
    )


def _page(message: EmailMessage) -> str:
    """Return the page of a mail with the pictures that came with it in their places, as programs for mail show it."""
    page = _body(message, "html")
    for part in message.walk():
        if (name := part["Content-ID"]) and part.get_content_maintype() == "image":
            picture = b64encode(part.get_content()).decode()
            page = page.replace(f"cid:{name.strip('<>')}", f"data:{part.get_content_type()};base64,{picture}")
    return page


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).strip() if part else ""
