"""Codes of the services in words, for staff: `codes.ground.storm`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from portal_svc.web.texts import Texts

Wording: TypeAlias = Callable[[str, str | None], str]
_ROOM: Final = "codes."
_NOTHING: Final = "–"


def wording(texts: Texts) -> Wording:
    """Return what puts a code into words, given what it is a code of: `word("ground", "storm")`.

    A service may know a code before the portal has words for it: staff then read the code itself, and lose nothing.
    """

    def word(kind: str, code: str | None) -> str:
        if not code:
            return _NOTHING
        key = f"{_ROOM}{kind}.{code}"
        return texts(key) if key in texts else code.replace("_", " ")

    return word
