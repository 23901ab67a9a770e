"""Phone numbers: one way of writing them, and which of them get text messages."""

from __future__ import annotations

import re
from typing import Final

_DUTCH: Final = "+31"
_E164: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_PUNCTUATION: Final = re.compile(r"[ .\-/()]")
MOBILE: Final = {
    "+31 6": re.compile(r"\+316[0-9]{8}", re.ASCII),
    "+32 4": re.compile(r"\+324[0-9]{8}", re.ASCII),
    "+49 1": re.compile(r"\+491[567][0-9]{8,9}", re.ASCII),
}
"""Where codes are sent by SMS: here and to the neighbours. Numbers elsewhere are what pumping lives on (row 16)."""


def normalised(written: str) -> str | None:
    """Return the number in E.164 (+31612345678), a Dutch one when it names no country; None when it is none."""
    number = _PUNCTUATION.sub("", written.strip().replace("(0)", ""))
    if number.startswith("00"):
        number = "+" + number[2:]
    elif number.startswith("0"):
        number = _DUTCH + number[1:]
    return number if _E164.fullmatch(number) else None


def is_mobile(number: str) -> bool:
    """Whether a number in E.164 gets our text messages."""
    return any(form.fullmatch(number) for form in MOBILE.values())


def masked(number: str) -> str:
    """Return what its owner recognises and nobody can call: `+31 6 ** ** ** 78`."""
    beginning = next((shown for shown, form in MOBILE.items() if form.fullmatch(number)), number[:3])
    return f"{beginning} ** ** ** {number[-2:]}"
