"""A person as they name themselves who becomes a customer or changes their data."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from chassis.http.field_errors import InvalidValueError
from contracts.vocabulary import PRINTABLE


def _stripped(name: str) -> str:
    """Return a name without spaces around it, which must not be all there is."""
    stripped = name.strip()
    if not stripped:
        raise InvalidValueError("must be a name")
    return stripped


_NO_CONTROLS = PRINTABLE.replace(r"\Z", "$")
"""The same for pydantic's regular expressions, in which a dollar sign is the very end."""
PersonName: TypeAlias = Annotated[
    str,
    Field(min_length=1, max_length=200, pattern=_NO_CONTROLS, examples=["J. Voorbeeld"]),
    AfterValidator(_stripped),
]
EmailAddress: TypeAlias = Annotated[
    str,
    Field(pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$", max_length=254, examples=["j.voorbeeld@example.org"]),
]
MobilePhone: TypeAlias = Annotated[
    str,
    Field(pattern=r"^\+[1-9][0-9]{6,14}$", description="E.164: +, country code, number", examples=["+31612345678"]),
]
