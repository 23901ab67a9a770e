"""How a dead letter is told, on a terminal and by HTTP alike."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from chassis.consuming.dead_letters import ListedDeadLetter


def place_of(letter: ListedDeadLetter) -> Mapping[str, Any]:
    """Return which record it is and whose."""
    return {
        "id": str(letter.dead_letter_id),
        "consumer": letter.consumer,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
    }


def fate_of(letter: ListedDeadLetter) -> Mapping[str, Any]:
    """Return why it could not be processed, and what became of it since."""
    return {
        "code": letter.reason_code,
        "reason": letter.reason,
        "attempts": letter.attempts,
        "dead_lettered_at": letter.dead_lettered_at.isoformat(),
        "erased_at": letter.erased_at.isoformat() if letter.erased_at else None,
        "replayed_at": letter.replayed_at.isoformat() if letter.replayed_at else None,
        "discarded_at": letter.discarded_at.isoformat() if letter.discarded_at else None,
        "discarded_by": letter.discarded_by,
        "discarded_because": letter.discarded_because,
    }


def readable(raw: bytes | None) -> Mapping[str, str] | None:
    """Return `{"text": …}` when the bytes are UTF-8, otherwise `{"base64": …}`."""
    if raw is None:
        return None
    try:
        return {"text": raw.decode()}
    except UnicodeDecodeError:
        return {"base64": b64encode(raw).decode()}
