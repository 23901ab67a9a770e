"""What a version of a product is: its covers, deductibles, notice and the parameters of its premium.

Factors and discounts are basis points (10,000 is the whole), rates are cents a year for each 100,000 cents of value.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated, Final, TypeAlias

from msgspec import Meta

from contracts.policy import (
    Area,
    Deductible,
    HomeFeature,
    HomeType,
    Persons,
    PetSpecies,
    PolicyCover,
    PolicyKind,
)
from contracts.topic import Part
from contracts.vocabulary import Cents, Language, ProductVersion

WHOLE: Final = 10_000
"""Basis points."""
BasisPoints: TypeAlias = Annotated[int, Meta(ge=0, le=100_000)]
Rate: TypeAlias = Annotated[int, Meta(ge=0, le=10_000)]
Days: TypeAlias = Annotated[int, Meta(ge=0, le=3_660)]


class Parameters(Part, forbid_unknown_fields=True):
    """A part of a product file, which holds its fields and no others."""


class Step(Parameters):
    """A factor for values from `at_least` on, until the next step begins."""

    at_least: int
    factor: BasisPoints
    name: str = ""


def factor_of(steps: Sequence[Step], value: int) -> int:
    """Return the factor for a value, in basis points. Below the first step the first one's counts."""
    return next((step.factor for step in reversed(steps) if step.at_least <= value), steps[0].factor)


def _check_steps(name: str, steps: Sequence[Step]) -> None:
    if not steps or any(later.at_least <= earlier.at_least for earlier, later in pairwise(steps)):
        raise ValueError(f"{name} must hold steps, each with a higher at_least than the one before")


def _check_all(name: str, wanted: Collection[object], given: Collection[object]) -> None:
    missing = sorted(str(key) for key in set(wanted) - set(given))
    if missing:
        raise ValueError(f"{name} lacks {', '.join(missing)}")


class NoticeRules(Parameters):
    """When a policy can end, and until when who has just taken it out can withdraw."""

    first_term_months: Annotated[int, Meta(ge=0, le=60)]
    """It runs for so long at least."""
    notice_days: Days
    """After the first term it ends so many days after notice was given, at the earliest."""
    cooling_off_days: Days
    """Until so many days after it began it can be withdrawn, and costs nothing."""


class KindTerms(Parameters):
    """What belongs to policies of one kind. Of `needs` each cover can be had only beside the other one."""

    policy_code: Annotated[str, Meta(pattern=r"^[0-9]{3}\Z")]
    """The middle of a policy number."""
    required_covers: Annotated[tuple[PolicyCover, ...], Meta(min_length=1)]
    optional_covers: tuple[PolicyCover, ...] = ()
    needs: Mapping[PolicyCover, PolicyCover] = {}
    deductible_discounts: Mapping[Deductible, BasisPoints]
    """Which deductibles can be chosen, and what each takes off the premium."""

    def __post_init__(self) -> None:
        discounts = [self.deductible_discounts[deductible] for deductible in self.deductibles_cents]
        if not discounts or any(higher <= lower for lower, higher in pairwise(discounts)):
            raise ValueError("deductible_discounts must rise with the deductible")

    @property
    def deductibles_cents(self) -> tuple[Deductible, ...]:
        """Return what can be chosen, the lowest first."""
        return tuple(sorted(self.deductible_discounts))

    @property
    def covers(self) -> tuple[PolicyCover, ...]:
        """Return every cover that can be had, the required ones first."""
        return (*self.required_covers, *self.optional_covers)

    def wrong_in(self, covers: Collection[PolicyCover]) -> str | None:
        """Return what is wrong with chosen covers, as a sentence's second half, or None."""
        if missing := [cover for cover in self.required_covers if cover not in covers]:
            return f"must hold {missing[0]}: this insurance is not to be had without"
        if unknown := sorted(set(covers) - set(self.covers)):
            return f"must not hold {unknown[0]}: this insurance does not have it"
        for cover, needed in self.needs.items():
            if cover in covers and needed not in covers:
                return f"must hold {needed}: {cover} is to be had only beside it"
        return None


class ValueRate(Parameters):
    """What covering something of a value costs a year before factors: a fixed amount, and a rate of the value."""

    fixed_cents: Cents
    rate: Rate


class HomeRate(Parameters):
    """The same for a home: the rate is that of its type."""

    fixed_cents: Cents
    rates: Mapping[HomeType, Rate]
    regions: tuple[Step, ...]
    """By the four digits of the postcode."""

    def __post_init__(self) -> None:
        _check_all("rates", tuple(HomeType), self.rates)
        _check_steps("regions", self.regions)


class ContentsValue(Parameters):
    """What is in a home is taken to be worth so much, rounded up to a band."""

    fixed_cents: Cents
    per_m2_cents: Cents
    band_cents: Annotated[int, Meta(ge=1)]


