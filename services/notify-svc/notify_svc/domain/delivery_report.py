"""What a mail server says later about a mail it had accepted: RFC 3464, and nothing else is believed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.message import Message
from itertools import islice
from typing import Final

LARGEST_REPORT_BYTES: Final = 131_072
"""What stands further behind is the mail that came back."""
_LARGEST_HEAD_BYTES: Final = 16_384
_MOST_PARTS: Final = 30
_LARGEST_CONTENT_TYPE_BYTES: Final = 2_000
_END_OF_HEAD: Final = re.compile(rb"(?:\r\n|\r(?!\n)|\n)[\r\n]")
_CONTENT_TYPE: Final = re.compile(rb"(?:\A|[\r\n])content-type:[^\r\n]*(?:(?:\r\n?|\n)[ \t][^\r\n]*)*", re.IGNORECASE)
_STATUS: Final = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_ADDRESSED: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
"""Where servers write to whom a mail came."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """`addressed_to` is all that says where the report went to; `status` is the enhanced code of RFC 3463."""

    addressed_to: str
    is_failed: bool
    status: str

    @property
    def is_about_the_address(self) -> bool:
        """Whether no such address is there: not that it is full, refuses what we wrote, or could not be reached."""
        return self.status == "5.2.1" or self.status.startswith("5.1.")


def head_of(mail: bytes) -> str:
    """Return the head of `mail` as it came, as far as a head goes: to find in it whether reading on is worth while."""
    head = mail[:_LARGEST_HEAD_BYTES]
    end = _END_OF_HEAD.search(head)
    return head[: end.start() if end else None].decode("ascii", "replace")


def read_delivery_report(mail: bytes) -> DeliveryReport | None:
    """Return what `mail` reports; None when it is no delivery report, or cannot be read as one."""
    if not _is_quickly_parsed(mail):
        return None
    try:
        message = message_from_bytes(mail)
        return _read(message)
    # The standard library's parser raises any of these on what was made to be unreadable; the last on deep nesting.
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def _is_quickly_parsed(mail: bytes) -> bool:
    """Whether the parser's time, which grows with the square of depth and of parameters, stays in milliseconds."""
    if len(mail) > LARGEST_REPORT_BYTES or not _END_OF_HEAD.search(mail[:_LARGEST_HEAD_BYTES]):
        return False
    types = [len(match[0]) for match in islice(_CONTENT_TYPE.finditer(mail), _MOST_PARTS + 1)]
    return len(types) <= _MOST_PARTS and max(types, default=0) <= _LARGEST_CONTENT_TYPE_BYTES


def _read(message: Message) -> DeliveryReport | None:
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return None
    if str(message.get_param("report-type", "")).lower() != "delivery-status":
        return None
    # Only the report's own part: the mail that came back may hold another one.
    own = [part for part in _parts(message) if part.get_content_type() == "message/delivery-status"]
    blocks = [block for part in own[:1] for block in _parts(part) if block["Action"] is not None]
    failed = [block for block in blocks if str(block["Action"]).strip().lower() == "failed"]
    reported = (failed or blocks)[:1]
    if not reported:
        return None
    status = _STATUS.match(str(reported[0]["Status"] or ""))
    addressed_to = "\n".join(str(value) for name in _ADDRESSED for value in message.get_all(name, ()))
    return DeliveryReport(addressed_to, bool(failed), status[1] if status else "")


def _parts(message: Message) -> Sequence[Message]:
    parts = message.get_payload()
    return [part for part in parts if isinstance(part, Message)] if isinstance(parts, list) else []
