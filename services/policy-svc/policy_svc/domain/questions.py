"""A question that a customer asks in words of their own, and that a person answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.vocabulary import Language

MOST_WAITING: Final = 10
"""So many questions of one customer wait for an answer at most: whoever asks more keeps others waiting."""
LATELY: Final = timedelta(minutes=1)
"""For which time `QUESTIONS_A_MINUTE` counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What was asked, and the answer once there is one. `answered_by` is the subject of a handler's token."""

    question_id: UUID
    relation_number: str
    asked_at: datetime
    language: Language
    question: str
    answered_at: datetime | None = None
    answer: str | None = None
    answered_by: str | None = None


def may_ask(*, asked_lately: int, waiting: int, a_minute: int) -> bool:
    """Whether a customer who asked so much lately, and waits for so many answers, may ask another question."""
    return asked_lately < a_minute and waiting < MOST_WAITING
