"""What a document takes on demand, beside typst's own time for an empty page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from time import perf_counter
from typing import Final

import typst

from bench.goals import Figure, as_json
from bench.percentiles import percentile
from bench.report import Json
from contracts.example_values import CUSTOMER_ID
from contracts.policy import (
    Building,
    Car,
    ContactChanged,
    Home,
    HomeType,
    PolicyChanged,
    PolicyCover,
    PolicyKind,
    PolicyTerms,
)
from contracts.vocabulary import Language, PostalAddress
from policy_svc.documents.green_card import green_card
from policy_svc.documents.press import Press
from policy_svc.documents.schedule import schedule
from policy_svc.documents.subject import Subject
from policy_svc.domain.green_card import validity
from policy_svc.domain.insurer import Insurer
from policy_svc.domain.premium import priced

DOCUMENTS: Final = 200
GOAL_MS: Final = 50
_TODAY: Final = date(2026, 11, 27)
_INSURER: Final = Insurer(
    name="Waterschade", phone="088 123 45 67", address="Postbus 1, 1000 AA Amsterdam", code="0421"
)
_HOME: Final = Home(
    postcode="6011RA",
    house_number="12",
    home_type=HomeType.SEMI_DETACHED,
    building=Building(floor_area_m2=132, volume_m3=430, built_in=1978),
)
_CAR: Final = Car(licence_plate="G001BB", make="Volvo", model="V60", list_price_cents=4_250_000, claim_free_years=7)


async def measure(documents: int = DOCUMENTS) -> dict[str, Json]:
    """Return the figures by name: each document is another customer's, and one empty page is compiled beside it."""
    press, bare = Press(_INSURER), typst.Compiler(ignore_system_fonts=True)
    times: dict[str, list[float]] = {"schedule": [], "green card": [], "empty page": []}
    for number in range(documents):
        began = perf_counter()
        await _schedule(press, number)
        times["schedule"].append(perf_counter() - began)
        began = perf_counter()
        await _green_card(press, number)
        times["green card"].append(perf_counter() - began)
        began = perf_counter()
        bare.compile(f"// {number}".encode(), format="pdf")
        times["empty page"].append(perf_counter() - began)
    return as_json([figure for name, seconds in times.items() for figure in _figures(name, seconds)])


def _figures(name: str, seconds: list[float]) -> list[Figure]:
    ordered = [each * 1_000 for each in sorted(seconds)]
    goal = None if name == "empty page" else GOAL_MS
    holds = "nothing, by typst alone" if goal is None else "composed and printed, without the database"
    return [
        Figure(name=f"{name}, first", value=seconds[0] * 1_000, unit="ms", holds=holds),
        Figure(name=f"{name}, p50", value=percentile(ordered, 50), unit="ms", goal=goal, holds=holds),
        Figure(name=f"{name}, p99", value=percentile(ordered, 99), unit="ms", holds=holds),
    ]


async def _schedule(press: Press, number: int) -> bytes:
    terms = _terms(PolicyKind.BUILDINGS, home=_HOME, covers=(PolicyCover.BUILDINGS, PolicyCover.CONTENTS))
    return await press.print(schedule(_subject(PolicyKind.BUILDINGS, terms, number), terms))


async def _green_card(press: Press, number: int) -> bytes:
    terms = _terms(PolicyKind.CAR, car=_CAR, covers=(PolicyCover.THIRD_PARTY,))
    card = validity((terms,), on=_TODAY)
    assert card is not None  # noqa: S101 - the terms are in force
    return await press.print(green_card(_subject(PolicyKind.CAR, terms, number), card))


def _terms(
    kind: PolicyKind, *, covers: tuple[PolicyCover, ...], home: Home | None = None, car: Car | None = None
) -> PolicyTerms:
    terms = PolicyTerms(
        effective_on=date(2024, 4, 1),
        ends_on=None,
        recorded_at=datetime(2026, 11, 3, 9, 30, tzinfo=UTC),
        home=home,
        car=car,
        covers=covers,
        deductible_cents=25_000,
        product_version="home-2021.1",
    )
    return priced(kind, terms, on=_TODAY)


def _subject(kind: PolicyKind, terms: PolicyTerms, number: int) -> Subject:
    """Return a policy of a customer whose name and number no other has."""
    relation_number = str(100_000 + number)
    customer = ContactChanged(
        customer_id=CUSTOMER_ID,
        version=1,
        relation_number=relation_number,
        name=f"J. Voorbeeld {number}",
        email=None,
        mobile_phone=None,
        postal_address=PostalAddress(postcode="6011RA", house_number=str(number + 1)),
        language=Language.DUTCH,
    )
    policy = PolicyChanged(
        policy_number=f"{relation_number}-531-04", version=3, customer_id=CUSTOMER_ID, kind=kind, terms=(terms,)
    )
    return Subject(
        insurer=_INSURER,
        customer=customer,
        policy=policy,
        recorded_at=terms.recorded_at,
        on=_TODAY,
        language=Language.DUTCH,
    )
