"""Who is written to, who writes, and when."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from contracts.vocabulary import PostalAddress
from notify_svc.domain.insurer import Insurer

CUSTOMER = UUID("0198c5f0-1111-7aaa-8bbb-123456789abc")
DECIDED_AT = datetime(2021, 7, 16, 8, 0, 4, tzinfo=UTC)
NAME = "J. Voorbeeld"
ADDRESS = PostalAddress(postcode="6011RA", house_number="12")
INSURER = Insurer(
    name="Waterschade",
    phone="088 123 45 67",
    address="Postbus 1, 1000 AA Amsterdam",
    portal_url="https://portal.example",
)
