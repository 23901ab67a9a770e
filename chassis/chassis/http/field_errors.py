"""What pydantic finds wrong with a request, in sentences of ours: its own repeat what was sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from chassis.http.problems import FieldError

_SENTENCES: Final = {
    "missing": "is missing",
    "extra_forbidden": "has a field that is not known here",
    "string_type": "must be text",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match {pattern}",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "list_type": "must be a list",
    "too_short": "must have at least {min_length} items",
    "too_long": "must have at most {max_length} items",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "date_parsing": "must be a day such as 2026-11-27",
    "date_from_datetime_parsing": "must be a day such as 2026-11-27",
    "date_type": "must be a day such as 2026-11-27",
    "datetime_parsing": "must be a moment such as 2026-11-27T03:04:05Z",
    "datetime_from_date_parsing": "must be a moment such as 2026-11-27T03:04:05Z",
    "datetime_type": "must be a moment such as 2026-11-27T03:04:05Z",
    "timezone_aware": "must have an offset from UTC, such as Z",
}
_NOT_EXPECTED = "is not what the description of the operation shows"
_MOST_ERRORS = 20
_ANY: Final = "*"
"""Instead of a key that the sender has thought up, which may be a name."""


class InvalidValueError(ValueError):
    """Raised by a validator with a sentence for who has sent the value, such as "must be a day such as 2026-11-27".

    The sentence must not repeat the value. Those of other errors, as of `int("jan@example.nl")`, do and are not told.
    """


@cache
def names_in(model: type[BaseModel]) -> frozenset[str]:
    """Return the names of all fields of `model` and of the models in it."""
    schema = model.model_json_schema()
    return frozenset(
        name for part in (schema, *schema.get("$defs", {}).values()) for name in part.get("properties", ())
    )


def field_errors(found: Iterable[Mapping[str, Any]], *, names: frozenset[str]) -> Sequence[FieldError]:
    """Return pydantic's errors as ours, the first twenty of them. `names` are those that fields of the body have."""
    return [_field_error(error, names) for error, _ in zip(found, range(_MOST_ERRORS), strict=False)]


def _field_error(error: Mapping[str, Any], names: frozenset[str]) -> FieldError:
    place, *path = error["loc"]
    if error["type"] == "extra_forbidden":
        path = path[:-1]  # a name that the sender has thought up may hold anything
    if place == "body":
        field = "".join(f"/{step if isinstance(step, int) or step in names else _ANY}" for step in path)
    else:
        field = ".".join(str(step) for step in path)
    return FieldError(place=place, field=field, message=_message(error))


def _message(error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    if isinstance(ours := context.get("error"), InvalidValueError):
        return str(ours)
    sentence = _SENTENCES.get(error["type"], _NOT_EXPECTED)
    return sentence.format(**context)
