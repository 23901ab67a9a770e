"""pydantic's verdict on what strangers write, from the declarations that msgspec reads.

msgspec is several times as fast and names one fault in words of its own; pydantic finds all of them, and its verdict
counts. Both read one declaration: the fields of a struct (or of a dataclass that holds some) become a pydantic model,
and what that model accepts becomes the struct.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, TypeAdapter, create_model

from contracts.codec import from_json

T = TypeVar("T")

_DEEPEST = 200
_LONGEST_NUMBER = 4_300
_DIGITS_AS_ZERO = bytes(48 if chr(byte).isdecimal() else byte for byte in range(128)) + bytes(range(128, 256))
_FINER_THAN_MICROSECONDS = re.compile(rb"\.[0-9]{7}")
_LIMITS = ("gt", "ge", "lt", "le", "multiple_of", "min_length", "max_length", "title", "description", "examples")


def read_from_outside(type_: type[T], value: bytes) -> T:
    """Return what strangers wrote as JSON, whose types count: no number for a text, no `1` for `true`.

    Raises:
        ValidationError: it is none, or holds what it must not.
    """
    try:
        if not _is_read_otherwise_by_msgspec(value):
            return from_json(type_, value.decode())
    except ValueError:
        pass  # pydantic knows more ways to write a moment or an id, and all that is wrong
    return validator_of(type_).validate_json(value, strict=True)


def _is_read_otherwise_by_msgspec(value: bytes) -> bool:
    """Whether msgspec might pass in a field it ignores what is no JSON for pydantic, or round a moment up."""
    return (
        # What is opened is closed, in as many bytes.
        (len(value) > 2 * _DEEPEST and value.count(b"{") + value.count(b"[") > _DEEPEST)
        or (len(value) > _LONGEST_NUMBER and _holds_huge_number(value))
        or ((point := value.find(b".")) >= 0 and _FINER_THAN_MICROSECONDS.search(value, point) is not None)
        # Such a fraction may begin with an escaped point, or hold escaped digits. Nearly no event holds any escape.
        or (b"\\" in value and (b"\\u002" in value or b"\\u003" in value))
    )


def _holds_huge_number(value: bytes) -> bool:
    # Nearly none does: of so many digits in a row one at least is here.
    some_of_it = value[:: _LONGEST_NUMBER + 1].translate(_DIGITS_AS_ZERO)
    return b"0" in some_of_it and b"0" * (_LONGEST_NUMBER + 1) in value.translate(_DIGITS_AS_ZERO)


def validator_of(type_: type[T]) -> TypeAdapter[T]:
    """Return what validates a struct, or a dataclass that holds some, as pydantic would had it been declared there."""
    return _validator(type_)  # type: ignore[arg-type] # mypy takes no type variable for hashable


@cache
def _validator(type_: type[object]) -> TypeAdapter[Any]:
    return TypeAdapter(_as_pydantic_reads(type_))


@cache
def model_of(type_: type[object]) -> type[BaseModel]:
    """Return the pydantic model with the fields of a struct or dataclass."""
    hints = get_type_hints(type_, include_extras=True)
    fields: dict[str, Any] = {
        field.name: (_as_pydantic_reads(hints[field.name]), _default(field)) for field in _fields(type_)
    }
    return create_model(type_.__name__, __doc__=type_.__doc__, __module__=type_.__module__, **fields)


def _fields(type_: Any) -> Sequence[msgspec.structs.FieldInfo | dataclasses.Field[Any]]:  # noqa: ANN401 - a class
    return msgspec.structs.fields(type_) if issubclass(type_, msgspec.Struct) else dataclasses.fields(type_)


def _default(field: msgspec.structs.FieldInfo | dataclasses.Field[Any]) -> object:
    """Return the default as pydantic is told of it: `...` when there is none."""
    factory: Any = field.default_factory
    if _is_given(factory):
        return Field(default_factory=factory)
    if isinstance(field.default, msgspec.Struct):  # pydantic cannot write it into a schema
        return Field(default_factory=lambda: field.default)
    return field.default if _is_given(field.default) else ...


def _is_given(default: object) -> bool:
    return default is not msgspec.NODEFAULT and default is not dataclasses.MISSING


def _as_pydantic_reads(annotation: Any) -> Any:  # noqa: ANN401 - a type or what stands for one
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        base, *metadata = arguments
        if any(isinstance(each, msgspec.Meta) and each.tz for each in metadata):
            base = AwareDatetime
        return Annotated[(_as_pydantic_reads(base), *map(_limits, metadata))]
    if origin in {Union, UnionType}:
        return reduce(or_, map(_as_pydantic_reads, arguments))
    if arguments and origin is not Literal:
        return origin[tuple(map(_as_pydantic_reads, arguments))]
    if isinstance(annotation, type) and (
        issubclass(annotation, msgspec.Struct) or dataclasses.is_dataclass(annotation)
    ):
        return Annotated[model_of(annotation), AfterValidator(_builder(annotation))]
    return annotation


def _builder(type_: type[T]) -> Callable[[BaseModel], T]:
    return lambda model: type_(**vars(model))


def _limits(metadata: object) -> object:
    """Return msgspec's limits as pydantic's."""
    if not isinstance(metadata, msgspec.Meta):
        return metadata
    limits = {name: limit for name in _LIMITS if (limit := getattr(metadata, name)) is not None}
    if metadata.pattern is not None:
        # For pydantic and JSON Schema `$` is the very end; for Python, and so for msgspec, a line break may follow it.
        limits["pattern"] = metadata.pattern.replace(r"\Z", "$")
    return Field(**limits, json_schema_extra=metadata.extra_json_schema)
