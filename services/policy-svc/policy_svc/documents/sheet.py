"""What a sheet holds, and what every document holds: the template only arranges it."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, TypeAlias

import msgspec

from contracts.vocabulary import Language
from policy_svc.documents import words
from policy_svc.documents.writer import Writer
from policy_svc.domain.insurer import Insurer

Row: TypeAlias = tuple[str, ...]


class Day(msgspec.Struct, frozen=True):
    """A day as typst takes it."""

    year: int
    month: int
    day: int

    @classmethod
    def of(cls, day: date) -> Day:
        return cls(day.year, day.month, day.day)


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """What every document holds. `reference` is repeated on each page, `dated` stands among the file's properties."""

    template: ClassVar[str]
    language: Language
    title: str
    reference: str
    dated: Day
    insurer: Insurer
    page_words: str


class Facts(msgspec.Struct, frozen=True):
    """What is known about one thing: pairs of a label and a value."""

    heading: str
    rows: tuple[tuple[str, str], ...]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows under column heads, perhaps summed up by a last one."""

    heading: str
    columns: Row
    rows: tuple[Row, ...]
    total: Row | None = None
    note: str = ""


class Sheet(Document, frozen=True, kw_only=True):
    """To whom, what about, facts side by side, tables, and what is good to know."""

    template: ClassVar[str] = "sheet.typ"
    addressee: tuple[str, ...]
    introduction: tuple[str, ...]
    facts: tuple[Facts, ...]
    tables: tuple[Table, ...]
    notes_heading: str
    notes: tuple[str, ...]


def page_words(write: Writer) -> str:
    """Return `Pagina {page} van {pages}`, which the template fills in."""
    return write(words.PAGE, page="{page}", pages="{pages}")
