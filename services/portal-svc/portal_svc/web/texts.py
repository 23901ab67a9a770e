"""Sentences in two languages, from files that people edit: `texts/ROOM.nl.toml` and `texts/ROOM.en.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final

from contracts.language import Language

TEXTS: Final = files("portal_svc") / "texts"


class MissingTextError(LookupError):
    """There is no such text, or a value for it is missing."""


class Texts:
    """The sentences of one language, by keys such as `insurances.title`: the first part is the room."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._texts = dict(_texts_in(language))

    def __call__(self, key: str, **values: object) -> str:
        """Return a sentence with `values` in the places it names in braces.

        Raises:
            MissingTextError: it does not exist, or names a value that is not given.
        """
        try:
            text = self._texts[key]
            return text.format(**values) if "{" in text else text
        except (LookupError, ValueError):
            raise MissingTextError(f"{key} in {self.language.value}") from None

    def raw(self, key: str) -> str:
        """Return a text with its braces, as it stands in its file."""
        return self._texts[key]

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    @property
    def keys(self) -> frozenset[str]:
        """Every key."""
        return frozenset(self._texts)


@cache
def texts_in(language: Language) -> Texts:
    """Return the sentences of one language; they are read once."""
    return Texts(language)


def _texts_in(language: Language) -> Iterator[tuple[str, str]]:
    for file in sorted(TEXTS.iterdir(), key=lambda file: file.name):
        room, _, rest = file.name.partition(".")
        if rest == f"{language.value}.toml":
            yield from _flat(room, tomllib.loads(file.read_text(encoding="utf-8")))


def _flat(name: str, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, str):
            yield f"{name}.{key}", value.strip()
        else:
            yield from _flat(f"{name}.{key}", value)
