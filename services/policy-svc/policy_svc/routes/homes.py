"""A home as somebody names it who wants it insured, and why it is refused."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from chassis.http.problems import Problem
from chassis.http.values import ExactModel
from contracts.policy import Building, Home, HomeFeature, HomeType
from contracts.vocabulary import Language, PostalAddress
from policy_svc.domain.acceptance import Refusal
from policy_svc.domain.addresses import AddressError, parse_house_number, parse_postcode
from policy_svc.routes.problems import ADDRESS_IMPOSSIBLE, HOME_NOT_ACCEPTED


class AddressAsked(ExactModel):
    """An address in the Netherlands: there postcode and house number suffice."""

    postcode: str = Field(max_length=20, description="With or without a space", examples=["6011 RA"])
    house_number: str = Field(max_length=20, description="With its letter and addition, if any", examples=["12A"])


class BuildingAsked(ExactModel):
    """What rebuilding a home depends on. What is left out is assumed, and the premium an estimate."""

    floor_area_m2: int | None = Field(default=None, ge=10, le=2_000, examples=[120])
    volume_m3: int | None = Field(default=None, ge=25, le=10_000, examples=[340])
    built_in: int | None = Field(default=None, ge=1000, le=2200, description="Year", examples=[1978])


class HomeAsked(AddressAsked):
    """A home that is to be insured."""

    home_type: HomeType = Field(examples=["semi_detached"])
    features: list[HomeFeature] = Field(default=[], max_length=10, examples=[[]])
    building: BuildingAsked | None = Field(default=None)


def address_of(asked: AddressAsked, language: Language) -> PostalAddress:
    """Return the address as it is kept.

    Raises:
        Problem: ADDRESS_IMPOSSIBLE, with the reason in a language, for one that cannot exist.
    """
    try:
        house_number = parse_house_number(asked.house_number).formatted()
        return PostalAddress(postcode=parse_postcode(asked.postcode), house_number=house_number)
    except AddressError as error:
        raise Problem(ADDRESS_IMPOSSIBLE, error.says.told_in(language)) from None


def home_of(asked: HomeAsked, language: Language) -> Home:
    """Return the home as it is kept, without a position: that is looked up later.

    Raises:
        Problem: ADDRESS_IMPOSSIBLE, with the reason in a language, for an address that cannot exist.
    """
    address, building = address_of(asked, language), asked.building
    return Home(
        postcode=address.postcode,
        house_number=address.house_number,
        home_type=asked.home_type,
        features=tuple(feature for feature in HomeFeature if feature in asked.features),
        building=None if building is None else Building(**building.model_dump()),
    )


def not_accepted(refusals: Iterable[Refusal], language: Language) -> Problem:
    """Return the problem that tells each rule by which a home is refused, and what can be done about it."""
    told = [
        {
            "code": refusal.code.value,
            "rule": refusal.rule.told_in(language),
            "advice": refusal.remedy.told_in(language),
        }
        for refusal in refusals
    ]
    return Problem(HOME_NOT_ACCEPTED, members={"refusals": told}, headers={"Content-Language": language.value})
