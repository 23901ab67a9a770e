"""The policy terms: numbered clauses that letters cite, in files beside, one for each product version and language."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib.resources import files
from typing import ClassVar, Final

import msgspec

from contracts.vocabulary import Language
from policy_svc.documents import words
from policy_svc.documents.sheet import Day, Document, page_words
from policy_svc.documents.writer import Writer
from policy_svc.domain.insurer import Insurer
from policy_svc.products import PRODUCTS

_CLAUSE: Final = re.compile(r"\*\*(\d+\.\d+)\*\* (.+)", re.DOTALL)
_CHAPTER: Final = re.compile(r"## (\d+) (.+)")
_TITLE: Final = re.compile(r"# (.+)")


class Clause(msgspec.Struct, frozen=True):
    """One rule: `2.4` and its text."""

    number: str
    text: str


class Chapter(msgspec.Struct, frozen=True):
    """Clauses about one thing."""

    number: str
    heading: str
    clauses: tuple[Clause, ...]


class Terms(msgspec.Struct, frozen=True):
    """The terms of one product version in one language."""

    title: str
    published_on: date
    chapters: tuple[Chapter, ...]


class TermsDocument(Document, frozen=True, kw_only=True):
    """The terms as a document."""

    template: ClassVar[str] = "terms.typ"
    introduction: str
    chapters: tuple[Chapter, ...]


def terms_of(version: str, language: Language) -> Terms | None:
    """Return the terms of a product version; None when there is no such version."""
    product = PRODUCTS.of(version)
    return None if product is None else _read(version, language, product.sold_from)


@cache
def _read(version: str, language: Language, published_on: date) -> Terms:
    text = (files("policy_svc") / "terms" / f"{version}.{language}.md").read_text(encoding="utf-8")
    return read_terms(text, published_on=published_on)


def read_terms(text: str, *, published_on: date) -> Terms:
    """Return the terms that a file holds: a title, chapters and numbered clauses, parted by empty lines.

    Raises:
        ValueError: names the part that is none of these, or whose number does not follow.
    """
    title, *parts = (" ".join(part.split()) for part in text.strip().split("\n\n"))
    chapters: list[Chapter] = []
    for part in parts:
        if (chapter := _CHAPTER.fullmatch(part)) and chapter[1] == str(len(chapters) + 1):
            chapters.append(Chapter(chapter[1], chapter[2], ()))
        elif chapters and (clause := _CLAUSE.fullmatch(part)) and clause[1] == _next_number(chapters[-1]):
            chapters[-1] = msgspec.structs.replace(
                chapters[-1], clauses=(*chapters[-1].clauses, Clause(clause[1], clause[2]))
            )
        else:
            raise ValueError(f"neither the next chapter nor the next clause: {part[:40]}")
    if not (heading := _TITLE.fullmatch(title)):
        raise ValueError(f"terms begin with their title, not with {title[:40]}")
    return Terms(heading[1], published_on, tuple(chapters))


def _next_number(chapter: Chapter) -> str:
    return f"{chapter.number}.{len(chapter.clauses) + 1}"


def terms_document(terms: Terms, *, version: str, language: Language, insurer: Insurer) -> TermsDocument:
    """Return the terms as a document."""
    write = Writer(language)
    return TermsDocument(
        language=language,
        title=terms.title,
        reference=version,
        dated=Day.of(terms.published_on),
        insurer=insurer,
        page_words=page_words(write),
        introduction=write(words.TERMS_INTRODUCTION, version=version),
        chapters=terms.chapters,
    )
