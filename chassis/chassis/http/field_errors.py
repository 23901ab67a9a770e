"""What pydantic finds wrong with a request, in sentences of ours: its own repeat what was sent.

Who sends the same by Kafka and by HTTP is told the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final

from pydantic import BaseModel

from chassis.http.problems import FieldError
from contracts.ignored_fields import ANY_NAME, as_told
from contracts.malformed_reasons import SENTENCES

_SENTENCES: Final = {
    **{kind: sentence for kind, sentence in SENTENCES.items() if kind != "value_error"},  # it repeats what was sent
    "extra_forbidden": "is not known here",
    "int_parsing": "must be a whole number",  # as text, in a query
    "int_from_float": SENTENCES["int_type"],
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
    "greater_than": "must be more than {gt}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "list_type": SENTENCES["tuple_type"],
    "dict_type": SENTENCES["model_type"],
    "model_attributes_type": SENTENCES["model_type"],
    "date_from_datetime_parsing": SENTENCES["date_type"],
    "datetime_from_date_parsing": SENTENCES["datetime_type"],
    "union_tag_not_found": "must have the field {discriminator}",
    "union_tag_invalid": "must have as {discriminator} one of {expected_tags}",
}
_NOT_EXPECTED = "is not what the description of the operation shows"
_MOST_ERRORS = 20
_KEY: Final = "[key]"
"""The last step to a key that a validator has refused, after the key itself."""


class InvalidValueError(ValueError):
    """Raised by a validator with a sentence for who has sent the value, such as "must be a day such as 2026-11-27".

    The sentence must not repeat the value. Those of other errors, as of `int("jan@example.nl")`, do and are not told.
    """


@cache
def _schema_of(model: type[BaseModel]) -> Mapping[str, Any]:
    return model.model_json_schema()


@cache
def names_in(model: type[BaseModel]) -> frozenset[str]:
    """Return the names of all fields of `model` and of the models in it."""
    schema = _schema_of(model)
    return frozenset(
        name for part in (schema, *schema.get("$defs", {}).values()) for name in part.get("properties", ())
    )


def field_errors(found: Iterable[Mapping[str, Any]], *, body: type[BaseModel] | None) -> Sequence[FieldError]:
    """Return pydantic's errors as ours, the first twenty of them. `body` is the model of the request's body."""
    return [_field_error(error, body) for error, _ in zip(found, range(_MOST_ERRORS), strict=False)]


def _field_error(error: Mapping[str, Any], body: type[BaseModel] | None) -> FieldError:
    place, *path = error["loc"]
    names = names_in(body) if body else frozenset()
    if place == "body" and body:
        path = list(_without_tags(path, _schema_of(body)))
    misspelt = []
    is_unknown = error["type"] == "extra_forbidden"
    if not is_unknown and path[-1:] == [_KEY]:
        is_unknown, path = True, path[:-1]
    if is_unknown:
        *path, name = path
        misspelt = [as_told(str(name))]
    if place == "body":
        steps = [step if isinstance(step, int) or step in names else ANY_NAME for step in path]
        field = "".join(f"/{step}" for step in (*steps, *misspelt))
    else:
        field = ".".join(str(step) for step in (*path, *misspelt))
    return FieldError(place=place, field=field, message=_message(error))


def _without_tags(path: Iterable[str | int], whole: Mapping[str, Any]) -> Iterator[str | int]:
    """Yield the steps to a field, without those that only tell which model of a union was meant.

    A tag may be called like a field, so that the path is followed through the schema.
    """
    schema = whole
    for step in path:
        while "$ref" in schema or "anyOf" in schema:  # null is last
            reference = schema.get("$ref", "").rpartition("/")[2]
            schema = whole["$defs"][reference] if reference else schema["anyOf"][0]
        models = schema.get("discriminator", {}).get("mapping", {})
        if step in models:
            schema = {"$ref": models[step]}
        else:
            yield step
            schema = schema.get("properties", {}).get(step) or schema.get("items", {})


def _message(error: Mapping[str, Any]) -> str:
    context = error.get("ctx", {})
    if isinstance(ours := context.get("error"), InvalidValueError):
        return str(ours)
    sentence = _SENTENCES.get(error["type"], _NOT_EXPECTED)
    return sentence.format(**context)
