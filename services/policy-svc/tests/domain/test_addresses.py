"""Postcodes and house numbers, checked without asking anybody."""

from __future__ import annotations

import pytest

from policy_svc.domain.addresses import AddressError, AddressFault, HouseNumber, parse_house_number, parse_postcode


@pytest.mark.parametrize("text", ["6011RA", "6011 RA", " 6011ra "])
def test_a_postcode_is_kept_in_one_form(text: str) -> None:
    assert parse_postcode(text) == "6011RA"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("0999AA", AddressFault.NOT_A_POSTCODE),
        ("999AA", AddressFault.NOT_A_POSTCODE),
        ("6011R", AddressFault.NOT_A_POSTCODE),
        ("6011RAX", AddressFault.NOT_A_POSTCODE),
        ("6011-RA", AddressFault.NOT_A_POSTCODE),
        ("\u0666011RA", AddressFault.NOT_A_POSTCODE),
        ("", AddressFault.NOT_A_POSTCODE),
        ("6011RA" + " " * 30 + "x", AddressFault.NOT_A_POSTCODE),
        ("1000SA", AddressFault.LETTERS_NOT_ISSUED),
        ("1000sd", AddressFault.LETTERS_NOT_ISSUED),
        ("1000 SS", AddressFault.LETTERS_NOT_ISSUED),
    ],
)
def test_a_postcode_that_cannot_exist_is_refused_with_its_reason(text: str, fault: AddressFault) -> None:
    with pytest.raises(AddressError) as refused:
        parse_postcode(text)
    assert refused.value.fault is fault


def test_the_lowest_and_the_highest_postcode_are_accepted() -> None:
    assert parse_postcode("1000AA") == "1000AA"
    assert parse_postcode("9999ZZ") == "9999ZZ"


@pytest.mark.parametrize(
    ("text", "number", "letter", "addition", "formatted"),
    [
        ("12", 12, "", "", "12"),
        ("012", 12, "", "", "12"),
        ("12a", 12, "A", "", "12A"),
        ("12 A", 12, "A", "", "12A"),
        ("12-2", 12, "", "2", "12-2"),
        ("12bis", 12, "", "BIS", "12-BIS"),
        ("12 hs", 12, "", "HS", "12-HS"),
        ("12A2", 12, "A", "2", "12A-2"),
        ("12A-A02", 12, "A", "A02", "12A-A02"),
        ("99999", 99_999, "", "", "99999"),
    ],
)
def test_a_house_number_is_read_in_its_three_parts(
    text: str, number: int, letter: str, addition: str, formatted: str
) -> None:
    house = parse_house_number(text)
    assert house == HouseNumber(number=number, letter=letter, addition=addition)
    assert house.formatted() == formatted
    assert parse_house_number(formatted) == house


@pytest.mark.parametrize("text", ["", "A", "0", "00", "100000", "12-ABCDE", "12\n3\n4", "12;", "12 A 3 4", "½"])
def test_what_is_no_house_number_is_refused(text: str) -> None:
    with pytest.raises(AddressError) as refused:
        parse_house_number(text)
    assert refused.value.fault is AddressFault.NOT_A_HOUSE_NUMBER
