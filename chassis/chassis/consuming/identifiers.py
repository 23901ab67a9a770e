"""What of a key or an id may be told: an identifier of a thing, not what may be somebody's address or number."""

from __future__ import annotations

import re
from typing import Final

_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}", re.ASCII)
"""An e-mail address is none: whoever used one as a key does not get it back."""
_UUID: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)
"""That tells of nobody, whatever digits it happens to have."""
_GROUPED_NUMBER: Final = re.compile(r"[0-9]{6}-[0-9]{3}-[0-9]{2}", re.ASCII)
"""So numbers of things are written, whatever they begin with: nobody groups a phone number like this."""
_PHONE_NUMBER: Final = re.compile(r"0[0-9:./-]{8,}|31[:./-]?[1-9](?:[:./-]?[0-9]){8}", re.ASCII)
"""Neither is a Dutch phone number, with or without the country: ours are told as 31612345678."""
_POSTCODE: Final = re.compile(
    r"[1-9][0-9]{3}(?:[A-Za-z]{2}|(?:[A-Z]{2}|[A-Za-z]{2}[:._/-])[1-9][0-9]{0,4}"
    r"(?:[:._/-]?[A-Za-z][A-Za-z0-9]{0,3}|[:._/-][0-9]{1,4})?)",
    re.ASCII,
)
"""Nor a postcode, alone or with a number of a house: no number begins with 0.

Without anything between them only capitals are taken for one: numbers of senders are often hexadecimal.
"""
_IBAN: Final = re.compile(r"[A-Za-z]{2}[0-9]{2}[:._/-]?[A-Za-z]{4}(?:[:._/-]?[0-9]){10}", re.ASCII)
"""Nor the number of a Dutch account."""
_BARE_NUMBER: Final = re.compile(r"[0-9]{8,9}", re.ASCII)
"""Nor what may be the number of a citizen, or of a mobile phone without its 0."""
_NAME: Final = re.compile(r"[A-Za-z]+[._][A-Za-z]+|[A-Z][A-Za-z]*[._-](?:[A-Za-z]+[._-])*[A-Z][A-Za-z]*", re.ASCII)
"""Nor what may be the name of a person. Names of services are told: small letters and `-`, or `nl.insurer.app`."""
_OF_SOMEBODY: Final = (_PHONE_NUMBER, _POSTCODE, _IBAN, _BARE_NUMBER, _NAME)


def identifier_in(text: str) -> str:
    """Return `text` where it identifies a thing and tells of nobody, else nothing."""
    is_of_a_thing = _UUID.fullmatch(text) or _GROUPED_NUMBER.fullmatch(text)
    tells_of_somebody = not is_of_a_thing and any(kind.fullmatch(text) for kind in _OF_SOMEBODY)
    return text if _IDENTIFIER.fullmatch(text) and not tells_of_somebody else ""
