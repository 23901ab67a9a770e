"""Trains the dictionary of `repository/stored_proofs.py` on made-up proofs: python tests/proof_dictionary.py FILE.

A dictionary that proofs were stored with is never replaced. A new one gets a file of its own beside it.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID

from backports import zstd
from domain.proof_cases import prove, rain_case
from domain.random_cases import some_case
from hypothesis import given, seed, settings
from msgspec.structs import replace

from claims_svc.domain.case import Case

SAMPLES = 800
DICTIONARY_BYTES = 8_192
FIRST_HOUR = datetime(2021, 7, 13, tzinfo=UTC)
TENTHS_MM = (0, 0, 0, 1, 2, 3, 5, 8, 14, 25, 40, 77, 110)
_chance = Random(1)  # noqa: S311 - reproducible on purpose


def samples() -> list[bytes]:
    """Return proofs of cases of every kind, and of claims that asked for rain, in an order without a meaning."""
    proofs: list[bytes] = []

    @settings(max_examples=SAMPLES, database=None, deadline=None)
    @seed(1)
    @given(some_case)
    def collect(case: Case) -> None:
        proofs.append(_proof_of(case))

    collect()
    proofs += [_proof_of(rain_case(hours(_chance))) for _ in range(SAMPLES)]
    _chance.shuffle(proofs)
    return proofs


def _proof_of(case: Case) -> bytes:
    return prove(replace(case, claim_id=UUID(int=_chance.getrandbits(128)))).canonical


def hours(chance: Random) -> dict[datetime, int | None]:
    return {FIRST_HOUR + timedelta(hours=hour): chance.choice(TENTHS_MM) for hour in range(72)}


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(zstd.train_dict(samples(), DICTIONARY_BYTES).dict_content)