class HomePremium(Parameters, tag="home", tag_field="basis"):
    """Of the reinstatement value, and of the value of the contents."""

    model: ProductVersion
    tax: BasisPoints
    buildings: HomeRate
    contents: HomeRate
    contents_value: ContentsValue
    features: Mapping[HomeFeature, BasisPoints]
    """Factors on the buildings cover, for homes that were accepted once."""

    def __post_init__(self) -> None:
        _check_all("features", tuple(HomeFeature), self.features)


class CarPremium(Parameters, tag="car", tag_field="basis"):
    """Of the list price, then by years without a claim (below zero: claims)."""

    model: ProductVersion
    tax: BasisPoints
    covers: Mapping[PolicyCover, ValueRate]
    assumed_list_price_cents: Cents
    claim_free_years: tuple[Step, ...]

    def __post_init__(self) -> None:
        _check_steps("claim_free_years", self.claim_free_years)


class PetPremium(Parameters, tag="pet", tag_field="basis"):
    """By species and age in whole years."""

    model: ProductVersion
    tax: BasisPoints
    covers: Mapping[PetSpecies, Mapping[PolicyCover, Cents]]
    ages: tuple[Step, ...]

    def __post_init__(self) -> None:
        _check_all("covers", tuple(PetSpecies), self.covers)
        _check_steps("ages", self.ages)


class PersonsPremium(Parameters, tag="persons", tag_field="basis"):
    """By who is insured, on a journey also by where."""

    model: ProductVersion
    tax: BasisPoints
    covers: Mapping[Persons, Mapping[PolicyCover, Cents]]
    areas: Mapping[Area, BasisPoints] = {}

    def __post_init__(self) -> None:
        _check_all("covers", tuple(Persons), self.covers)
        if self.areas:
            _check_all("areas", tuple(Area), self.areas)


class AssumedBuilding(Parameters):
    """What is assumed of a home of a type of which it is not known."""

    floor_area_m2: Annotated[int, Meta(ge=10, le=2_000)]
    height_cm: Annotated[int, Meta(ge=100, le=1_000)]
    """Volume by floor area."""
    built_in: Annotated[int, Meta(ge=1000, le=2200)]


class ReinstatementModel(Parameters):
    """What rebuilding a home costs: by floor area and volume, then by year, region and features, then clearing."""

    model: ProductVersion
    per_m2_cents: Mapping[HomeType, Cents]
    per_m3_cents: Mapping[HomeType, Cents]
    build_years: tuple[Step, ...]
    regions: tuple[Step, ...]
    """By the four digits of the postcode."""
    features: Mapping[HomeFeature, BasisPoints]
    clearing: BasisPoints
    """Demolishing, clearing, design and permits, as a part of building."""
    rounded_up_to_cents: Annotated[int, Meta(ge=1)]
    assumed: Mapping[HomeType, AssumedBuilding]

    def __post_init__(self) -> None:
        for name, by_type in (
            ("per_m2_cents", self.per_m2_cents),
            ("per_m3_cents", self.per_m3_cents),
            ("assumed", self.assumed),
        ):
            _check_all(name, tuple(HomeType), by_type)
        _check_all("features", tuple(HomeFeature), self.features)
        _check_steps("build_years", self.build_years)
        _check_steps("regions", self.regions)


class Product(Parameters):
    """One version of a product. What it covers never changes once it was sold; its models have their own versions."""

    version: ProductVersion
    sold_from: date
    names: Mapping[Language, str]
    cover_names: Mapping[PolicyCover, Mapping[Language, str]]
    kinds: Mapping[PolicyKind, KindTerms]
    changes_from_days: Days
    """A change begins so many days after its confirmation, at the earliest."""
    quote_valid_days: Days
    notice: NoticeRules
    premium: HomePremium | CarPremium | PetPremium | PersonsPremium
    reinstatement: ReinstatementModel | None = None

    def __post_init__(self) -> None:
        covers = {cover for terms in self.kinds.values() for cover in terms.covers}
        _check_all("cover_names", covers, self.cover_names)
        for name in (self.names, *self.cover_names.values()):
            _check_all("a name", tuple(Language), name)
        if self.changes_from_days < 1:
            raise ValueError("changes_from_days must be at least 1: a change never alters the cover of a loss before")
        match self.premium:
            case HomePremium():
                if self.reinstatement is None:
                    raise ValueError("the premium of a home needs [reinstatement]")
            case CarPremium(covers=priced):
                _check_all("premium.covers", covers, priced)
            case PetPremium(covers=by_key) | PersonsPremium(covers=by_key):
                for amounts in by_key.values():
                    _check_all("premium.covers", covers, amounts)
