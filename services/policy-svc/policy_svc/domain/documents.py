"""The kinds of documents that customers get."""

from __future__ import annotations

from enum import StrEnum


class DocumentKind(StrEnum):
    """What a document is."""

    SCHEDULE = "schedule"
    """What a policy insures on a day, and what it costs (polisblad)."""
    GREEN_CARD = "green_card"
    """The international motor insurance certificate."""
    CHANGE_CONFIRMATION = "change_confirmation"
    CANCELLATION_CONFIRMATION = "cancellation_confirmation"
