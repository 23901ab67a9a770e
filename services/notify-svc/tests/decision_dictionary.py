"""Trains the dictionary of `repository/stored_events.py` on the letters' cases: python decision_dictionary.py FILE.

A dictionary that decisions were stored with is never replaced. A new one gets a file of its own beside it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random
from uuid import UUID

from backports import zstd
from decisions import paid
from letter_cases import CASES
from msgspec.structs import replace

from contracts.claims import DecisionMade
from contracts.codec import to_json

SAMPLES_OF_EACH = 20
DICTIONARY_BYTES = 8_192
_chance = Random(1)  # noqa: S311 - reproducible on purpose


def samples() -> list[bytes]:
    """Return decisions of every kind, the usual one as often as all others, in an order without a meaning."""
    decisions = [case for case in [*CASES.values(), *[paid()] * len(CASES)] for _ in range(SAMPLES_OF_EACH)]
    _chance.shuffle(decisions)
    return [to_json(_as_if_of_another_claim(decision)) for decision in decisions]


def _as_if_of_another_claim(decision: DecisionMade) -> DecisionMade:
    return replace(
        decision,
        claim_id=_id(),
        claim_reference=f"W{_id().hex[:10].upper()}",
        customer_id=decision.customer_id and _id(),
        report_ids=tuple(_id() for _ in decision.report_ids),
        proof_sha256=f"{_id().hex}{_id().hex}",
    )


def _id() -> UUID:
    return UUID(int=_chance.getrandbits(128))


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(zstd.train_dict(samples(), DICTIONARY_BYTES).dict_content)
