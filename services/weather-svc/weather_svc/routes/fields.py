"""What several routes are asked by and answer with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeAlias

from fastapi import Path, Query
from pydantic import Field

from chassis.http.problems import INVALID, FieldError, Problem
from chassis.http.values import ExactModel, Moment
from contracts.vocabulary import Network, Station
from weather_svc.domain.hours import HourSpan, last_border
from weather_svc.domain.publication import ATTRIBUTION
from weather_svc.repository.publications import PublicationRow
from weather_svc.routes.problems import PERIOD_TOO_LONG

LONGEST_PERIOD = timedelta(days=31)
NetworkInPath: TypeAlias = Annotated[Network, Path(description="`aws`: automatic stations", examples=["aws"])]
NumberInPath: TypeAlias = Annotated[int, Path(ge=1, le=999, description="KNMI's number of the station", examples=[377])]
From: TypeAlias = Annotated[Moment, Query(alias="from", examples=["2021-07-14T16:00:00Z"])]
Until: TypeAlias = Annotated[Moment, Query(alias="until", examples=["2021-07-15T16:00:00Z"])]
Sha256: TypeAlias = Annotated[
    str, Field(pattern=r"^[0-9a-f]{64}$", description="Of the bytes as they were received", examples=["9f2c" * 16])
]
TenthsMm: TypeAlias = Annotated[int, Field(ge=0, description="Tenths of a millimetre", examples=[402])]


def period(from_at: datetime, until_at: datetime) -> HourSpan:
    """Return the hours that end after `from_at` and not after `until_at`, one at least.

    Raises:
        Problem: the period holds no hour (422 invalid), or is longer than 31 days.
    """
    hours = HourSpan(last_border(from_at.astimezone(UTC)) + 1, last_border(until_at.astimezone(UTC)))
    if hours.last < hours.first:
        raise Problem(
            INVALID, errors=[FieldError(place="query", field="until", message="must lie an hour or more after from")]
        )
    if until_at - from_at > LONGEST_PERIOD:
        raise Problem(PERIOD_TOO_LONG)
    return hours


class StationView(ExactModel):
    """A station as it stood at the time in question."""

    network: Network = Field(examples=["aws"])
    number: int = Field(examples=[377])
    name: str = Field(examples=["Ell"])
    latitude: float = Field(description="Degrees north (WGS 84)", examples=[51.196646])
    longitude: float = Field(description="Degrees east (WGS 84)", examples=[5.762634])

    @classmethod
    def of(cls, station: Station) -> StationView:
        return cls(
            network=station.network,
            number=station.number,
            name=station.name,
            latitude=degrees(station.latitude_microdegrees),
            longitude=degrees(station.longitude_microdegrees),
        )


def degrees(microdegrees: int) -> float:
    """Return the nearest number with six decimals."""
    return microdegrees / 1_000_000


class SourceView(ExactModel):
    """A file or reply of KNMI, or a member of one, that figures were read from."""

    sha256: Sha256
    name: str = Field(examples=["uurgeg_377_2021-2030.zip"])
    member: str | None = Field(description="The file inside the archive", examples=["uurgeg_377_2021-2030.txt"])
    address: str | None = Field(
        description="Where it was got from; null when it was given by hand",
        examples=["https://cdn.knmi.nl/knmi/map/page/klimatologie/gegevens/uurgegevens/uurgeg_377_2021-2030.zip"],
    )
    data_set: str = Field(examples=["uurgegevens"])
    data_set_version: str = Field(examples=["1"])
    resolution: str = Field(
        description="hourly; ten_minute: summed from those by us; daily: of a manual gauge", examples=["hourly"]
    )
    published_at: Moment
    published_by: str = Field(
        description="What says so: member, last_modified, stated, retrieved or last_hour", examples=["member"]
    )
    retrieved_at: Moment
    recorded_at: Moment = Field(description="Since when it is known here")
    attribution: str = Field(examples=[ATTRIBUTION])
    licence: str = Field(examples=["free to use when KNMI is named as the source"])

    @classmethod
    def of(cls, row: PublicationRow) -> SourceView:
        told = row._asdict()
        del told["publication_id"]
        return cls(**told, attribution=ATTRIBUTION)
