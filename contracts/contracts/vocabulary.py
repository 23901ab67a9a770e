"""The words that several events share. Dutch terms and sources stand in the domain page of the documentation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from msgspec import Meta
from pydantic import Field

from contracts.language import Language as Language  # noqa: PLC0414 - it belongs to these words; the chassis may know it, too
from contracts.topic import AwareDatetime, Part

PRINTABLE = r"^[^\x00-\x1f\x7f]*\Z"
"""No control characters: a line break in a name would add a header to somebody's e-mail."""
HouseNumber = Annotated[str, Meta(pattern=PRINTABLE, min_length=1, max_length=12)]
PersonName = Annotated[str, Meta(pattern=PRINTABLE, min_length=1, max_length=200)]
EmailAddress = Annotated[str, Meta(pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+\Z", max_length=254)]
PhoneNumber = Annotated[str, Meta(pattern=r"^\+[1-9][0-9]{6,14}\Z"), Meta(description="E.164")]
PolicyNumber = Annotated[str, Meta(pattern=r"^[0-9]{1,9}-[0-9]{3}-[0-9]{2}\Z")]
"""`123456-531-04`: the digits before the first hyphen are the customer's relation number."""
RelationNumber = Annotated[str, Meta(pattern=r"^[0-9]{1,9}\Z")]
Postcode = Annotated[str, Meta(pattern=r"^[1-9][0-9]{3}[A-Z]{2}\Z")]
PostcodeArea = Annotated[str, Meta(pattern=r"^[1-9][0-9]{3}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
ProductVersion = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}\Z")]
"""Which version of the product's parameters applies: `home-2021.1`."""
Version = Annotated[int, Meta(ge=1, le=2**31 - 1)]
MOST_CENTS = 10**11
Cents = Annotated[int, Meta(ge=0, le=MOST_CENTS)]
"""Euro cents, at most a billion euros."""
SignedCents = Annotated[int, Meta(ge=-MOST_CENTS, le=MOST_CENTS)]
TenthsMm = Annotated[int, Meta(ge=0, le=100_000)]
"""Rain in tenths of a millimetre; a trace (KNMI's -1) counts 0."""
Metres = Annotated[int, Meta(ge=0, le=1_000_000)]
Hours = Annotated[int, Meta(ge=1, le=240)]
LagHours = Annotated[int, Meta(ge=0, le=1_000)]
"""How long after the end of a window of rain its water may still come in."""
Latitude = Annotated[int, Meta(ge=50_000_000, le=54_500_000)]
"""Millionths of a degree north (WGS 84), within the European Netherlands."""
Longitude = Annotated[int, Meta(ge=2_500_000, le=7_500_000)]
"""Millionths of a degree east (WGS 84)."""
_EARLIEST, _TOO_LATE = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
Instant = Annotated[AwareDatetime, Field(ge=_EARLIEST, lt=_TOO_LATE)]
"""A moment with its zone; the limits keep every reader's arithmetic and database within their own.

msgspec knows no limits of a moment: a part that holds one asks `within_limits` in its `__post_init__`.
"""

LONGEST_LOSS = timedelta(days=31)


def within_limits(*instants: datetime) -> None:
    """Raise `ValueError` for a moment beyond the limits of an `Instant`."""
    for instant in instants:
        if not _EARLIEST <= instant < _TOO_LATE:
            raise ValueError(f"a moment must lie from {_EARLIEST.date()} to before {_TOO_LATE.date()}")


class Truth(StrEnum):
    """Three-valued: what nobody has reported is unknown, never false."""

    TRUE = "true"
    FALSE = "false"
    UNKNOWN = "unknown"


class FactSource(StrEnum):
    """Who says so. Some facts only count when they do not come from the customer (domain: what residents can know)."""

    CUSTOMER = "customer"
    REGISTER = "register"
    HANDLER = "handler"
    REPAIR_PARTNER = "repair_partner"


class Fact(Part):
    """One fact with the one who says so."""

    value: Truth
    source: FactSource = FactSource.CUSTOMER


class WaterRoute(StrEnum):
    """The ways in which water reaches a home; a loss can have several."""

    DIRECT_PRECIPITATION = "direct_precipitation"
    INDIRECT_PRECIPITATION = "indirect_precipitation"
    SEWER_BACKFLOW = "sewer_backflow"
    GROUNDWATER = "groundwater"
    FLOOD = "flood"
    STORM = "storm"
    OTHER = "other"


class Cover(StrEnum):
    """What a policy insures: the building or what stands in it."""

    BUILDINGS = "buildings"
    CONTENTS = "contents"


class Network(StrEnum):
    """KNMI's two rain networks; station numbers repeat across them."""

    AWS = "aws"
    """Automatic stations, hourly figures."""
    GAUGE = "gauge"
    """Manual gauges, one reading a day."""


class WaterReading(StrEnum):
    """Which water the rain became: it decides how long after the rain it can still come in."""

    SURFACE_WATER = "surface_water"
    """Rain that runs off over the ground or through the sewer."""
    GROUNDWATER = "groundwater"
    """Rain that sinks into the ground and comes through a cellar wall."""


class Establishment(StrEnum):
    """Whether heavy local precipitation is established."""

    ESTABLISHED = "established"
    NOT_ESTABLISHED = "not_established"
    UNDETERMINED = "undetermined"


class LossInterval(Part):
    """When the loss happened: a moment when both ends are equal, else the time within which it must have happened."""

    from_at: Annotated[Instant, Meta(description="Earliest moment of loss")]
    until_at: Annotated[Instant, Meta(description="Latest moment of loss, not before from_at, at most 31 days later")]

    def __post_init__(self) -> None:
        within_limits(self.from_at, self.until_at)
        if not timedelta(0) <= self.until_at - self.from_at <= LONGEST_LOSS:
            raise ValueError("until_at must lie 0 to 31 days after from_at")


class PerilFamily(StrEnum):
    """The perils whose losses make one event together."""

    RAIN = "rain"
    FLOOD = "flood"


class Location(Part):
    """A point with the radius in which the real place lies."""

    latitude_microdegrees: Latitude
    longitude_microdegrees: Longitude
    accuracy_metres: Annotated[Metres, Meta(description="The real place lies within this distance of the point")]


class PostalAddress(Part):
    """Where a letter goes: in the Netherlands postcode and house number suffice."""

    postcode: Postcode
    house_number: HouseNumber


class RainThreshold(Part):
    """At least this much rain within this many consecutive hours; reaching it exactly counts."""

    within_hours: Hours
    at_least_tenths_mm: TenthsMm


class Station(Part):
    """A KNMI station. `(network, number)` identifies it; a number alone does not."""

    network: Network
    number: Annotated[int, Meta(ge=1, le=999)]
    name: str
    latitude_microdegrees: Latitude
    longitude_microdegrees: Longitude


class Channel(StrEnum):
    """A way to reach a customer."""

    EMAIL = "email"
    SMS = "sms"
    POST = "post"
    """A printed letter, for who has no e-mail address."""
