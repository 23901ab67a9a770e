"""Amounts of money as people write them."""

from __future__ import annotations

import re
from typing import Final

_AMOUNT: Final = re.compile(
    r"(?:€|EUR)?\s*([0-9]{1,3}(?:[.,' ][0-9]{3})+|[0-9]{1,9})(?:[.,]([0-9]{1,2})|[.,]-)?", re.ASCII
)


def cents_of(written: str) -> int | None:
    """Return euro cents of `1840`, `1.840,50`, `1,840.50` or `€ 1840,-`; None when it is no amount.

    Three digits behind a sign are thousands, in both languages: nobody writes tenths of a cent.
    """
    found = _AMOUNT.fullmatch(written.strip().replace("\u00a0", " "))
    if found is None:
        return None
    return int(re.sub(r"\D", "", found[1])) * 100 + int((found[2] or "0").ljust(2, "0"))
