"""Fields that several routes read."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from auth_svc.domain.parameters import CODE_DIGITS
from chassis.http.field_errors import InvalidValueError


def _in_lower_case(email: str) -> str:
    """Return the address in lower case. From A to Z only everybody agrees on what that is, or that it is one letter."""
    lowered = email.lower()
    if lowered != "".join(letter.lower() if letter.isascii() else letter for letter in email):
        raise InvalidValueError("must have its letters with accents, and those of other alphabets, in lower case")
    return lowered


Email: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$",
        max_length=254,
        description="An e-mail address; capitals from A to Z make no difference",
        examples=["j.voorbeeld@example.org"],
    ),
    AfterValidator(_in_lower_case),
]
Code: TypeAlias = Annotated[str, Field(pattern=rf"^[0-9]{{{CODE_DIGITS}}}$", examples=["123456"], repr=False)]
"""What an SMS or an authenticator app shows."""
LinkSecret: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        repr=False,
        description="What stands behind the # of the link in the mail",
        examples=["wA9sZ0y3l5k7QpN1c2dM8bX4vT6rUeHjGfYiKoLxS_E"],
    ),
]
NewPassword: TypeAlias = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1_000,
        repr=False,
        description="8 to 128 characters of any kind; not one that many people have",
        examples=["vier woorden zonder verband"],
    ),
]
