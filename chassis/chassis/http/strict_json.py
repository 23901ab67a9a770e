"""JSON that has one meaning: no duplicate keys, no NaN, no huge number, valid UTF-8, little depth.

Two programs that read the same text must not read two things: one keeps the first of two equal keys, another the last,
and what the door checks is then not what the rest of the platform acts upon.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final, NoReturn

GREATEST_DEPTH = 32
GREATEST_INTEGER = 2**53 - 1
"""Beyond it a reader that keeps numbers as floating point reads another number."""
MOST_DIGITS = 30
_NO_TEXT: Final = re.compile("[\\ud800-\\udfff\\0]")
"""Half a surrogate pair is no character and cannot be sent on. PostgreSQL keeps no NUL."""


class NotStrictJsonError(ValueError):
    """The text is no JSON, or has more than one meaning; the sentence says what to change and repeats none of it."""


def decode(text: bytes) -> object:
    """Return what `text` says. Raise `NotStrictJsonError` when it is no JSON or has more than one meaning."""
    try:
        value: object = _DECODER.decode(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise NotStrictJsonError("the text is not valid UTF-8") from None
    except json.JSONDecodeError as error:
        raise NotStrictJsonError(f"the text is not JSON, see line {error.lineno} column {error.colno}") from None
    except RecursionError:
        raise _too_deep() from None
    _check(value, depth=0)
    return value


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotStrictJsonError("a key stands twice in one object")
    return found


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS or abs(number := int(digits)) > GREATEST_INTEGER:
        raise NotStrictJsonError(f"a whole number is greater than {GREATEST_INTEGER}")
    return number


def _fraction(digits: str) -> float:
    """Return a number; a whole one as such, because 1.0 is an integer for JSON Schema and so for who reads ours."""
    if len(digits) > MOST_DIGITS or abs(number := float(digits)) > GREATEST_INTEGER:
        raise NotStrictJsonError(f"a number is greater than {GREATEST_INTEGER} or has more than {MOST_DIGITS} digits")
    return int(number) if number.is_integer() else number


def _no_constant(_: str) -> NoReturn:
    raise NotStrictJsonError("NaN and Infinity are no JSON")


def _check(value: object, *, depth: int) -> None:
    """Look at all text and at the depth, which bounds the depth of this function's own calls as well."""
    match value:
        case str():
            if _NO_TEXT.search(value):
                raise NotStrictJsonError("a text holds half a surrogate pair, or NUL")
        case dict() | list():
            if depth == GREATEST_DEPTH:
                raise _too_deep()
            for inner in value:
                _check(inner, depth=depth + 1)
            if isinstance(value, dict):
                for inner in value.values():
                    _check(inner, depth=depth + 1)
        case _:
            pass  # numbers were checked as they were read


def _too_deep() -> NotStrictJsonError:
    return NotStrictJsonError(f"objects and lists are nested more than {GREATEST_DEPTH} deep")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_fraction, parse_constant=_no_constant
)
