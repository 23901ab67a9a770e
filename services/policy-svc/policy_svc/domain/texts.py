"""Sentences for customers, in the languages they are written in."""

from __future__ import annotations

import msgspec

from contracts.vocabulary import Language


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence or a few, in Dutch and in English."""

    nl: str
    en: str

    def told_in(self, language: Language) -> str:
        """Return the text in a language."""
        return self.nl if language is Language.DUTCH else self.en
