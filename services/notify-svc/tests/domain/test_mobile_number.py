from __future__ import annotations

import phonenumbers
import pytest

from notify_svc.domain.mobile_number import NotMobile, mobile_number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("+31612345678", "+31612345678"),
        ("06-12345678", "+31612345678"),
        ("06 12 34 56 78", "+31612345678"),
        ("0031 6 12345678", "+31612345678"),
        ("+31 (0)6 1234 5678", "+31612345678"),
        ("+32470123456", "+32470123456"),
        ("+12025550123", "+12025550123"),
    ],
)
def test_a_mobile_number_is_told_in_one_form_and_is_dutch_unless_it_says_otherwise(written: str, number: str) -> None:
    assert mobile_number(written) == number


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("+31201234567", "number-landline"),
        ("+31882345678", "number-landline"),
        ("+31800123456", "number-landline"),
        ("+31909012345", "number-premium"),
        ("+31852345678", "number-not-mobile"),
        ("+3161234567", "number-of-nobody"),
        ("+31602345678", "number-of-nobody"),
        ("call me", "number-unreadable"),
    ],
)
def test_what_takes_no_sms_is_found_before_it_is_sent(written: str, reason: str) -> None:
    assert mobile_number(written) == NotMobile(reason)


def test_what_is_read_without_the_library_is_what_the_library_reads() -> None:
    numbers = [f"+316{prefix:02d}345678" for prefix in range(100)] + ["+3161234567٣", "+31612345678\n", "+316123456789"]

    by_library = {
        number: phonenumbers.number_type(phonenumbers.parse(number, "NL")) == phonenumbers.PhoneNumberType.MOBILE
        for number in numbers[:100]
    }

    assert {number: mobile_number(number) == number for number in numbers[:100]} == by_library
    assert [mobile_number(number) == number for number in numbers[100:]] == [False] * 3
