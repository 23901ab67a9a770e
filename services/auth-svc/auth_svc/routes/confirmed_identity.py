"""What every change that needs it carries in its body: that somebody has just shown who they are."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field

from chassis.http.values import ExactModel

ConfirmedIdentity: TypeAlias = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9_-]{43}$",
        description="What a login for the purpose confirm_identity has handed out, within ten minutes, for one change",
        examples=["4mXhJ8cTLC8BqOQ0PxyGfS8tBqS3JX8m2Qh0p1nUuFo"],
        repr=False,
    ),
]


class IdentityConfirmed(ExactModel):
    """That somebody has just shown who they are, and nothing besides."""

    confirmed_identity: ConfirmedIdentity
