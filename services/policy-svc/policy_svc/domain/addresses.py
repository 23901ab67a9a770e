"""Postcodes and house numbers as the Dutch register of addresses (BAG) writes them, checked without asking it."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

import msgspec

from contracts.policy import Home
from contracts.vocabulary import PostalAddress
from policy_svc.domain.texts import Text

_POSTCODE: Final = re.compile(r"([1-9][0-9]{3}) ?([A-Z]{2})")
_NEVER_IN_A_POSTCODE: Final = frozenset({"SA", "SD", "SS"})
_HOUSE_NUMBER: Final = re.compile(r"([0-9]{1,5})(?![0-9])(?:[ /-]*([A-Z])(?![A-Z]))?(?:[ /-]*([A-Z0-9]{1,4}))?")
"""A single letter is the house letter (12A); several, or figures after a separator, are an addition (12-BIS, 12A-2)."""


class AddressFault(StrEnum):
    """What is wrong with an address."""

    NOT_A_POSTCODE = "not_a_postcode"
    LETTERS_NOT_ISSUED = "letters_not_issued"
    NOT_A_HOUSE_NUMBER = "not_a_house_number"


_SAYS: Final = {
    AddressFault.NOT_A_POSTCODE: Text(
        nl="Een postcode is vier cijfers, 1000 of hoger, en twee letters: 6011 RA.",
        en="A postcode is four digits, 1000 or higher, and two letters: 6011 RA.",
    ),
    AddressFault.LETTERS_NOT_ISSUED: Text(
        nl="Postcodes met de letters SA, SD of SS bestaan niet.",
        en="There are no postcodes with the letters SA, SD or SS.",
    ),
    AddressFault.NOT_A_HOUSE_NUMBER: Text(
        nl="Een huisnummer is een getal van 1 tot 99999, met eventueel een letter en een toevoeging: 12, 12A, 12-BIS.",
        en="A house number is a number from 1 to 99999, with a letter and an addition if it has them: 12, 12A, 12-BIS.",
    ),
}


class AddressError(ValueError):
    """A postcode or house number that cannot exist. Its text is the English sentence."""

    def __init__(self, fault: AddressFault) -> None:
        self.fault = fault
        self.says = _SAYS[fault]
        super().__init__(self.says.en)


class HouseNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A house number in the register's three parts. Letter and addition are in capitals, empty where there is none."""

    number: int
    letter: str = ""
    addition: str = ""

    def formatted(self) -> str:
        """Return it as it is kept and written: 12, 12A, 12-BIS, 12A-2."""
        return f"{self.number}{self.letter}" + (f"-{self.addition}" if self.addition else "")


def parse_postcode(text: str) -> str:
    """Return a postcode as it is kept, 6011RA; raise `AddressError` for one that cannot exist."""
    found = _POSTCODE.fullmatch(text.strip().upper())
    if found is None:
        raise AddressError(AddressFault.NOT_A_POSTCODE)
    if found[2] in _NEVER_IN_A_POSTCODE:
        raise AddressError(AddressFault.LETTERS_NOT_ISSUED)
    return found[1] + found[2]


def parse_house_number(text: str) -> HouseNumber:
    """Return a house number in its parts; raise `AddressError` for what is none."""
    found = _HOUSE_NUMBER.fullmatch(text.strip().upper())
    if found is None or int(found[1]) == 0:
        raise AddressError(AddressFault.NOT_A_HOUSE_NUMBER)
    return HouseNumber(number=int(found[1]), letter=found[2] or "", addition=found[3] or "")


def comparable(address: Home | PostalAddress) -> tuple[str, str]:
    """Return an address as it compares: a house number may have been written in another way."""
    try:
        return address.postcode, parse_house_number(address.house_number).formatted()
    except AddressError:
        return address.postcode, address.house_number
