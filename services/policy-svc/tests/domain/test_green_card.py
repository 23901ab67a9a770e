"""From when until when a green card is valid, and for which policies there is none."""

from __future__ import annotations

from datetime import date

import pytest
from documents_told import terms_in_force
from msgspec.structs import replace

from contracts.policy import Car, PolicyKind, PolicyTerms
from policy_svc.domain.green_card import validity

CAR = terms_in_force(PolicyKind.CAR)
OTHER_CAR = replace(CAR, car=Car(licence_plate="G002BB", make="Kia"))
assert CAR.car is not None
DEARER = replace(CAR, car=replace(CAR.car, list_price_cents=None, claim_free_years=8))
OTHER_MAKE = replace(CAR, car=replace(CAR.car, make="Saab"))
D = date.fromisoformat


def periods(*each: tuple[PolicyTerms, str, str | None]) -> tuple[PolicyTerms, ...]:
    return tuple(
        replace(terms, effective_on=D(begin), ends_on=None if end is None else D(end)) for terms, begin, end in each
    )


@pytest.mark.parametrize(
    ("terms", "on", "expected"),
    [
        # This insurance year; from 15 days before its end into the next one.
        (periods((CAR, "2024-04-01", None)), "2026-11-27", ("2026-04-01", "2027-03-31")),
        (periods((CAR, "2024-04-01", None)), "2027-03-17", ("2026-04-01", "2027-03-31")),
        (periods((CAR, "2024-04-01", None)), "2027-03-18", ("2026-04-01", "2028-03-31")),
        # Begun on a leap day.
        (periods((CAR, "2024-02-29", None)), "2025-02-28", ("2024-02-29", "2026-02-28")),
        # Other terms of the same car change nothing; another car does.
        (
            periods((CAR, "2024-04-01", "2026-09-01"), (replace(CAR, deductible_cents=0), "2026-09-01", None)),
            "2026-11-27",
            ("2026-04-01", "2027-03-31"),
        ),
        # Nor does another price of it, or a year without claims; a make that is not the one on the card does.
        (
            periods((CAR, "2024-04-01", "2026-12-05"), (DEARER, "2026-12-05", None)),
            "2026-11-27",
            ("2026-04-01", "2027-03-31"),
        ),
        (periods((CAR, "2024-04-01", "2026-12-05"), (OTHER_MAKE, "2026-12-05", None)), "2026-11-27", None),
        (
            periods((CAR, "2024-04-01", "2026-09-01"), (OTHER_CAR, "2026-09-01", None)),
            "2026-11-27",
            ("2026-09-01", "2027-03-31"),
        ),
        (
            periods((CAR, "2024-04-01", "2026-12-24"), (OTHER_CAR, "2026-12-24", None)),
            "2026-11-27",
            ("2026-04-01", "2026-12-23"),
        ),
        # Up to the last insured day, and none for less than 15 days.
        (periods((CAR, "2024-04-01", "2026-12-12")), "2026-11-27", ("2026-04-01", "2026-12-11")),
        (periods((CAR, "2024-04-01", "2026-12-11")), "2026-11-27", None),
        # Not insured, not yet, no longer, no car.
        (periods((CAR, "2026-12-01", None)), "2026-11-27", None),
        (periods((CAR, "2024-04-01", "2026-11-27")), "2026-11-27", None),
        (periods((terms_in_force(PolicyKind.BUILDINGS), "2024-04-01", None)), "2026-11-27", None),
    ],
)
def test_a_card_is_valid_while_the_same_car_is_insured(
    terms: tuple[PolicyTerms, ...], on: str, expected: tuple[str, str] | None
) -> None:
    card = validity(terms, on=D(on))
    assert (card and (card.from_day, card.until_day)) == (expected and (D(expected[0]), D(expected[1])))
