"""What the outside world has received from the platform: text messages and mails."""

from __future__ import annotations

import json
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path


def texts_sent(output_dir: Path) -> list[dict[str, str]]:
    """Return every text message, in the order in which they came; `destination` is a number without its +."""
    path = output_dir / "sms.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def mails_sent(output_dir: Path) -> list[EmailMessage]:
    """Return every mail, in the order in which they came."""
    paths = sorted((output_dir / "mailbox").glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def text_of(mail: EmailMessage) -> str:
    """Return what a mail says to who reads no HTML."""
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
