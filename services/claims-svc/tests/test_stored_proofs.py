"""How proofs lie in the database."""

from __future__ import annotations

import json
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

from claim_events import policy, rainfall_answer, report
from claims_driver import ClaimsDriver
from domain.proof_cases import FORTY_IN_A_DAY, prove, rain_case

from claims_svc.domain.proof import canonical_bytes
from claims_svc.repository import decisions, stored_proofs

PROOFS_AS_THEY_WERE = Path(__file__).parent / "domain/proofs_as_they_were.json"
STORED_PROOF = b64decode(
    "KLUv/WMn0BlKTB7dBwDTgQWVCqNWxa4kz/ugsDfpWEooE4eJhHQHVPxTIPjeA6B66wa97EYnXcRk28Qo+91U/K20mCl8mp1yYXoeuHqBQvfr"
    "lGAbujUYdfViTnKspSpwHT0sewpIkZneEncCVIUTMMbh4QWCXu5yf2tNK1EKQQ92h1pNDnBYTdLU2e6bcaO+ufkqeqZPz8jLVSDVnooWUzyA"
    "KtwCrFjqEwxK9mEAMn5/sIUGlZ0xYRsxKK7/QyyqAKgfBIZjWjfjOyjuRacbvczpaOesysWa0oHhzasINRqT3LTx/KMtwNJpZdCPX6pR/5Wx"
    "2vBfYrmMMcOELpfbr6Ei0QEYIw+qeg=="
)
"""The proof of 8,012 bytes about forty millimetres in a day, as a database of November 2026 holds it."""
CANONICAL = prove(rain_case(FORTY_IN_A_DAY)).canonical


def test_a_proof_is_read_byte_for_byte_as_it_was_hashed() -> None:
    packed = [stored_proofs.pack(CANONICAL) for _ in range(2)]

    assert [stored_proofs.unpack(each) for each in packed] == [CANONICAL, CANONICAL]


def test_what_all_proofs_have_in_common_is_not_stored_with_each_of_them() -> None:
    assert len(stored_proofs.pack(CANONICAL)) < len(CANONICAL) / 8


def test_the_dictionary_without_which_no_proof_can_be_read_is_never_replaced() -> None:
    dictionary = (Path(stored_proofs.__file__).parent / "proofs.zstd-dictionary").read_bytes()

    assert sha256(dictionary).hexdigest() == "5ba5bd90eac80a722d9d871f0311b49b1065a0f97fbf2d402bbac9b61f63380f"


def test_what_was_stored_when_the_dictionary_was_new_is_read_for_ever() -> None:
    kept = json.loads(PROOFS_AS_THEY_WERE.read_text(encoding="utf-8"))["proofs"]["forty millimetres in a day"]

    assert stored_proofs.unpack(STORED_PROOF).decode() == kept["canonical"]


def test_a_proof_of_before_is_read_as_it_is() -> None:
    assert stored_proofs.unpack(CANONICAL) == CANONICAL


async def test_the_database_keeps_a_proof_as_it_gets_it_in_the_row(driver: ClaimsDriver) -> None:
    await driver.policy(policy())
    (claim_id,) = await driver.open_claims(report())
    await driver.rain(rainfall_answer(claim_id, tenths_mm=402))

    (row,) = await driver.rows(
        """
        SELECT proof, pg_column_compression(proof) AS again, attstorage
          FROM decision, pg_attribute WHERE attrelid = 'decision'::regclass AND attname = 'proof'
        """
    )
    assert (row["again"], row["attstorage"]) == (None, b"e")
    async with driver.harness.pool.acquire() as connection:
        standing = await decisions.standing(connection, claim_ids=[claim_id])
    canonical = stored_proofs.unpack(row["proof"])
    assert canonical_bytes(standing[claim_id].document) == canonical
    assert len(row["proof"]) < len(canonical) / 8
