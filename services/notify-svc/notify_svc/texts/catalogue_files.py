"""Reads catalogues from the files that people write who know no Python, and says by file, line and key what is wrong.

A directory holds one language. The name of a file says where its keys belong: `reasons.grounds.toml` fills the table
`grounds` of `reasons`; `general.toml` fills what belongs to no theme.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from difflib import get_close_matches
from pathlib import Path
from string import Formatter
from typing import Any, TypeAlias, cast

import msgspec
from msgspec import inspect

from chassis.errors import CannotStartError
from notify_svc.texts.catalogue import EVERY_KEY, PLACEHOLDERS, TextCatalogue
from notify_svc.texts.catalogue_lines import PARAGRAPH, in_plain_words, lines_of
from notify_svc.texts.necessary import shortcomings

_GENERAL = "general"
_VERSION_CHARACTERS = 12
_Path: TypeAlias = tuple[str, ...]
_Problem: TypeAlias = tuple[_Path, str]


def _bare(form: inspect.Type) -> tuple[inspect.Type, Mapping[str, Any]]:
    """Return a type without what is said about it, and what is said."""
    return (form.type, form.extra or {}) if isinstance(form, inspect.Metadata) else (form, {})


_FORM = cast("inspect.StructType", inspect.type_info(TextCatalogue))
_THEMES = frozenset(
    field.encode_name
    for field in _FORM.fields
    if isinstance(_bare(field.type)[0], (inspect.StructType, inspect.DictType))
)


class CatalogueError(CannotStartError):
    """Texts that cannot be used; the message has a line for each problem: file, line, key, and what to change."""


def read_catalogues(directories: Mapping[str, Path]) -> Mapping[str, TextCatalogue]:
    """Return the catalogue of each language, by the same names.

    Raises:
        CatalogueError: a key is missing, empty or unknown, a placeholder is unknown, or is missing where the text says
            nothing without it, or one language has a key or a placeholder that another lacks.
    """
    languages = {name: _Files(name, directory) for name, directory in directories.items()}
    problems = [problem for files in languages.values() for problem in files.problems()]
    if not problems:
        problems = list(_differences(languages))
    if problems:
        raise CatalogueError("texts cannot be used:\n" + "\n".join(f"- {problem}" for problem in problems))
    return {name: msgspec.convert(files.tree, TextCatalogue) for name, files in languages.items()}


def version_of(directory: Path, *, layout: Iterable[Path]) -> str:
    """Return what changes with every character of the texts in `directory` and of `layout`, and with nothing else."""
    digest = hashlib.sha256()
    for file in (*_files_in(directory), *sorted(layout, key=_by_name)):
        content = file.read_bytes().replace(b"\r\n", b"\n")  # a checkout on Windows says the same
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:_VERSION_CHARACTERS]


def _by_name(file: Path) -> str:
    return file.name


def _files_in(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.toml"))


class _Files:
    """The files of one language."""

    def __init__(self, language: str, directory: Path) -> None:
        self._language = language
        self.tree: dict[str, Any] = {}
        self._unreadable: list[str] = []
        self._places: dict[_Path, str] = {}
        self._lines: dict[_Path, int] = {}
        for file in _files_in(directory):
            self._read(file)

    def _read(self, file: Path) -> None:
        place = () if file.stem == _GENERAL else tuple(file.stem.split("."))
        self._places[place] = file.name
        octets = file.read_bytes()
        text = octets.decode("utf-8-sig", "replace")  # some editors begin a file so
        try:
            octets.decode()
            content = tomllib.loads(text.replace("\r\n", "\n"))
        except UnicodeDecodeError as error:
            line = error.object.count(b"\n", 0, error.start) + 1
            told = "has letters that are not in UTF-8: save the file with the encoding UTF-8"
            self._unreadable.append(f"{self._language}/{file.name}, line {line}: {told}")
            return
        except tomllib.TOMLDecodeError as error:
            line, told = in_plain_words(str(error), lines=text.count("\n"))
            self._unreadable.append(f"{self._language}/{file.name}, line {line}: {told}")
            return
        self._lines |= {(*place, *path): line for path, line in lines_of(text).items()}
        table: Any = self.tree
        for step in place:
            table = table.setdefault(step, {})
            if not isinstance(table, dict):
                self._unreadable.append(f"{self._language}/{file.name}: {step} stands in another file too")
                return
        for key in table.keys() & content.keys():
            self._unreadable.append(f"{self._language}/{file.name}: {key} stands in another file too")
        table.update(content)

    def problems(self) -> list[str]:
        """Return what is wrong with this language by itself."""
        if self._unreadable:
            return self._unreadable
        # Only what has its form can be asked what it says.
        found = sorted(_misfits(self.tree, _FORM, ())) or list(
            shortcomings(self.tree, self.placeholders(), language=self._language)
        )
        return [self.located(path, told) for path, told in found]

    def located(self, path: _Path, told: str) -> str:
        """Return what is `told` about a key, with the file and line that has it, or would have it."""
        place = next(path[:depth] for depth in range(len(path), -1, -1) if not depth or path[:depth] in self._places)
        if not place and path[0] in _THEMES:
            place = path[:1]
        file = self._places.get(place, f"{'.'.join(place) or _GENERAL}.toml")
        line = next((self._lines[path[:depth]] for depth in range(len(path), 0, -1) if path[:depth] in self._lines), 0)
        *steps, last = path[len(place) :] or ("the file",)
        paragraph = f", paragraph {last.removeprefix(PARAGRAPH)}," if last.startswith(PARAGRAPH) else ""
        key = ".".join(steps if paragraph else (*steps, last))
        return f"{self._language}/{file}{f', line {line}' if line else ''}: {key}{paragraph} {told}"

    def placeholders(self) -> dict[_Path, frozenset[str]]:
        """Return what is filled in, by the key of each text."""
        return dict(_placeholders_in(self.tree, ()))


def _misfits(value: object, form: inspect.Type, path: _Path) -> Iterator[_Problem]:
    """Yield where `value` does not have the `form` of the catalogue."""
    form, extra = _bare(form)
    match form:
        case inspect.UnionType():  # a text that may be left out; TOML has no None
            yield from _misfits(value, form.types[0], path)
        case inspect.StructType() | inspect.DictType() if not isinstance(value, dict):
            yield path, "is not a table"
        case inspect.StructType():
            yield from _misfits_of_struct(cast("dict[str, object]", value), form, path)
        case inspect.DictType():
            required = {str(key) for key in extra.get(EVERY_KEY, ())}
            yield from _misfits_of_table(cast("dict[str, object]", value), form, path, required=required)
        case inspect.VarTupleType():
            if not isinstance(value, list) or not value:
                yield path, "is not a list with a text"
                return
            for number, one in enumerate(value, start=1):
                yield from _misfits(one, form.item_type, (*path, f"{PARAGRAPH}{number}"))
        case _:
            yield from _wrong_text(value, path, allowed=extra.get(PLACEHOLDERS, frozenset()))


def _misfits_of_struct(value: Mapping[str, object], form: inspect.StructType, path: _Path) -> Iterator[_Problem]:
    fields = {field.encode_name: field for field in form.fields}
    for key in value.keys() - fields.keys():
        yield (*path, key), f"is not known{_meant(key, fields.keys() - value.keys())}"
    for key, field in fields.items():
        if key in value:
            yield from _misfits(value[key], field.type, (*path, key))
        elif field.required:
            yield (*path, key), "is missing"


def _misfits_of_table(
    value: Mapping[str, object], form: inspect.DictType, path: _Path, *, required: AbstractSet[str]
) -> Iterator[_Problem]:
    known = required
    if not required and isinstance(form.key_type, inspect.EnumType):
        known = {str(member.value) for member in form.key_type.cls}
    for key in required - value.keys():
        yield (*path, key), "is missing"
    for key, one in value.items():
        if known and key not in known:
            yield (*path, key), f"is not known{_meant(key, known - value.keys())}"
        else:
            yield from _misfits(one, form.value_type, (*path, key))


def _wrong_text(value: object, path: _Path, *, allowed: frozenset[str]) -> Iterator[_Problem]:
    if not isinstance(value, str):
        yield path, "is not a text"
    elif not value.strip():
        yield path, "is empty: write what its reader is to see"
    elif value != value.strip() or "\n" in value:
        yield path, "begins or ends with a space, or has several lines: take them out"
    else:
        try:
            unknown = _placeholders(value) - allowed
        except ValueError:
            yield path, "has a curly bracket that is none of a placeholder: one name alone stands between a { and a }"
        else:
            for name in sorted(unknown):
                yield path, f"has {{{name}}}, which is not filled in here{_meant_among(name, allowed)}"


def _meant(written: str, known: Collection[str]) -> str:
    """Return what was probably meant, as the end of a sentence; nothing where that is not to be guessed."""
    return "".join(f"; is {near} meant?" for near in get_close_matches(written, sorted(known), n=1))


def _meant_among(name: str, allowed: AbstractSet[str]) -> str:
    if near := get_close_matches(name, sorted(allowed), n=1):
        return f"; is {{{near[0]}}} meant?"
    may_stand = ", ".join(f"{{{one}}}" for one in sorted(allowed))
    return f"; what may stand here: {may_stand}" if may_stand else "; nothing is filled in here"


def _placeholders(text: str) -> frozenset[str]:
    """Return the names in curly brackets.

    Raises:
        ValueError: a bracket is never closed or never opened, or holds more than a name.
    """
    names = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is None:
            continue
        if form or conversion or not name.isidentifier():
            raise ValueError("only a name may stand between them")
        names.add(name)
    return frozenset(names)


def _placeholders_in(value: object, path: _Path) -> Iterator[tuple[_Path, frozenset[str]]]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _placeholders_in(one, (*path, key))
    elif isinstance(value, list):
        yield path, frozenset[str]().union(*(_placeholders(text) for text in value))
    elif isinstance(value, str):
        yield path, _placeholders(value)


def _differences(languages: Mapping[str, _Files]) -> Iterator[str]:
    """Yield which keys and placeholders one language has and another lacks."""
    all_placeholders = {name: files.placeholders() for name, files in languages.items()}
    for name, files in languages.items():
        own = all_placeholders[name]
        for other, theirs in all_placeholders.items():
            for path in theirs:
                if path not in own:
                    yield files.located(path, f"is missing; the texts in {other} have it")
                    continue
                for placeholder in sorted(theirs[path] - own[path]):
                    yield files.located(path, f"lacks {{{placeholder}}}; the text in {other} has it")
