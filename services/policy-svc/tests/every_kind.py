"""A line of each kind of policy, for the tests of import and export."""

from __future__ import annotations

import copy
from typing import Any

from policy_lines import LINE, Line

_PERIODS: dict[str, dict[str, Any]] = {
    "211": {
        "car": {"licence_plate": "G001BB", "make": "Volvo", "model": "=V70", "claim_free_years": -1},
        "covers": ["limited_casco", "third_party"],
        "product_version": "car-2026.1",
    },
    "611": {
        "pet": {"species": "dog", "name": "'t Hondje", "born_on": "2020-02-29"},
        "covers": ["veterinary"],
        "product_version": "pet-2026.1",
    },
    "711": {"persons": "family", "covers": ["private_liability"], "product_version": "liability-2026.1"},
    "721": {"persons": "single", "area": "world", "covers": ["luggage", "travel"], "product_version": "travel-2026.1"},
    "811": {"persons": "single", "covers": ["basic_health"], "product_version": "health-2026.1"},
}
_KINDS = {"211": "car", "611": "pet", "711": "liability", "721": "travel", "811": "health"}


def every_kind() -> list[Line]:
    """Return the policies of one customer: a home in two periods, and one of each other kind."""
    home = copy.deepcopy(LINE)
    home["policyholder"]["name"] = 'Ans "Punt;komma", née Ünal'
    first = home["terms"][0]
    later = copy.deepcopy(first) | {"effective_on": "2022-01-01", "deductible_cents": 0}
    later["home"] |= {"features": ["listed_monument", "owners_association"], "building": {"built_in": 1931}}
    home["terms"] = [first | {"effective_on": "2012-04-01", "ends_on": "2022-01-01"}, later]
    dates = {"effective_on": "2026-02-01", "ends_on": "2027-02-01", "deductible_cents": 0}
    others = [
        copy.deepcopy(home)
        | {"policy_number": f"123456-{code}-01", "kind": _KINDS[code], "terms": [dates | copy.deepcopy(period)]}
        for code, period in _PERIODS.items()
    ]
    return [home, *others]
