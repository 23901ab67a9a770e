"""policy-svc's state: what is insured, and how the customer is reached."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from msgspec import Meta

from contracts import example_values
from contracts.dead_letters import dead_letter_topic
from contracts.topic import AwareDatetime, Event, Part, PersonalData, Topic
from contracts.vocabulary import (
    PRINTABLE,
    Cents,
    Channel,
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
    SignedCents,
    Version,
)

Deductible = Literal[0, 25_000, 50_000, 100_000]
"""What the customer chose to bear, in euro cents."""


class PolicyKind(StrEnum):
    """What a policy is about. Each kind has terms of its own."""

    BUILDINGS = "buildings"
    """A home; its contents may be covered beside it."""
    CONTENTS = "contents"
    CAR = "car"
    PET = "pet"
    LIABILITY = "liability"
    TRAVEL = "travel"
    HEALTH = "health"
    """Kept elsewhere: only its general data are known here."""


HOME_KINDS: Final = frozenset({PolicyKind.BUILDINGS, PolicyKind.CONTENTS})
"""The kinds that insure a home."""


class PolicyCover(StrEnum):
    """What a policy covers. The product of a policy says which of them belong to its kind."""

    BUILDINGS = "buildings"
    CONTENTS = "contents"
    THIRD_PARTY = "third_party"
    """A car's compulsory liability."""
    LIMITED_CASCO = "limited_casco"
    """Theft, fire, weather and glass besides."""
    FULL_CASCO = "full_casco"
    """Every damage to the own car besides."""
    VETERINARY = "veterinary"
    PREVENTIVE_CARE = "preventive_care"
    PRIVATE_LIABILITY = "private_liability"
    TRAVEL = "travel"
    LUGGAGE = "luggage"
    CANCELLATION = "cancellation"
    WINTER_SPORTS = "winter_sports"
    BASIC_HEALTH = "basic_health"
    SUPPLEMENTARY_HEALTH = "supplementary_health"


class HomeType(StrEnum):
    """Kinds of home by how they are built. Which are accepted, and since when, is a rule of policy-svc's."""

    TERRACED = "terraced"
    CORNER = "corner"
    SEMI_DETACHED = "semi_detached"
    DETACHED = "detached"
    CANAL_HOUSE = "canal_house"
    FARMHOUSE = "farmhouse"
    HOLIDAY_HOME = "holiday_home"
    APARTMENT = "apartment"
    NO_LONGER_ACCEPTED = "no_longer_accepted"
    """Only in policies recorded before the kinds that are no longer accepted had names."""


class HomeFeature(StrEnum):
    """What else decides whether a home can be insured."""

    LISTED_MONUMENT = "listed_monument"
    THATCHED_ROOF = "thatched_roof"
    """A traditional one."""
    OWNERS_ASSOCIATION = "owners_association"
    """The home is part of one."""


class Building(Part):
    """What the reinstatement value of a home is computed from. None: not known here."""

    floor_area_m2: Annotated[int, Meta(ge=10, le=2_000)] | None = None
    volume_m3: Annotated[int, Meta(ge=25, le=10_000)] | None = None
    built_in: Annotated[int, Meta(ge=1000, le=2200, description="Year")] | None = None


class Home(Part, omit_defaults=True):
    """The insured home. `location` is None until its position has been looked up."""

    postcode: Postcode
    house_number: HouseNumber
    location: Location | None = None
    home_type: HomeType
    features: tuple[HomeFeature, ...] = ()
    building: Building | None = None


class Car(Part):
    """The insured car."""

    licence_plate: Annotated[str, Meta(pattern=r"^[A-Z0-9]{6}\Z", description="Without hyphens")]
    make: Annotated[str, Meta(min_length=1, max_length=60, pattern=PRINTABLE)]
    model: Annotated[str, Meta(max_length=60, pattern=PRINTABLE)] = ""
    list_price_cents: Annotated[Cents | None, Meta(description="When it was new")] = None
    claim_free_years: Annotated[int, Meta(ge=-5, le=75)] = 0


class PetSpecies(StrEnum):
    """The animals that can be insured."""

    DOG = "dog"
    CAT = "cat"


class Pet(Part):
    """The insured pet."""

    species: PetSpecies
    name: Annotated[str, Meta(min_length=1, max_length=60, pattern=PRINTABLE)]
    born_on: date


class Persons(StrEnum):
    """Who is insured against liability, on a journey, or for their health."""

    SINGLE = "single"
    FAMILY = "family"


class Area(StrEnum):
    """Where a journey is insured."""

    EUROPE = "europe"
    WORLD = "world"


class PremiumPart(Part):
    """One part of a premium: `buildings`, `deductible`, `insurance_premium_tax`. Discounts are negative."""

    code: Annotated[str, Meta(pattern=r"^[a-z][a-z_]*\Z", max_length=40)]
    amount_cents: SignedCents


class Premium(Part):
    """What a policy costs a year. The parts add up to it, or none are told; tax is one of them."""

    a_year_cents: Cents
    parts: tuple[PremiumPart, ...]
    model: Annotated[ProductVersion, Meta(description="Which model computed it, in which version")]
    is_estimate: Annotated[bool, Meta(description="Something it depends on is not known and was assumed")] = False


class PolicyTerms(Part, omit_defaults=True):
    """What was insured during one period. Days are Dutch calendar days (Europe/Amsterdam).

    Of `home`, `car`, `pet` and `persons` that is given which the policy's kind insures; `area` goes with travel.
    """

    effective_on: Annotated[date, Meta(description="First insured day")]
    ends_on: Annotated[date | None, Meta(description="First day no longer insured; None while it runs on")]
    recorded_at: Annotated[AwareDatetime, Meta(description="When policy-svc learned of these terms")]
    home: Home | None = None
    car: Car | None = None
    pet: Pet | None = None
    persons: Persons | None = None
    area: Area | None = None
    covers: Annotated[tuple[PolicyCover, ...], Meta(min_length=1)]
    deductible_cents: Deductible
    product_version: ProductVersion
    premium: Annotated[Premium | None, Meta(description="None where it is not known here")] = None


# Proofs of claims name their policy by its hash: without fields that came later an event keeps the one it had.
class PolicyChanged(Event, omit_defaults=True):
    """The whole state of one policy: all its terms, so that a reader can tell what was insured at any moment of loss.

    Published for every change, on a compacted topic: reading it from the start rebuilds every policy. Readers accept
    only a higher `version`.
    """

    policy_number: PolicyNumber
    version: Version
    customer_id: UUID
    kind: Annotated[PolicyKind, Meta(description="Records from before there were kinds insure a home")] = (
        PolicyKind.BUILDINGS
    )
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
            covers=(PolicyCover.BUILDINGS,),
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
    unwanted_channels: Annotated[
        tuple[Channel, ...],
        Meta(
            description="How the customer does not want to be told about decisions: `sms`, or `email` for letters by "
            "post. What happens to an account, and what a claim waits for, is told all the same"
        ),
    ] = ()


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
