"""Fields that several routes read."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

Email: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$",
        max_length=254,
        description="An e-mail address; capitals make no difference",
        examples=["j.voorbeeld@example.org"],
    ),
    AfterValidator(str.lower),
]
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
