"""What several routes read."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from fastapi import Path

CLAIM_PATH: Final = "/customers/{relation_number}/claims/{reference}"
"""Of a claim as its customer asks: the door then sees whose it is."""
DESK_PATH: Final = "/desk/claims/{reference}"
"""Of a claim as those ask who work at it."""
ReferenceInPath: TypeAlias = Annotated[
    str,
    Path(pattern=r"^W[0-9A-HJKMNP-TV-Z]{10}$", description="As in letters and mails", examples=["W7XK2M9QD4T"]),
]
