"""Fields of a record that nobody knows: readers ignore them, so that a misspelt one would be lost without a word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin, get_type_hints

import msgspec
from pydantic_core import from_json

MOST_TOLD: Final = 20
ANY_NAME: Final = "*"
"""Instead of a name that is none of a field: it may hold anything, such as an e-mail address."""
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}", re.ASCII)
_Known: TypeAlias = Mapping[str, "_Known | None"]


def ignored_fields(type_: type[msgspec.Struct], value: bytes) -> tuple[str, ...]:
    """Return where in `value`, which was read as a `type_`, fields stand that `type_` does not know.

    They are the first twenty, as dotted paths such as `damage.0.amount`.
    """
    found: list[str] = []
    _collect(from_json(value), _known_in(type_), "", found)
    return tuple(found[:MOST_TOLD])


def as_told(name: str) -> str:
    """Return a name that nobody knows as it may be repeated: `*` where it is none of a field."""
    return name if _NAME.fullmatch(name) else ANY_NAME


def _collect(value: Any, known: _Known, path: str, found: list[str]) -> None:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in known:
                found.append(path + as_told(name))
            elif (inside := known[name]) is not None:
                _collect(inner, inside, f"{path}{name}.", found)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            _collect(item, known, f"{path}{place}.", found)


@cache
def _known_in(type_: type[msgspec.Struct]) -> _Known:
    """Return the fields of a struct, each with those of the struct that it holds one or many of."""
    hints = get_type_hints(type_, include_extras=True)
    return {name: _known_inside(hints[name]) for name in type_.__struct_fields__}


def _known_inside(annotation: Any) -> _Known | None:  # noqa: ANN401 - a type or what stands for one
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return _known_in(annotation)
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        arguments = arguments[:1]
    elif get_origin(annotation) not in {Union, UnionType, tuple}:
        return None
    return next((inside for inside in map(_known_inside, arguments) if inside is not None), None)
