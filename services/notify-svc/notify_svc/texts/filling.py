"""What is filled in a text; a value that is missing stops the message that needs it, and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class MissingValueError(Exception):
    """A text names what is not there: the message must not be sent without it.

    `template` and `key` say which, never to whom the message goes.
    """

    def __init__(self, template: str, key: str) -> None:
        super().__init__(f"{template} needs {key}, which is missing")
        self.template = template
        self.key = key


def told(value: T | None, write: Callable[[T], str]) -> str | None:
    """Return what `write` makes of `value`; None of what is not there."""
    return None if value is None else write(value)


class Values(dict[str, str]):
    """What `str.format_map` fills in the texts of one template. What is None or empty counts as missing."""

    def __init__(self, template: str, /, **values: str | None) -> None:
        super().__init__({key: value for key, value in values.items() if value})
        self._template = template

    def __missing__(self, key: str) -> str:
        raise MissingValueError(self._template, key)
