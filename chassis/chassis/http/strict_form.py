"""Forms (`application/x-www-form-urlencoded`) that have one meaning: no parameter twice, valid UTF-8, no NUL."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

MOST_PARAMETERS = 64
_HALF_AN_ESCAPE: Final = re.compile(r"%(?![\da-fA-F]{2})", re.ASCII)


class NotStrictFormError(ValueError):
    """The text is no form, or has more than one meaning; the sentence says what to change and repeats none of it."""


def decode(text: bytes) -> Mapping[str, str]:
    """Return the parameters that have a value: one without is as one left out (RFC 6749 §3.2).

    Raises:
        NotStrictFormError: it is no form, or has more than one meaning.
    """
    if not text:
        return {}
    try:
        pairs = _pairs_in(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise NotStrictFormError("the text is not valid UTF-8") from None
    except ValueError:
        raise NotStrictFormError(f"the text is not a form of at most {MOST_PARAMETERS} parameters") from None
    if len(dict(pairs)) < len(pairs):
        raise NotStrictFormError("a parameter stands twice in the form")
    if any("\0" in name or "\0" in value for name, value in pairs):
        raise NotStrictFormError("a parameter holds NUL")
    return {name: value for name, value in pairs if value}


def _pairs_in(text: str) -> list[tuple[str, str]]:
    if _HALF_AN_ESCAPE.search(text):
        raise ValueError("an escape has no two digits")
    return parse_qsl(text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_PARAMETERS)
