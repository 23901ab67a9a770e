"""The columns of a CSV file of policies: each is called as its field in JSON, and says how its cells are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

_WHOLE: Final = re.compile(r"-?\d{1,18}", re.ASCII)
_DUTCH_DAY: Final = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})", re.ASCII)
_FORMULA: Final = re.compile(r"'*[=+@\t-]")
_GUARDED: Final = re.compile(r"'+[=+@\t-]")

Cell = Callable[[str], object]


def _text(cell: str) -> str:
    """Return a text without the apostrophe by which a spreadsheet takes it for one, and not for a formula or number."""
    return cell[1:] if _GUARDED.match(cell) else cell


def guarded(text: str) -> str:
    """Return a text as a spreadsheet leaves it alone; reading takes the apostrophe away."""
    return f"'{text}" if _FORMULA.match(text) else text


def _whole(cell: str) -> object:
    return int(cell) if _WHOLE.fullmatch(cell.strip()) else cell


def _day(cell: str) -> str:
    """Return a day as JSON has it. Dutch spreadsheets write 31-12-2026."""
    day = _DUTCH_DAY.fullmatch(cell.strip())
    return f"{day[3]}-{day[2]:0>2}-{day[1]:0>2}" if day else cell.strip()


def _word(cell: str) -> str:
    return cell.strip()


def _words(cell: str) -> list[str]:
    return cell.split()


def _truth(cell: str) -> object:
    return {"true": True, "false": False}.get(cell.strip().lower(), cell)


def _parts(cell: str) -> list[Mapping[str, object]]:
    """Return the parts of a premium, which stand there as `buildings=12345 deductible=-500`."""
    pairs = [word.partition("=") for word in cell.split()]
    return [{"code": code, "amount_cents": _whole(cents)} for code, _, cents in pairs]


OF_A_POLICY: Final[Mapping[str, Cell]] = {
    "policy_number": _word,
    "version": _whole,
    "kind": _word,
    "policyholder.name": _text,
    "policyholder.email": _text,
    "policyholder.mobile_phone": _text,
    "policyholder.postal_address.postcode": _word,
    "policyholder.postal_address.house_number": _text,
    "policyholder.language": _word,
    "policyholder.version": _whole,
}
"""The same on every row of a policy."""
OF_A_PERIOD: Final[Mapping[str, Cell]] = {
    "effective_on": _day,
    "ends_on": _day,
    "home.postcode": _word,
    "home.house_number": _text,
    "home.location.latitude_microdegrees": _whole,
    "home.location.longitude_microdegrees": _whole,
    "home.location.accuracy_metres": _whole,
    "home.home_type": _word,
    "home.features": _words,
    "home.building.floor_area_m2": _whole,
    "home.building.volume_m3": _whole,
    "home.building.built_in": _whole,
    "car.licence_plate": _word,
    "car.make": _text,
    "car.model": _text,
    "car.list_price_cents": _whole,
    "car.claim_free_years": _whole,
    "pet.species": _word,
    "pet.name": _text,
    "pet.born_on": _day,
    "persons": _word,
    "area": _word,
    "covers": _words,
    "deductible_cents": _whole,
    "product_version": _word,
    "premium.a_year_cents": _whole,
    "premium.parts": _parts,
    "premium.model": _word,
    "premium.is_estimate": _truth,
}
REQUIRED: Final = frozenset(
    {
        "policy_number",
        "policyholder.name",
        "policyholder.email",
        "policyholder.mobile_phone",
        "policyholder.language",
        "effective_on",
        "ends_on",
        "covers",
        "deductible_cents",
        "product_version",
    }
)
"""Must stand in the first line; any other may be left out."""


def nested(cells: Mapping[str, str], columns: Mapping[str, Cell], *, empty: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `columns` of a row say, as the object that it is in JSON; an empty cell says what `empty` does."""
    result: dict[str, Any] = {}
    for name, read in columns.items():
        cell = cells.get(name, "")
        if not cell.strip() and name not in empty:
            continue
        *objects, field = name.split(".")
        target = result
        for each in objects:
            target = target.setdefault(each, {})
        target[field] = read(cell) if cell.strip() else empty[name]
    return result
