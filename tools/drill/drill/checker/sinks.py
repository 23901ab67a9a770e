"""Reads what the mail server and the SMS centre kept."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from email import message_from_bytes
from pathlib import Path
from typing import Any


def mails(directory: Path) -> Sequence[tuple[str, str]]:
    """Return recipient and Message-ID of every mail, one for each recipient."""
    found = []
    for line in _lines(directory / "mail.jsonl"):
        mail = message_from_bytes((directory / line["file"]).read_bytes())
        found += [(recipient, str(mail["Message-ID"])) for recipient in line["recipients"]]
    return found


def short_messages(directory: Path) -> Sequence[tuple[str, int]]:
    """Return destination and number of the part of every SMS."""
    return [(line["destination"], line["part"]) for line in _lines(directory / "sms.jsonl")]


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)
