"""JSON of events and their parts as we write it ourselves, read back on trust.

What others wrote is read by `envelope.decode`, or by a validator of `contracts.validation`: both give reasons.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

import msgspec

T = TypeVar("T")

to_json: Callable[[object], bytes] = msgspec.json.Encoder().encode
"""Return a part, or a dataclass that holds some, as JSON; the value of the record that publishes an event."""

canonical_json: Callable[[object], bytes] = msgspec.json.Encoder(order="sorted").encode
"""Return the same as canonical JSON (RFC 8785): keys sorted, no spaces.

It is canonical for what events hold: whole numbers and keys in ASCII.
"""


def text_of(value: object) -> str:
    """Return `str(value)`; of a UUID, which is what identifies most things, in a third of the time."""
    return to_json(value)[1:-1].decode() if type(value) is UUID else str(value)


def from_json(type_: type[T], data: bytes | str) -> T:
    """Return what `to_json` wrote.

    Raises:
        ValueError: it is none.
    """
    value: T = _decoder(type_)(data)  # type: ignore[arg-type] # mypy takes no type variable for hashable
    return value


@cache
def _decoder(type_: type[object]) -> Callable[[bytes | str], Any]:
    return msgspec.json.Decoder(type_).decode
