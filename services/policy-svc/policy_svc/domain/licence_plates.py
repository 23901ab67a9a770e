"""Dutch licence plates of cars: RDW's fourteen series, the letters each of them knows, and how they are hyphenated."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

import msgspec

from policy_svc.domain.texts import Text

_PATTERNS: Final = (
    "XX-99-99",
    "99-99-XX",
    "99-XX-99",
    "XX-99-XX",
    "XX-XX-99",
    "99-XX-XX",
    "99-XXX-9",
    "9-XXX-99",
    "XX-999-X",
    "X-999-XX",
    "XXX-99-X",
    "X-99-XXX",
    "9-XX-999",
    "999-XX-9",
)
"""RDW's series ("sidecodes") in their order. The last two are planned, not issued yet."""
_SERIES: Final = {pattern.replace("-", ""): number for number, pattern in enumerate(_PATTERNS, start=1)}
_WITHOUT_VOWELS_FROM: Final = 4
_WITHOUT_Y_FROM: Final = 5
_SEPARATED: Final = re.compile(r"[A-Z0-9]+(?:[ -][A-Z0-9]+)*", re.ASCII)
_NEVER_ISSUED: Final = re.compile("SS|SD|GVD|KKK|KVT|LPF|NSB|PKK|PSV|TBS")
_PARTIES: Final = re.compile("PVV|SGP|VVD")
"""Names of parties, left out at parliament's wish since the eleventh series; earlier ones may hold them."""
_WITHOUT_PARTIES_FROM: Final = 11
_OTHER_VEHICLES: Final = "MOWB"
"""First letters, since the fourth series, of motorcycles, semi-trailers, trailers, and lorries."""
_MOPEDS: Final = "DF"
"""First letters of mopeds since the seventh series; cars had them before."""
_MOPEDS_FROM: Final = 7
_OF_THE_STATE: Final = re.compile("AA[0-9]{1,4}|CDJ?[0-9]+|[0-9]+CD[0-9]*|K[LM][0-9]{4}")
"""The royal household, embassies and courts, the forces."""
_BY_EXEMPTION: Final = re.compile("ZZ[0-9]{4}|[0-9]{4}ZZ")
"""Vehicles that may drive by exemption only."""


class PlateFault(StrEnum):
    """Why a text is no plate of a car that can be insured."""

    NOT_A_PLATE = "not_a_plate"
    LETTER_NOT_ISSUED = "letter_not_issued"
    COMBINATION_NOT_ISSUED = "combination_not_issued"
    NOT_A_CAR = "not_a_car"
    STATE_VEHICLE = "state_vehicle"
    EXEMPTED_VEHICLE = "exempted_vehicle"


_SAYS: Final = {
    PlateFault.NOT_A_PLATE: Text(
        nl="Dit is geen Nederlands kenteken: dat heeft zes letters en cijfers in een vaste volgorde, G-001-BB.",
        en="This is no Dutch licence plate: those have six letters and digits in one of their patterns, G-001-BB.",
    ),
    PlateFault.LETTER_NOT_ISSUED: Text(
        nl="Een van deze letters komt in deze kentekenserie niet voor. Is het misschien een cijfer?",
        en="One of these letters does not occur in this series of plates. Could it be a digit?",
    ),
    PlateFault.COMBINATION_NOT_ISSUED: Text(
        nl="Deze lettercombinatie geeft de RDW niet uit.",
        en="The vehicle authority RDW does not issue this combination of letters.",
    ),
    PlateFault.NOT_A_CAR: Text(
        nl="Dit kenteken hoort bij een motor, bromfiets, aanhanger, oplegger of vrachtwagen, niet bij een auto.",
        en="This plate belongs to a motorcycle, moped, trailer, semi-trailer or lorry, not to a car.",
    ),
    PlateFault.STATE_VEHICLE: Text(
        nl="Auto's van het koninklijk huis, ambassades en defensie verzekeren wij niet.",
        en="We do not insure cars of the royal household, embassies or the forces.",
    ),
    PlateFault.EXEMPTED_VEHICLE: Text(
        nl="Voertuigen die alleen met een ontheffing mogen rijden verzekeren wij niet.",
        en="We do not insure vehicles that may drive by exemption only.",
    ),
}


class LicencePlateError(ValueError):
    """A text that is no plate of an insurable car. Its text is the English sentence."""

    def __init__(self, fault: PlateFault) -> None:
        self.fault = fault
        self.says = _SAYS[fault]
        super().__init__(self.says.en)


class LicencePlate(msgspec.Struct, frozen=True, kw_only=True):
    """The plate of a car: six letters and digits, without hyphens, as the contract keeps it."""

    text: str
    series: int

    def formatted(self) -> str:
        """Return the plate as it is written on the car: 99-XXX-9."""
        signs = iter(self.text)
        return "".join(sign if sign == "-" else next(signs) for sign in _PATTERNS[self.series - 1])


def parse(text: str) -> LicencePlate:
    """Return the plate that a customer typed, with or without hyphens, spaces or capitals.

    Raises `LicencePlateError`, with its reason, for what RDW never issues and for what is not a private person's car.
    """
    typed = text.strip().upper()
    if not _SEPARATED.fullmatch(typed):
        raise LicencePlateError(PlateFault.NOT_A_PLATE)
    signs = typed.replace("-", "").replace(" ", "")
    if _OF_THE_STATE.fullmatch(signs):
        raise LicencePlateError(PlateFault.STATE_VEHICLE)
    if _BY_EXEMPTION.fullmatch(signs):
        raise LicencePlateError(PlateFault.EXEMPTED_VEHICLE)
    series = _SERIES.get(re.sub("[0-9]", "9", re.sub("[A-Z]", "X", signs)))
    if series is None:
        raise LicencePlateError(PlateFault.NOT_A_PLATE)
    fault = _fault(signs, series)
    if fault is not None:
        raise LicencePlateError(fault)
    return LicencePlate(text=signs, series=series)


def _fault(signs: str, series: int) -> PlateFault | None:
    """Return what is wrong with the letters of a plate, or None."""
    first = re.sub("[0-9]", "", signs)[0]
    if series >= _WITHOUT_VOWELS_FROM and first in _OTHER_VEHICLES:
        return PlateFault.NOT_A_CAR
    if series >= _MOPEDS_FROM and first in _MOPEDS:
        return PlateFault.NOT_A_CAR
    never = "CQ" + "AEIOU" * (series >= _WITHOUT_VOWELS_FROM) + "Y" * (series >= _WITHOUT_Y_FROM)
    if any(letter in never for letter in signs):
        return PlateFault.LETTER_NOT_ISSUED
    for group in LicencePlate(text=signs, series=series).formatted().split("-"):
        if _NEVER_ISSUED.search(group) or (series >= _WITHOUT_PARTIES_FROM and _PARTIES.search(group)):
            return PlateFault.COMBINATION_NOT_ISSUED
    return None
