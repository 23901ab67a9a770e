"""The service's own examples of decisions, and the contact data of customers and reporters."""

from __future__ import annotations

from uuid import UUID

from contracts.notify import ReporterContactProvided
from contracts.policy import ContactChanged
from contracts.vocabulary import Language, PostalAddress
from notify_svc.examples.decisions import (
    HEAVY,
    HEAVY_FINDING,
    NOTICES,
    denied,
    part_paid_rest_referred,
    partly_repaired,
    referred,
)
from notify_svc.examples.parts import decision, deductible, finding, ground, item, money_of, paid
from notify_svc.examples.people import ADDRESS, CUSTOMER, DECIDED_AT, INSURER, NAME

__all__ = [
    "ADDRESS",
    "CUSTOMER",
    "DECIDED_AT",
    "EMAIL",
    "HEAVY",
    "HEAVY_FINDING",
    "INSURER",
    "MOBILE_PHONE",
    "NAME",
    "NOTICES",
    "REPORT",
    "contact",
    "decision",
    "deductible",
    "denied",
    "finding",
    "ground",
    "item",
    "money_of",
    "paid",
    "part_paid_rest_referred",
    "partly_repaired",
    "referred",
    "reporter",
]

REPORT = UUID("0198c5f2-6d00-7b11-8f21-0a4b5c6d7e8f")
EMAIL, MOBILE_PHONE = "j.voorbeeld@example.org", "+31612345678"


def contact(
    *,
    customer_id: UUID = CUSTOMER,
    version: int = 1,
    name: str = NAME,
    email: str | None = EMAIL,
    mobile_phone: str | None = MOBILE_PHONE,
    postal_address: PostalAddress | None = ADDRESS,
    language: Language = Language.DUTCH,
) -> ContactChanged:
    return ContactChanged(
        customer_id=customer_id,
        version=version,
        relation_number="123456",
        name=name,
        email=email,
        mobile_phone=mobile_phone,
        postal_address=postal_address,
        language=language,
    )


def reporter(
    *,
    report_id: UUID = REPORT,
    version: int = 1,
    email: str | None = EMAIL,
    mobile_phone: str | None = MOBILE_PHONE,
    postal_address: PostalAddress | None = None,
) -> ReporterContactProvided:
    return ReporterContactProvided(
        report_id=report_id,
        report_version=version,
        name=NAME,
        email=email,
        mobile_phone=mobile_phone,
        postal_address=postal_address,
    )
