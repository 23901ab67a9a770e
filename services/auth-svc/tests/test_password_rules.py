from __future__ import annotations

import pytest

from auth_svc.domain.password_rules import _common, context_words, fault_of
from auth_svc.domain.phone_numbers import is_mobile, masked, normalised
from auth_svc.domain.refusals import Reason

WORDS = context_words(email="j.voorbeeld@example.org", relation_number="123456")


@pytest.mark.parametrize("character", ["q", "é", "e\u0301", "密", "🌧", " ", "\u200d"])
@pytest.mark.parametrize(
    ("length", "fault"), [(7, Reason.WEAK_PASSWORD), (8, None), (128, None), (129, Reason.WEAK_PASSWORD)]
)
def test_eight_to_128_characters_of_any_kind_may_be_chosen(character: str, length: int, fault: Reason | None) -> None:
    password = f"xw7{character * length}"[:length]
    assert len(password) == length
    assert fault_of(password, WORDS) is fault


def test_more_than_three_thousand_passwords_are_too_common() -> None:
    assert len(_common()) == 11_611
    assert min(map(len, _common())) == 8


@pytest.mark.parametrize("password", ["password1", "PassWord1", "iloveyou", "qwertyuiop", "Welkom01", "12345678"])
def test_common_passwords_are_refused_whatever_their_capitals(password: str) -> None:
    assert fault_of(password) is Reason.COMMON_PASSWORD


@pytest.mark.parametrize("password", ["Voorbeeld2026!", "123456voorbeeld", "waterschade1!", "example.org-1"])
def test_what_is_left_beside_the_words_of_the_account_must_be_long_enough(password: str) -> None:
    assert fault_of(password, WORDS) is Reason.COMMON_PASSWORD
    assert fault_of(password + " en drie droge eenden", WORDS) is None


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("06-12345678", "+31612345678"),
        ("06 12 34 56 78", "+31612345678"),
        ("0031 6 12345678", "+31612345678"),
        ("+31 (0)6 1234 5678", "+31612345678"),
        (" +32 470 12 34 56", "+32470123456"),
        ("020 123 45 67", "+31201234567"),
        ("+31612345678x", None),
        ("+٣١٦١٢٣٤٥٦٧٨", None),
        ("12345678", None),
        ("", None),
    ],
)
def test_numbers_are_written_in_one_way(written: str, number: str | None) -> None:
    assert normalised(written) == number


@pytest.mark.parametrize(
    ("number", "gets_messages"),
    [
        ("+31612345678", True),
        ("+3161234567", False),
        ("+31201234567", False),
        ("+32470123456", True),
        ("+4915112345678", True),
        ("+4930123456", False),
        ("+447700900123", False),
    ],
)
def test_codes_go_to_mobile_numbers_here_and_next_door(number: str, *, gets_messages: bool) -> None:
    assert is_mobile(number) is gets_messages


def test_a_masked_number_is_recognised_and_not_called() -> None:
    assert masked("+31612345678") == "+31 6 ** ** ** 78"
    assert masked("+31201234567") == "+31 ** ** ** 67"
