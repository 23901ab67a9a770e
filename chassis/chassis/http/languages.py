"""In which language whoever asks wants sentences."""

from __future__ import annotations

import re
from typing import Annotated, Final, TypeAlias

from fastapi import Depends, Header
from starlette.responses import Response

from contracts.language import Language

_RANGE: Final = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]{1,40})?\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?", re.ASCII
)
_LONGEST = 200


def preferred(accept_language: str | None) -> Language:
    """Return the language that Accept-Language (RFC 9110) prefers; Dutch where it prefers neither."""
    weights = dict.fromkeys(Language, 0.0)
    others = 0.0
    for item in (accept_language or "")[:_LONGEST].split(","):
        found = _RANGE.fullmatch(item)
        if found is None:
            continue
        name, weight = found[1].lower(), float(found[2] or 1)
        if name == "*":
            others = max(others, weight)
        elif name in weights:
            weights[Language(name)] = max(weights[Language(name)], weight)
    if weights[Language.DUTCH] == 0 and others:
        weights[Language.DUTCH] = others
    return max(weights, key=lambda language: weights[language])


async def _wanted(
    accept_language: Annotated[
        str | None,
        Header(
            description="`nl` or `en`: the language of sentences. Dutch where neither is asked for.", examples=["nl"]
        ),
    ] = None,
) -> Language:
    return preferred(accept_language)


WantedLanguage: TypeAlias = Annotated[Language, Depends(_wanted)]


def told_in(response: Response, language: Language) -> None:
    """Say in which language `response` is, and that another one would get another answer."""
    response.headers["Content-Language"] = language.value
    response.headers["Vary"] = "Accept-Language"
