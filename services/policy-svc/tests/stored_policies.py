"""Policies of every kind, stored as the service stores them, for tests that only look at them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from uuid_utils.compat import uuid7

from chassis.service import Runtime
from chassis.unit_of_work import Work
from contracts.policy import (
    Area,
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
)
from contracts.vocabulary import Language
from policy_svc.domain.policy import relation_number_of
from policy_svc.domain.versions import CustomerVersionReason, VersionReason
from policy_svc.flows.versions import record
from policy_svc.repository import customers, policies

_LONG_AGO = datetime.fromisoformat("2000-01-01T00:00:00Z")


def insured(kind: PolicyKind, name: str = "12") -> dict[str, Any]:
    """Return what terms of a kind hold beside their period; `name` tells it from others."""
    match kind:
        case PolicyKind.BUILDINGS | PolicyKind.CONTENTS:
            home = Home(postcode="6011RA", house_number=name, home_type=HomeType.TERRACED)
            return {"home": home, "covers": (PolicyCover(kind),), "product_version": "home-2021.1"}
        case PolicyKind.CAR:
            car = Car(licence_plate="GZR89T", make="Volvo", model=name)
            return {"car": car, "covers": (PolicyCover.THIRD_PARTY,), "product_version": "car-2026.1"}
        case PolicyKind.PET:
            pet = Pet(species=PetSpecies.CAT, name=name, born_on=date(2020, 2, 29))
            return {"pet": pet, "covers": (PolicyCover.VETERINARY,), "product_version": "pet-2026.1"}
        case PolicyKind.LIABILITY:
            covers = (PolicyCover.PRIVATE_LIABILITY,)
            return {"persons": Persons.FAMILY, "covers": covers, "product_version": "liability-2026.1"}
        case PolicyKind.TRAVEL:
            persons = {"persons": Persons.SINGLE, "area": Area.WORLD}
            return {**persons, "covers": (PolicyCover.TRAVEL,), "product_version": "travel-2026.1"}
        case PolicyKind.HEALTH:
            both = (PolicyCover.BASIC_HEALTH, PolicyCover.SUPPLEMENTARY_HEALTH)
            return {"persons": Persons.SINGLE, "covers": both, "product_version": "health-2026.1"}


def period(kind: PolicyKind, effective_on: str, ends_on: str | None = None, **changed: Any) -> PolicyTerms:  # noqa: ANN401 - any field
    """Return terms of a kind from a day on."""
    terms = PolicyTerms(
        effective_on=date.fromisoformat(effective_on),
        ends_on=date.fromisoformat(ends_on) if ends_on else None,
        recorded_at=_LONG_AGO,
        deductible_cents=0,
        **insured(kind),
    )
    return replace(terms, **changed)


async def store(
    runtime: Runtime,
    policy_number: str,
    kind: PolicyKind,
    *terms: PolicyTerms,
    reason: VersionReason = VersionReason.IMPORTED,
    made_by: str = "command",
) -> PolicyChanged:
    """Store the next version of a policy, at the moment of the service's clock."""
    async with runtime.transaction() as work:
        customer_id = await _customer(work, relation_number_of(policy_number))
        await policies.insert(
            work.connection, owners={policy_number: customer_id}, kinds={policy_number: kind}, recorded_at=work.now
        )
        known = await _known(work, policy_number)
        recorded_at = await policies.moment_of_change(work.connection, policy_numbers=known, now=work.now)
        changed = PolicyChanged(
            policy_number=policy_number,
            version=known[policy_number].version + 1 if known else 1,
            customer_id=customer_id,
            kind=kind,
            terms=tuple(replace(each, recorded_at=recorded_at) for each in terms),
        )
        await record(
            work,
            known=known,
            changed={policy_number: changed},
            reason=reason,
            made_by=made_by,
            recorded_at=recorded_at,
            trace=None,
        )
    return changed


async def _known(work: Work, policy_number: str) -> dict[str, PolicyChanged]:
    has_terms = await work.connection.fetchval("SELECT true FROM policy_terms WHERE policy_number = $1", policy_number)
    return await policies.lock(work.connection, policy_numbers=[policy_number]) if has_terms else {}


async def _customer(work: Work, relation_number: str) -> UUID:
    await customers.save(
        work.connection,
        customers=[customer(relation_number)],
        reason=CustomerVersionReason.IMPORTED,
        made_by="command",
        recorded_at=work.now,
    )
    return (await customers.lock(work.connection, relation_numbers=[relation_number]))[relation_number].customer_id


def customer(relation_number: str) -> ContactChanged:
    """Return the data of a customer, with an id that counts only for a new one."""
    return ContactChanged(
        customer_id=uuid7(),
        version=1,
        relation_number=relation_number,
        name="J. Voorbeeld",
        email="j.voorbeeld@example.org",
        mobile_phone="+31612345678",
        language=Language.DUTCH,
    )
