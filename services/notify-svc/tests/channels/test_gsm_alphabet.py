from __future__ import annotations

import pytest

from notify_svc.channels import gsm_alphabet


def test_the_euro_sign_takes_two_septets() -> None:
    assert gsm_alphabet.encode("€ 1@£") == b"\x1b\x65\x20\x31\x00\x01"


@pytest.mark.parametrize("text", ["ë", "\u00a0", "\x1b", "😀"])
def test_a_character_outside_the_alphabet_is_named(text: str) -> None:
    with pytest.raises(gsm_alphabet.NotInAlphabetError, match="is not in the GSM 7 bit alphabet"):
        gsm_alphabet.encode(text)


def test_the_alphabet_has_its_128_places() -> None:
    assert gsm_alphabet.encode("AZaz") == b"AZaz"
    assert gsm_alphabet.encode("ÄÖÑÜ§¿äöñüà") == bytes(
        [0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F]
    )
    assert gsm_alphabet.encode("Δ_ΦΓΛΩΠΨΣΘΞ") == bytes(range(0x10, 0x1B))
