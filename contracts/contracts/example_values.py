"""Values the examples of several events share: Ell, July 2021, where no calendar day reached 40 mm but 24 hours did."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from contracts.vocabulary import Fact, Location, LossInterval, Network, RainThreshold, Station, Truth

CLAIM_ID = UUID("0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10")
REPORT_ID = UUID("0198c5f2-6d00-7b11-8f21-0a4b5c6d7e8f")
CUSTOMER_ID = UUID("0198c5f0-1111-7aaa-8bbb-123456789abc")
ACCOUNT_ID = UUID("0198c5f0-2222-7bbb-8ccc-123456789abc")
POLICY_NUMBER = "123456-531-04"
LOSS = LossInterval(from_at=datetime(2021, 7, 15, 1, 30, tzinfo=UTC), until_at=datetime(2021, 7, 15, 1, 30, tzinfo=UTC))
HOME = Location(latitude_microdegrees=51_190_000, longitude_microdegrees=5_790_000, accuracy_metres=25)
DAY = RainThreshold(within_hours=24, at_least_tenths_mm=400)
TWO_DAYS = RainThreshold(within_hours=48, at_least_tenths_mm=530)
THREE_DAYS = RainThreshold(within_hours=72, at_least_tenths_mm=670)
ELL = Station(
    network=Network.AWS,
    number=377,
    name="Ell",
    latitude_microdegrees=51_196_646,
    longitude_microdegrees=5_762_634,
)
EINDHOVEN = Station(
    network=Network.AWS,
    number=370,
    name="Eindhoven",
    latitude_microdegrees=51_449_723,
    longitude_microdegrees=5_377_032,
)
BEST_DAY = (datetime(2021, 7, 14, 16, tzinfo=UTC), datetime(2021, 7, 15, 16, tzinfo=UTC))
YES = Fact(value=Truth.TRUE)
NO = Fact(value=Truth.FALSE)
