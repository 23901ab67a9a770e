"""The catalogue of every language a customer can choose, and its version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

from typing_extensions import override

from contracts.vocabulary import Language
from notify_svc.texts.catalogue import TextCatalogue
from notify_svc.texts.catalogue_files import read_catalogues, version_of

_LAYOUTS = (Path(__file__).parent / "templates", Path(__file__).parents[1] / "paper" / "templates")
_TEMPLATES = frozenset({".j2", ".typ"})
_DIRECTORIES = {language.value: Path(__file__).parent / language.value for language in Language}


@cache
def _read() -> Mapping[Language, TextCatalogue]:
    read = read_catalogues(_DIRECTORIES)
    return {language: read[language.value] for language in Language}


class _Catalogues(Mapping[Language, TextCatalogue]):
    """Read when the first is asked for, so that whoever starts the service can say what is wrong with them."""

    @override
    def __getitem__(self, language: Language) -> TextCatalogue:
        return _read()[language]

    @override
    def __iter__(self) -> Iterator[Language]:
        return iter(_read())

    @override
    def __len__(self) -> int:
        return len(_read())


CATALOGUES: Mapping[Language, TextCatalogue] = _Catalogues()


def load_catalogues() -> None:
    """Read the texts of all languages, unless they were read already.

    Raises:
        CatalogueError: they cannot be used.
    """
    _read()


def layout_files() -> Sequence[Path]:
    """Return the templates, which are the same in every language."""
    return [file for directory in _LAYOUTS for file in directory.iterdir() if file.suffix in _TEMPLATES]


@cache
def texts_version(language: Language) -> str:
    """Return the version of the texts in `language`: a digest of their files and of what arranges them on a page.

    It is another one after any change of these.
    """
    return version_of(_DIRECTORIES[language.value], layout=layout_files())
