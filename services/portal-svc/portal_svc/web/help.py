"""Questions that customers often have: their answers, where each is met, and how they are found."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Final

from contracts.language import Language
from portal_svc.domain.answers import Block, blocks_of, words_of
from portal_svc.domain.searching import Searchable
from portal_svc.web.texts import TEXTS, texts_in

PLACES: Final = "help.places.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question and its answer in one language. `group` is a key of the texts."""

    name: str
    group: str
    question: str
    answer: tuple[Block, ...]


@cache
def places() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """Return the questions by group, and by question the templates where it is met."""
    return tomllib.loads((TEXTS / PLACES).read_text(encoding="utf-8"))


@cache
def questions(language: Language, phone: str) -> Mapping[str, Question]:
    """Return every question by its name, in the order in which they are shown; `phone` is who helps further."""
    text = texts_in(language)
    return {
        name: Question(
            name=name,
            group=group,
            question=text("help.answers." + name + ".question"),
            answer=blocks_of(text("help.answers." + name + ".answer", phone=phone)),
        )
        for group, names in places().items()
        for name in names
    }


@cache
def searchable(language: Language, phone: str) -> Mapping[str, Searchable]:
    """Return by what words each is found."""
    text = texts_in(language)
    return {
        one.name: Searchable.of(
            title=f"{one.question} {text('help.answers.' + one.name + '.words')}", body=words_of(one.answer)
        )
        for one in questions(language, phone).values()
    }


@cache
def met_at(template: str, language: Language, phone: str) -> Sequence[Question]:
    """Return the questions that people have who look at a page."""
    at = {name: where for names in places().values() for name, where in names.items()}
    found = questions(language, phone)
    return [found[name] for name, where in at.items() if any(fnmatchcase(template, one) for one in where)]
