"""policy-svc's state: what is insured, and how the customer is reached."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.dead_letters import dead_letter_topic
from contracts.topic import AwareDatetime, Event, Part, PersonalData, Topic
from contracts.vocabulary import (
    Cover,
    EmailAddress,
    HouseNumber,
    Language,
    Location,
    PersonName,
    PhoneNumber,
    PolicyNumber,
    PostalAddress,
    Postcode,
    ProductVersion,
    RelationNumber,
    Version,
)

Deductible = Literal[0, 25_000, 50_000, 100_000]
"""What the customer chose to bear, in euro cents."""


class HomeType(StrEnum):
    """The kinds of home that are accepted since 31 May 2015, and those that were before."""

    TERRACED = "terraced"
    CORNER = "corner"
    SEMI_DETACHED = "semi_detached"
    DETACHED = "detached"
    NO_LONGER_ACCEPTED = "no_longer_accepted"


class Home(Part):
    """The insured home."""

    postcode: Postcode
    house_number: HouseNumber
    location: Location
    home_type: HomeType


class PolicyTerms(Part):
    """What was insured during one period. Days are Dutch calendar days (Europe/Amsterdam)."""

    effective_on: Annotated[date, Meta(description="First insured day")]
    ends_on: Annotated[date | None, Meta(description="First day no longer insured; None while it runs on")]
    recorded_at: Annotated[AwareDatetime, Meta(description="When policy-svc learned of these terms")]
    home: Home
    covers: Annotated[tuple[Cover, ...], Meta(min_length=1)]
    deductible_cents: Deductible
    product_version: ProductVersion


class PolicyChanged(Event):
    """The whole state of one policy: all its terms, so that a reader can tell what was insured at any moment of loss.

    Published for every change, on a compacted topic: reading it from the start rebuilds every policy. Readers accept
    only a higher `version`.
    """

    policy_number: PolicyNumber
    version: Version
    customer_id: UUID
    terms: Annotated[tuple[PolicyTerms, ...], Meta(min_length=1)]


_POLICY_CHANGED_EXAMPLE = PolicyChanged(
    policy_number=example_values.POLICY_NUMBER,
    version=1,
    customer_id=example_values.CUSTOMER_ID,
    terms=(
        PolicyTerms(
            effective_on=date(2019, 4, 1),
            ends_on=None,
            recorded_at=datetime(2019, 3, 12, 9, 30, tzinfo=UTC),
            home=Home(
                postcode="6011RA", house_number="12", location=example_values.HOME, home_type=HomeType.SEMI_DETACHED
            ),
            covers=(Cover.BUILDINGS,),
            deductible_cents=0,
            product_version="home-2021.1",
        ),
    ),
)
POLICY_CHANGED = Topic(
    name="policy.policy-changed.v1",
    event=PolicyChanged,
    key="policy_number",
    owner="policy-svc",
    producers=("policy-svc",),
    consumers=("claims-svc",),
    personal_data=PersonalData.LOCATION,
    retention=None,
    examples=(_POLICY_CHANGED_EXAMPLE,),
)


class ContactChanged(Event):
    """How one customer is reached. Personal data: only services that write to customers or let them in may read it.

    Published for every change, on a compacted topic. Readers accept only a higher `version`.
    """

    customer_id: UUID
    version: Version
    relation_number: RelationNumber
    name: PersonName
    email: EmailAddress | None
    mobile_phone: PhoneNumber | None
    postal_address: Annotated[PostalAddress | None, Meta(description="Where letters go to")] = None
    language: Language


_CONTACT_CHANGED_EXAMPLE = ContactChanged(
    customer_id=example_values.CUSTOMER_ID,
    version=1,
    relation_number="123456",
    name="J. Voorbeeld",
    email="j.voorbeeld@example.org",
    mobile_phone="+31612345678",
    postal_address=PostalAddress(postcode="6011RA", house_number="12"),
    language=Language.DUTCH,
)
CONTACT_CHANGED = Topic(
    name="policy.contact-changed.v1",
    event=ContactChanged,
    key="customer_id",
    owner="policy-svc",
    producers=("policy-svc",),
    consumers=("auth-svc", "notify-svc"),
    personal_data=PersonalData.CONTACT,
    retention=None,
    examples=(_CONTACT_CHANGED_EXAMPLE,),
)
DEAD_LETTERS = dead_letter_topic("policy-svc")
