"""Documents of every kind, about policies of every kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from msgspec.structs import replace

from contracts.example_values import CUSTOMER_ID
from contracts.policy import (
    Area,
    Building,
    Car,
    ContactChanged,
    Home,
    HomeType,
    Persons,
    Pet,
    PetSpecies,
    PolicyChanged,
    PolicyCover,
    PolicyKind,
    PolicyTerms,
    Premium,
    PremiumPart,
)
from contracts.vocabulary import Language, PostalAddress
from policy_svc.documents.clauses import terms_document, terms_of
from policy_svc.documents.confirmations import cancellation_confirmation, change_confirmation
from policy_svc.documents.green_card import green_card
from policy_svc.documents.schedule import schedule
from policy_svc.documents.sheet import Document, Sheet
from policy_svc.documents.subject import Subject
from policy_svc.domain.cancellation import Ending, EndReason
from policy_svc.domain.green_card import validity
from policy_svc.domain.insurer import Insurer
from policy_svc.domain.premium import changed_premium, priced

INSURER = Insurer(name="Waterschade", phone="088 123 45 67", address="Postbus 1, 1000 AA Amsterdam", code="0421")
_RECORDED_AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 11, 27), date(2026, 11, 28)
CUSTOMER = ContactChanged(
    customer_id=CUSTOMER_ID,
    version=1,
    relation_number="123456",
    name="J. Voorbeeld",
    email=None,
    mobile_phone=None,
    postal_address=PostalAddress(postcode="6011RA", house_number="12"),
    language=Language.DUTCH,
)
WITHDRAWN = Ending(
    ends_on=TOMORROW,
    reason=EndReason.WITHDRAWN,
    first_term_ends_on=date(2027, 11, 20),
    last_day_to_withdraw=date(2026, 12, 4),
    notice_days=30,
)
_INSURED: dict[PolicyKind, dict[str, Any]] = {
    PolicyKind.BUILDINGS: {
        "home": Home(
            postcode="6011RA",
            house_number="12",
            home_type=HomeType.SEMI_DETACHED,
            building=Building(floor_area_m2=132, volume_m3=430, built_in=1978),
        ),
        "covers": (PolicyCover.BUILDINGS, PolicyCover.CONTENTS),
    },
    PolicyKind.CAR: {
        "car": Car(licence_plate="G001BB", make="Volvo", model="V60", list_price_cents=4_250_000, claim_free_years=7),
        "covers": (PolicyCover.THIRD_PARTY, PolicyCover.LIMITED_CASCO),
    },
    PolicyKind.PET: {
        "pet": Pet(species=PetSpecies.DOG, name="Bello", born_on=date(2022, 5, 1)),
        "covers": (PolicyCover.VETERINARY,),
    },
    PolicyKind.LIABILITY: {"persons": Persons.SINGLE, "covers": (PolicyCover.PRIVATE_LIABILITY,)},
    PolicyKind.TRAVEL: {
        "persons": Persons.FAMILY,
        "area": Area.WORLD,
        "covers": (PolicyCover.TRAVEL, PolicyCover.LUGGAGE),
    },
}


def terms_in_force(kind: PolicyKind, **changed: Any) -> PolicyTerms:  # noqa: ANN401 - fields of any type
    """Return terms of a kind, in force since 1 April 2024, with their premium."""
    fields: dict[str, Any] = {
        "effective_on": date(2024, 4, 1),
        "ends_on": None,
        "recorded_at": _RECORDED_AT,
        "deductible_cents": 25_000,
        "product_version": "none-2000.1",
    }
    return priced(kind, PolicyTerms(**{**fields, **_INSURED[kind], **changed}), on=TODAY)


def about(
    kind: PolicyKind,
    *terms: PolicyTerms,
    on: date = TODAY,
    language: Language = Language.DUTCH,
    customer: ContactChanged = CUSTOMER,
) -> Subject:
    """Return a policy of a kind, as the third version of it, told of a day."""
    policy = PolicyChanged(policy_number="123456-531-04", version=3, customer_id=CUSTOMER_ID, kind=kind, terms=terms)
    return Subject(
        insurer=INSURER, customer=customer, policy=policy, recorded_at=_RECORDED_AT, on=on, language=language
    )


def _change_of_a_given_premium(language: Language) -> Sheet:
    """Return the confirmation of a change of a premium that another system made, in parts of its own."""
    kind = PolicyKind.BUILDINGS
    given = Premium(
        a_year_cents=9_000, parts=(PremiumPart(code="old_system", amount_cents=9_000),), model="old-system-1"
    )
    home = replace(terms_in_force(kind), premium=given)
    cheaper = changed_premium(kind, home, replace(home, deductible_cents=100_000), on=TOMORROW)
    return change_confirmation(about(kind, cheaper, on=TOMORROW, language=language), home, cheaper)


def every_document(language: Language) -> Iterator[tuple[str, Document]]:
    """Yield a document of each kind in a language, with its name. The green card is Dutch."""
    for kind in _INSURED:
        terms = terms_in_force(kind)
        yield f"schedule-{kind}", schedule(about(kind, terms, language=language), terms)
    home = terms_in_force(PolicyKind.BUILDINGS)
    cheaper = priced(PolicyKind.BUILDINGS, replace(home, deductible_cents=100_000), on=TOMORROW)
    yield (
        "change",
        change_confirmation(about(PolicyKind.BUILDINGS, cheaper, on=TOMORROW, language=language), home, cheaper),
    )
    yield "change-of-a-given-premium", _change_of_a_given_premium(language)
    yield (
        "cancellation",
        cancellation_confirmation(about(PolicyKind.BUILDINGS, home, on=TOMORROW, language=language), home, WITHDRAWN),
    )
    car = terms_in_force(PolicyKind.CAR)
    card = validity((car,), on=TODAY)
    assert card is not None
    yield "green-card", green_card(about(PolicyKind.CAR, car, language=language), card)
    for version in ("home-2021.1", "car-2026.1", "pet-2026.1", "liability-2026.1", "travel-2026.1"):
        terms_told = terms_of(version, language)
        assert terms_told is not None
        yield f"terms-{version}", terms_document(terms_told, version=version, language=language, insurer=INSURER)
