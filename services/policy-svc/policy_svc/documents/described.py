"""What terms insure, in words: the same words on a schedule and where a change is confirmed."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.policy import Car, Home, Pet, PolicyCover, PolicyKind, PolicyTerms
from policy_svc.documents import words
from policy_svc.documents.sheet import Facts
from policy_svc.documents.writer import Writer
from policy_svc.domain.cancellation import Ending
from policy_svc.domain.licence_plates import LicencePlateError, parse
from policy_svc.products import PRODUCTS


def product_name(kind: PolicyKind, terms: PolicyTerms, write: Writer) -> str:
    """Return what the insurance is called within a sentence; of a product that is not known here, its kind."""
    product = PRODUCTS.of(terms.product_version)
    if product is None:
        return write(words.KINDS[kind])
    return _small_initial(product.names[write.language])


def _small_initial(text: str) -> str:
    return text[:1].lower() + text[1:]


def title(kind: PolicyKind, terms: PolicyTerms, write: Writer) -> str:
    """Return what the insurance is called by itself: Woonverzekering."""
    name = product_name(kind, terms, write)
    return name[:1].upper() + name[1:]


def insured(terms: PolicyTerms, write: Writer) -> Facts | None:
    """Return what is insured: the home, the car, the pet, or who and where."""
    if terms.home is not None:
        return Facts(write(words.YOUR_HOME), tuple(_home(terms.home, write)))
    if terms.car is not None:
        return Facts(write(words.YOUR_CAR), tuple(_car(terms.car, write)))
    if terms.pet is not None:
        return Facts(write(words.YOUR_PET), tuple(_pet(terms.pet, write)))
    rows = tuple(_persons(terms, write))
    return Facts(write(words.WHO_IS_INSURED), rows) if rows else None


def address(postcode: str, house_number: str) -> str:
    """Return an address, which in the Netherlands a postcode and a house number are: 6011 RA 12."""
    return f"{postcode[:4]} {postcode[4:]} {house_number}"


def plate(text: str) -> str:
    """Return a licence plate as it is written on the car; as it is, when it has no Dutch form."""
    try:
        return parse(text).formatted()
    except LicencePlateError:
        return text


def _home(home: Home, write: Writer) -> Iterator[tuple[str, str]]:
    yield write(words.ADDRESS), address(home.postcode, home.house_number)
    yield write(words.HOME_TYPE), write(words.HOME_TYPES[home.home_type])
    if home.features:
        yield write(words.FEATURES), ", ".join(write(words.HOME_FEATURES[feature]) for feature in home.features)
    building = home.building
    if building is None:
        return
    if building.floor_area_m2 is not None:
        yield write(words.FLOOR_AREA), f"{building.floor_area_m2} m²"
    if building.volume_m3 is not None:
        yield write(words.VOLUME), f"{building.volume_m3} m³"
    if building.built_in is not None:
        yield write(words.BUILT_IN), str(building.built_in)


def _car(car: Car, write: Writer) -> Iterator[tuple[str, str]]:
    yield write(words.LICENCE_PLATE), plate(car.licence_plate)
    yield write(words.MAKE), make_and_model(car)
    if car.list_price_cents is not None:
        yield write(words.LIST_PRICE), write.euros(car.list_price_cents)
    yield write(words.CLAIM_FREE_YEARS), str(car.claim_free_years)


def make_and_model(car: Car) -> str:
    """Return both, or the make alone."""
    return f"{car.make} {car.model}".strip()


def _pet(pet: Pet, write: Writer) -> Iterator[tuple[str, str]]:
    yield write(words.NAME), pet.name
    yield write(words.SPECIES), write(words.PET_SPECIES[pet.species])
    yield write(words.BORN_ON), write.day(pet.born_on)


def _persons(terms: PolicyTerms, write: Writer) -> Iterator[tuple[str, str]]:
    if terms.persons is not None:
        yield write(words.PERSONS), write(words.WHO[terms.persons])
    if terms.area is not None:
        yield write(words.AREA), write(words.AREAS[terms.area])


def covers(kind: PolicyKind, terms: PolicyTerms, write: Writer) -> tuple[tuple[str, str], ...]:
    """Return each cover that policies of this kind can have, and whether this one has it."""
    return tuple(
        (cover_name(cover, terms, write), write(words.YES if cover in terms.covers else words.NO))
        for cover in covers_to_show(kind, terms)
    )


def covers_to_show(kind: PolicyKind, terms: PolicyTerms) -> tuple[PolicyCover, ...]:
    """Return the covers of the product, then those that the policy has from before."""
    product = PRODUCTS.of(terms.product_version)
    offered = product.kinds[kind].covers if product is not None and kind in product.kinds else ()
    return (*offered, *(cover for cover in terms.covers if cover not in offered))


def cover_name(code: str, terms: PolicyTerms, write: Writer) -> str:
    """Return the name of a cover or of another part of a premium."""
    for names_here in (words.PREMIUM_PARTS, words.HEALTH_COVERS):
        if code in names_here:
            return write(names_here[code])
    product = PRODUCTS.of(terms.product_version)
    names = {str(cover): name for cover, name in product.cover_names.items()} if product is not None else {}
    return names[code][write.language] if code in names else code.replace("_", " ").capitalize()


def why_it_ends_then(ending: Ending, write: Writer) -> str:
    """Return by which rule the day was found on which a cancelled policy ends, and what comes back of the premium."""
    return write(
        words.ENDINGS[ending.reason],
        first_term_ends_on=write.day(ending.first_term_ends_on),
        last_day_to_withdraw=write.day(ending.last_day_to_withdraw),
        notice_days=str(ending.notice_days),
    )


def deductible(terms: PolicyTerms, write: Writer) -> str:
    """Return the deductible as an amount, or that there is none."""
    return write.euros(terms.deductible_cents) if terms.deductible_cents else write(words.NO_DEDUCTIBLE)
