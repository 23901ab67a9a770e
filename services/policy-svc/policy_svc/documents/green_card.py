"""The international motor insurance certificate as a document: its eleven fields, and nothing else."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from contracts.vocabulary import Language
from policy_svc.documents.described import make_and_model, plate
from policy_svc.documents.sheet import Day, Document
from policy_svc.documents.subject import Subject
from policy_svc.domain.green_card import COUNTRIES, STRUCK_OUT, Validity

_CATEGORY_OF_CARS = "A"
_BUREAU_COUNTRY = "NL"


class Country(msgspec.Struct, frozen=True):
    """A box of field 8."""

    sign: str
    is_struck_out: bool


class GreenCard(Document, frozen=True, kw_only=True):
    """What the fields hold."""

    template: ClassVar[str] = "green-card.typ"
    valid_from: Day
    valid_until: Day
    country_code: str
    insurer_code: str
    number: str
    registration: str
    category: str
    make: str
    countries: tuple[Country, ...]
    policyholder: tuple[str, ...]


def green_card(subject: Subject, card: Validity) -> GreenCard:
    """Return the certificate, which is Dutch whatever the customer's language: that of the bureau's country."""
    return GreenCard(
        language=Language.DUTCH,
        title="Internationaal motorrijtuigverzekeringsbewijs",
        reference=subject.policy.policy_number,
        dated=Day.of(subject.recorded_on),
        insurer=subject.insurer,
        page_words="",
        valid_from=Day.of(card.from_day),
        valid_until=Day.of(card.until_day),
        country_code=_BUREAU_COUNTRY,
        insurer_code=subject.insurer.code,
        number=subject.policy.policy_number,
        registration=plate(card.car.licence_plate),
        category=_CATEGORY_OF_CARS,
        make=make_and_model(card.car),
        countries=tuple(Country(sign, sign in STRUCK_OUT) for sign in COUNTRIES),
        policyholder=subject.addressee,
    )
