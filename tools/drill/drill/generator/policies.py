"""The insured: one policy each, at one of the stations, each reached under an address of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from drill.generator.rain import LATE, PLACES

_DEDUCTIBLES_CENTS = (0, 25_000, 50_000, 100_000)
_FIRST_RELATION_NUMBER = 810_001
_WEATHERS = tuple(weather for weather in PLACES if weather != LATE)
INSURED_FROM = date(2019, 4, 1)


@dataclass(frozen=True, kw_only=True)
class Insured:
    """A customer by running number. `at` names the weather of the home; empty: the number says it."""

    number: int
    at: str = ""

    @property
    def policy_number(self) -> str:
        return f"{_FIRST_RELATION_NUMBER + self.number}-531-01"

    @property
    def email(self) -> str:
        return f"drill{self.number}@example.org"

    @property
    def phone(self) -> str:
        """As an SMS centre is told it: without the plus."""
        return f"3162{self.number:07d}"

    @property
    def weather(self) -> str:
        """Which of the stations the home stands at."""
        return self.at or _WEATHERS[self.number % len(_WEATHERS)]

    @property
    def deductible_cents(self) -> int:
        return _DEDUCTIBLES_CENTS[self.number // len(_WEATHERS) % len(_DEDUCTIBLES_CENTS)]


def file_lines(insured: Iterable[Insured]) -> Iterator[str]:
    """Yield the file of their policies, as policy-svc imports it."""
    for each in insured:
        yield json.dumps(_policy(each)) + "\n"


def _policy(insured: Insured) -> dict[str, object]:
    place = PLACES[insured.weather]
    location = {
        "latitude_microdegrees": place.latitude,
        "longitude_microdegrees": place.longitude,
        "accuracy_metres": 25,
    }
    number = insured.number
    home = {"postcode": f"{1_011 + number % 8_000}AB", "house_number": str(1 + number % 200), "location": location}
    return {
        "policy_number": insured.policy_number,
        "policyholder": {
            "name": f"Voorbeeld {number}",
            "email": insured.email,
            "mobile_phone": f"+{insured.phone}",
            "language": "nl" if number % 4 else "en",
        },
        "terms": [
            {
                "effective_on": INSURED_FROM.isoformat(),
                "ends_on": None,
                "home": home | {"home_type": "terraced"},
                "covers": ["buildings", "contents"],
                "deductible_cents": insured.deductible_cents,
                "product_version": "home-2021.1",
            }
        ],
    }
