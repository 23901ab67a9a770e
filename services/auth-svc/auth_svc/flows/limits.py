"""Limits against guessing, stuffing and SMS pumping: token buckets in the database, so they hold across instances."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from auth_svc.domain.refusals import Refusal
from auth_svc.parts import Parts
from chassis.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Take:
    """One out of a bucket: `most` at once, refilled within `within`. `key` names whose; a digest is kept."""

    name: str
    key: str
    most: int
    within: timedelta


async def take(work: Work, parts: Parts, takes: Sequence[Take]) -> Refusal | None:
    """Take one out of each bucket, or none when any is empty: then tell for how long."""
    raise NotImplementedError
