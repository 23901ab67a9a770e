"""Why data from outside cannot be read, in words for the people who sent it.

A reason names the field and what to send. It never repeats a content, which may be somebody's personal data, and it
does not change when the validating library words its own messages differently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from pydantic import ValidationError

_SHOWN_REASONS = 5
_POSITION = re.compile(r"line \d+ column \d+$")

_UUID = "must be a UUID as text, such as 0198c5f2-6d1a-7c43-9a51-6f2f3b1c7d10"
_INSTANT = "must be a time as text with its zone, such as 2021-07-15T06:12:00Z"
_DAY = "must be a day as text, such as 2021-07-15"
_CHOICE = "must be {expected}"
SENTENCES = {
    "bool_type": "must be true or false, without quotes",
    "date_parsing": _DAY,
    "date_type": _DAY,
    "datetime_parsing": _INSTANT,
    "datetime_type": _INSTANT,
    "enum": _CHOICE,
    "greater_than_equal": "must be at least {ge}",
    "int_parsing_size": "must be a whole number with fewer digits",
    "int_type": "must be a whole number, without quotes, decimal point or exponent",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "literal_error": _CHOICE,
    "missing": "is missing",
    "model_type": "must be a JSON object",
    "string_pattern_mismatch": "must be text that matches {pattern}",
    "string_too_long": "must hold at most {max_length} character(s)",
    "string_too_short": "must hold at least {min_length} character(s)",
    "string_type": "must be text, in quotes",
    "timezone_aware": _INSTANT,
    "too_long": "must hold at most {max_length} item(s)",
    "too_short": "must hold at least {min_length} item(s)",
    "tuple_type": "must be a JSON array",
    "uuid_parsing": _UUID,
    "uuid_type": _UUID,
    "value_error": "{error}",  # raised by a validator of ours, in our words
}
"""What to send, by pydantic's type of error. A test makes every type that the events can give."""
UNKNOWN_VALUE = "unknown-value"
"""The code of a record that is sound but for values that a newer version of its schema may know."""
_KINDS_OF_UNKNOWN_VALUE = frozenset({"enum", "literal_error", "union_tag_invalid"})
_ANYTHING_ELSE = "is not what its schema describes"


class WrongField(NamedTuple):
    """What of a record is wrong: a field of its event (`damage.0.kind`), or a part (`header ce_id`, `key`, `value`).

    `change` tells the people who sent it what to send. Neither repeats a content.
    """

    field: str
    change: str


class _Problem(NamedTuple):
    kind: str
    place: tuple[int | str, ...]
    limits: Mapping[str, Any]


def explain(error: ValidationError) -> tuple[str, str, tuple[WrongField, ...]]:
    """Return the stable code, the reason why a record's value is no event, and the same field by field."""
    if is_not_json(error):
        position = _POSITION.search(error.errors(include_url=False, include_input=False)[0]["msg"])
        where = f" at {position[0]}" if position else ""
        reason = f"the value cannot be read as JSON{where}; send UTF-8 JSON"
        return "not-json", reason, (WrongField("value", reason),)
    kinds = {detail["type"] for detail in error.errors(include_url=False, include_input=False)}
    code = UNKNOWN_VALUE if kinds <= _KINDS_OF_UNKNOWN_VALUE else "wrong-schema"
    return code, wrong_fields(error, whole="event"), faults(error, whole="event")


def is_not_json(error: ValidationError) -> bool:
    return error.errors(include_url=False, include_input=False)[0]["type"] == "json_invalid"


def wrong_fields(
    error: ValidationError, *, whole: str, sentence_of: Callable[[str, str], str | None] = lambda *_: None
) -> str:
    """Return one reason for every field that is wrong, the first five of them: see `faults`."""
    found = faults(error, whole=whole, sentence_of=sentence_of)
    more = f" (and {len(found) - _SHOWN_REASONS} more)" if len(found) > _SHOWN_REASONS else ""
    return "; ".join(f"{fault.field}: {fault.change}" for fault in found[:_SHOWN_REASONS]) + more


def faults(
    error: ValidationError, *, whole: str, sentence_of: Callable[[str, str], str | None] = lambda *_: None
) -> tuple[WrongField, ...]:
    """Return every field that is wrong and what to send there.

    `whole` is what the data is called where no field of it is meant. `sentence_of` may know a better sentence for a
    kind of error at a field, given both names.
    """
    details = error.errors(include_url=False, include_input=False)
    problems = [_Problem(detail["type"], detail["loc"], detail.get("ctx", {})) for detail in details]
    found = []
    for problem in problems:
        if not _follows_from_another(problem, problems):
            field = str(problem.place[-1]) if problem.place else ""
            sentence = sentence_of(problem.kind, field) or SENTENCES.get(problem.kind, _ANYTHING_ELSE)
            place = ".".join(map(str, problem.place)) or whole
            found.append(WrongField(place, sentence.format_map(problem.limits)))
    return tuple(found)


def _follows_from_another(problem: _Problem, problems: Sequence[_Problem]) -> bool:
    """Whether an array is called too short only because pydantic does not count its malformed items."""
    depth = len(problem.place)
    return problem.kind == "too_short" and any(
        len(other.place) > depth and other.place[:depth] == problem.place for other in problems
    )
