"""Reads what the mail server and the SMS centre kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from email.parser import BytesHeaderParser
from email.policy import default
from functools import cache
from pathlib import Path
from typing import Any

from drill.checker.found import Mail, ShortMessage

_AMOUNT = re.compile(r"€\s?(\d[\d.,]*\d)")


def mails(directory: Path) -> Sequence[Mail]:
    """Return every mail, once for each recipient."""
    found = []
    for line in _lines(directory / "mail.jsonl"):
        message_id, cents = _head(directory / line["file"])
        found += [Mail(recipient, message_id, cents) for recipient in line["recipients"]]
    return found


@cache
def _head(path: Path) -> tuple[str, frozenset[int]]:
    """Return the Message-ID of a mail, which nobody changes once it is there, and the amounts in its subject."""
    with path.open("rb") as file:
        head = BytesHeaderParser(policy=default).parse(file)
    return str(head["Message-ID"]), amounts(str(head["Subject"]))


def short_messages(directory: Path) -> Sequence[ShortMessage]:
    """Return every part of every SMS."""
    return [
        ShortMessage(line["destination"], line["part"], line["parts"], amounts(line["text"]))
        for line in _lines(directory / "sms.jsonl")
    ]


def amounts(text: str) -> frozenset[int]:
    """Return the amounts of a text in cents: both languages write two decimals, each with its own marks."""
    return frozenset(int(re.sub(r"[.,]", "", written)) for written in _AMOUNT.findall(text))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
