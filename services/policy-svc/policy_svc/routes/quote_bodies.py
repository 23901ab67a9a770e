"""The insurances that a quote can be asked for, each with what is to be insured."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal, TypeAlias

from msgspec.structs import replace
from pydantic import Field, RootModel

from chassis.http.problems import INVALID, FieldError, Problem
from chassis.http.values import Cents, Day, ExactModel
from contracts.policy import Area, Car, Persons, Pet, PetSpecies, PolicyCover, PolicyKind, PolicyTerms
from contracts.vocabulary import PRINTABLE, Language
from policy_svc.domain.changes import MOST_DAYS_AHEAD
from policy_svc.domain.dutch_days import dutch_day
from policy_svc.domain.licence_plates import LicencePlateError, parse
from policy_svc.products import PRODUCTS
from policy_svc.routes.fields import Deductible
from policy_svc.routes.homes import HomeAsked, home_of
from policy_svc.routes.problems import LICENCE_PLATE_IMPOSSIBLE

_Name: TypeAlias = Annotated[str, Field(max_length=60, pattern=PRINTABLE.replace(r"\Z", "$"))]
_PersonsAsked: TypeAlias = Annotated[Persons, Field(description="Who is insured", examples=["family"])]


class Policyholder(StrEnum):
    """Who is to be insured."""

    PRIVATE_PERSON = "private_person"
    LEGAL_ENTITY = "legal_entity"


class CarAsked(ExactModel):
    """A car that is to be insured."""

    licence_plate: str = Field(max_length=20, description="With or without hyphens", examples=["G-001-BB"])
    make: _Name = Field(min_length=1, examples=["Volvo"])
    model: _Name = Field(default="", examples=["V60"])
    list_price_cents: Cents | None = Field(
        default=None, description="When the car was new; left out, it is assumed", examples=[4_500_000]
    )
    claim_free_years: int = Field(
        ge=-5, le=75, description="Years without a claim; below zero after claims", examples=[8]
    )


class PetAsked(ExactModel):
    """A pet that is to be insured."""

    species: PetSpecies = Field(examples=["dog"])
    name: _Name = Field(min_length=1, examples=["Boef"])
    born_on: Day = Field(examples=["2021-05-01"])


class _InsuranceAsked(ExactModel):
    """What every quote says."""

    begins_on: Day | None = Field(
        default=None,
        description="First insured Dutch day: tomorrow at the earliest, which it is when this is left out",
        examples=["2026-12-01"],
    )
    deductible_cents: Deductible


_Covers: TypeAlias = Annotated[list[PolicyCover], Field(min_length=1, max_length=20)]


class HomeQuoteAsked(_InsuranceAsked):
    """Insurance of a home."""

    kind: Literal["buildings", "contents"]
    covers: _Covers = Field(examples=[["buildings", "contents"]])
    policyholder: Policyholder = Field(description="Homes are insured for private persons only")
    home: HomeAsked


class CarQuoteAsked(_InsuranceAsked):
    """Insurance of a car."""

    kind: Literal["car"]
    covers: _Covers = Field(examples=[["third_party"]])
    car: CarAsked


class PetQuoteAsked(_InsuranceAsked):
    """Insurance of a pet."""

    kind: Literal["pet"]
    covers: _Covers = Field(examples=[["veterinary"]])
    pet: PetAsked


class LiabilityQuoteAsked(_InsuranceAsked):
    """Insurance against liability."""

    kind: Literal["liability"]
    covers: _Covers = Field(examples=[["private_liability"]])
    persons: _PersonsAsked


class TravelQuoteAsked(_InsuranceAsked):
    """Insurance of journeys."""

    kind: Literal["travel"]
    covers: _Covers = Field(examples=[["travel", "luggage"]])
    persons: _PersonsAsked
    area: Area = Field(description="Where", examples=["europe"])


class QuoteAsked(
    RootModel[
        Annotated[
            HomeQuoteAsked | CarQuoteAsked | PetQuoteAsked | LiabilityQuoteAsked | TravelQuoteAsked,
            Field(discriminator="kind"),
        ]
    ]
):
    """An insurance that somebody wants to have. `kind` says which."""

    @property
    def kind(self) -> PolicyKind:
        return PolicyKind(self.root.kind)

    @property
    def is_for_legal_entity(self) -> bool:
        return isinstance(self.root, HomeQuoteAsked) and self.root.policyholder is Policyholder.LEGAL_ENTITY

    def read(self, language: Language, *, now: datetime) -> PolicyTerms:
        """Return the terms that are asked for, without their premium.

        Raises:
            Problem: a day, a cover or a deductible is not to be had, or there is no such address or licence plate.
        """
        asked, today = self.root, dutch_day(now)
        earliest = today + timedelta(days=PRODUCTS.current(self.kind, today).changes_from_days)
        begins_on = asked.begins_on or earliest
        if not earliest <= begins_on <= today + timedelta(days=MOST_DAYS_AHEAD):
            raise _wrong("begins_on", f"must be {earliest} or later, and within a year")
        product = PRODUCTS.current(self.kind, begins_on)
        of_kind = product.kinds[self.kind]
        if wrong := of_kind.wrong_in(asked.covers):
            raise _wrong("covers", wrong)
        if asked.deductible_cents not in of_kind.deductibles_cents:
            raise _wrong("deductible_cents", f"must be one of {', '.join(map(str, of_kind.deductibles_cents))}")
        terms = PolicyTerms(
            effective_on=begins_on,
            ends_on=None,
            recorded_at=now,
            covers=tuple(cover for cover in PolicyCover if cover in asked.covers),
            deductible_cents=asked.deductible_cents,
            product_version=product.version,
        )
        return self._with_insured(terms, language, today)

    def _with_insured(self, terms: PolicyTerms, language: Language, today: date) -> PolicyTerms:
        match self.root:
            case HomeQuoteAsked(home=home):
                return replace(terms, home=home_of(home, language))
            case CarQuoteAsked(car=car):
                return replace(terms, car=_car(car, language))
            case PetQuoteAsked(pet=pet) if pet.born_on <= today:
                return replace(terms, pet=Pet(species=pet.species, name=pet.name, born_on=pet.born_on))
            case PetQuoteAsked():
                raise _wrong("pet/born_on", "must not lie in the future")
            case LiabilityQuoteAsked(persons=persons):
                return replace(terms, persons=persons)
            case TravelQuoteAsked(persons=persons, area=area):
                return replace(terms, persons=persons, area=area)


def _car(asked: CarAsked, language: Language) -> Car:
    try:
        plate = parse(asked.licence_plate)
    except LicencePlateError as error:
        raise Problem(LICENCE_PLATE_IMPOSSIBLE, error.says.told_in(language)) from None
    return Car(
        licence_plate=plate.text,
        make=asked.make,
        model=asked.model,
        list_price_cents=asked.list_price_cents,
        claim_free_years=asked.claim_free_years,
    )


def _wrong(field: str, message: str) -> Problem:
    return Problem(INVALID, errors=[FieldError(place="body", field=f"/{field}", message=message)])
