"""Texts: each exists in both languages, is used, and names the same values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import portal_svc
from contracts.language import Language
from portal_svc.web.rendering import environment
from portal_svc.web.texts import texts_in

PACKAGE = Path(portal_svc.__file__).parent
_LITERAL = re.compile(r"""["']([a-z][a-z-]*(?:\.[\w-]+)*\.?)["']""")

_BEGINNING = re.compile(r"""f["']([a-z][\w.-]*\.)\{""")


def literals() -> Iterator[str]:
    """Whatever stands in quotes in templates and rooms and may be a key, or the beginning of one."""
    for file in [*PACKAGE.rglob("*.j2"), *PACKAGE.rglob("*.py")]:
        text = file.read_text()
        yield from _LITERAL.findall(text)
        yield from _BEGINNING.findall(text)


def test_each_text_is_there_in_both_languages_with_the_same_values() -> None:
    dutch, english = texts_in(Language.DUTCH), texts_in(Language.ENGLISH)
    assert dutch.keys == english.keys
    for key in dutch.keys:
        values = [{name for _, name, _, _ in Formatter().parse(texts.raw(key)) if name} for texts in (dutch, english)]
        assert values[0] == values[1], key


def test_each_text_is_used() -> None:
    named = set(literals())
    beginnings = tuple(name for name in named if name.endswith("."))
    assert [
        key for key in sorted(texts_in(Language.DUTCH).keys) if key not in named and not key.startswith(beginnings)
    ] == []


def test_each_text_that_is_named_exists() -> None:
    keys, rooms = texts_in(Language.DUTCH).keys, {key.partition(".")[0] for key in texts_in(Language.DUTCH).keys}
    calls = re.compile(r"""(?:\bt|\.text)\(\s*["']([\w.-]+)["']""")
    named = {
        name for file in [*PACKAGE.rglob("*.j2"), *PACKAGE.rglob("*.py")] for name in calls.findall(file.read_text())
    }
    missing = {
        name
        for name in named
        if name not in keys and not any(key.startswith(name) for key in keys if name.endswith("."))
    }
    assert missing == set()
    assert rooms


def test_every_template_can_be_compiled() -> None:
    assert len(environment().list_templates()) > 5
