from __future__ import annotations

from uuid import UUID

from claims_svc.domain.claim import claim_reference

CLAIM_ID = UUID("0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10")


def test_a_reference_is_w_and_ten_letters_or_digits_that_are_not_mistaken_for_one_another() -> None:
    reference = claim_reference(CLAIM_ID)

    assert reference == claim_reference(CLAIM_ID)
    assert len(reference) == 11
    assert reference[0] == "W"
    assert not set(reference[1:]) & set("ILOU")
