"""An export of all that is held about a customer: how long it is waited for, kept, and when the next may follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.personal_data import ANSWERED_WITHIN

KEPT_FOR: Final = timedelta(days=7)
"""So long a file can be downloaded once it is ready."""
AGAIN_AFTER: Final = timedelta(hours=24)
"""A customer can have a new one so long after they asked for the last."""


class ExportState(StrEnum):
    """How far an export is."""

    COLLECTING = "collecting"
    READY = "ready"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """That a customer has asked for everything that is held about them."""

    export_id: UUID
    customer_id: UUID
    relation_number: str
    requested_at: datetime
    ready_at: datetime | None = None
    deleted_at: datetime | None = None

    @property
    def state(self) -> ExportState:
        """How far it is."""
        if self.deleted_at is not None:
            return ExportState.DELETED
        return ExportState.COLLECTING if self.ready_at is None else ExportState.READY

    @property
    def waits_until(self) -> datetime:
        """When it is made with what has come until then."""
        return self.requested_at + ANSWERED_WITHIN

    @property
    def kept_until(self) -> datetime | None:
        """When it is deleted; None while it is not ready."""
        return self.ready_at and self.ready_at + KEPT_FOR
