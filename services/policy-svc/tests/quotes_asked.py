"""Quotes as somebody asks for them."""

from __future__ import annotations

from typing import Any

HOME: dict[str, Any] = {
    "postcode": "6011 RA",
    "house_number": "12",
    "home_type": "semi_detached",
    "building": {"floor_area_m2": 130, "volume_m3": 420, "built_in": 1980},
}
HOME_QUOTE: dict[str, Any] = {
    "kind": "buildings",
    "covers": ["buildings"],
    "deductible_cents": 25_000,
    "policyholder": "private_person",
    "home": HOME,
}
PET_QUOTE: dict[str, Any] = {
    "kind": "pet",
    "covers": ["veterinary"],
    "deductible_cents": 0,
    "pet": {"species": "dog", "name": "Boef", "born_on": "2021-05-01"},
}
APPLICANT: dict[str, Any] = {
    "name": "J. Voorbeeld",
    "email": "j.voorbeeld@example.org",
    "mobile_phone": "+31612345678",
    "postal_address": {"postcode": "6011RA", "house_number": "12"},
    "language": "nl",
}
