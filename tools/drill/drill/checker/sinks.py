"""Reads what the mail server and the SMS centre kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from drill.checker.found import Mail, ShortMessage

_AMOUNT = re.compile(r"€\s?(\d[\d.,]*\d)")


def mails(directory: Path) -> Sequence[Mail]:
    """Return every mail, once for each recipient."""
    found = []
    for line in _lines(directory / "mail.jsonl"):
        mail = message_from_bytes((directory / line["file"]).read_bytes(), policy=default)
        cents = amounts(str(mail["Subject"]))
        found += [Mail(recipient, str(mail["Message-ID"]), cents) for recipient in line["recipients"]]
    return found


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
