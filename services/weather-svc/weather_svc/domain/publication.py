"""A publication: what one file or reply of KNMI says, when it was published, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from hashlib import sha256

from weather_svc.domain.blocks import BlockKey, Published, Statement
from weather_svc.domain.hours import last_border

KNMI_CORRECTS_FOR = timedelta(days=9)
"""How long after an hour KNMI still corrects it: of 109 corrections in 3.1 million hours the last took 8.9 days."""
ATTRIBUTION = "KNMI"


class Resolution(StrEnum):
    """What the figures of a publication were summed from."""

    HOURLY = "hourly"
    TEN_MINUTE = "ten_minute"
    DAILY = "daily"
    """Read by hand once a day: it says nothing of hours."""


class PublishedBy(StrEnum):
    """What says when a publication was published."""

    MEMBER = "member"
    """The time of the member in its archive."""
    LAST_MODIFIED = "last_modified"
    """The server's header."""
    STATED = "stated"
    """Whoever imported it."""
    RETRIEVED = "retrieved"
    """A reply made for us is published when it is given."""
    LAST_HOUR = "last_hour"
    """Nothing: it counts as published when its last hour ended, the earliest it can be."""


@dataclass(frozen=True, slots=True)
class DataSet:
    """What KNMI calls the data, and under which licence they may be used."""

    name: str
    version: str
    licence: str


HOURLY_FILES = DataSet("uurgegevens", "1", "free to use when KNMI is named as the source")
"""Bulk files per station and decade, and the replies of the script end point, which have the same layout."""
GAUGE_FILES = DataSet("monv_reeksen", "1", "free to use when KNMI is named as the source")
"""Of manual gauges: bulk files per gauge, and the replies of the script end point."""
EDR_HOURLY = DataSet("hourly-in-situ-meteorological-observations-validated", "1.0", "CC BY 4.0")
EDR_TEN_MINUTE = DataSet("10-minute-in-situ-meteorological-observations", "1.0", "CC BY 4.0")


@dataclass(frozen=True)
class Reply:
    """The bytes of a file or reply as they were received. `address` holds no key; None for a file given by hand."""

    name: str
    body: bytes = field(repr=False)
    retrieved_at: datetime
    address: str | None = None

    @cached_property
    def sha256(self) -> str:
        return sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """What a reply, or one member of it, says about the hours of stations, in blocks.

    `is_forced`: it may change, and be changed in, hours that KNMI does not correct any more.
    """

    reply: Reply
    member: str | None
    data_set: DataSet
    resolution: Resolution
    published_at: datetime
    published_by: PublishedBy
    statements: Mapping[BlockKey, Statement]
    is_forced: bool = False

    def folded_as(self, publication_id: int) -> Published:
        """Return what folding looks at, under the number by which it is told from others of the same moment."""
        return Published(
            published_at=self.published_at,
            publication_id=publication_id,
            validated_until=last_border(self.published_at - KNMI_CORRECTS_FOR),
            is_ten_minute=self.resolution is Resolution.TEN_MINUTE,
            is_forced=self.is_forced,
        )
