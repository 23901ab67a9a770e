"""Lines of a policy file, and what imports them, for the tests that share them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

DEMO_FILE = Path(__file__).parents[3] / "tools" / "demo" / "demo" / "data" / "policies" / "policies.jsonl"

Line = dict[str, Any]
Importer = Callable[..., Coroutine[Any, Any, int]]

LINE: Line = {
    "policy_number": "123456-531-04",
    "policyholder": {
        "name": "J. Voorbeeld",
        "email": "j.voorbeeld@example.org",
        "mobile_phone": "+31612345678",
        "language": "nl",
    },
    "terms": [
        {
            "effective_on": "2019-04-01",
            "ends_on": None,
            "home": {
                "postcode": "6011RA",
                "house_number": "12",
                "location": {
                    "latitude_microdegrees": 51_190_000,
                    "longitude_microdegrees": 5_790_000,
                    "accuracy_metres": 25,
                },
                "home_type": "semi_detached",
            },
            "covers": ["buildings", "contents"],
            "deductible_cents": 25_000,
            "product_version": "home-2021.1",
        }
    ],
}


def another(line: Line, policy_number: str, **holder: object) -> Line:
    """Return the line of another policy with the same terms."""
    result = copy.deepcopy(line)
    result["policy_number"] = policy_number
    result["policyholder"] |= holder
    return result
