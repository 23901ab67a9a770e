"""Finds questions by the words that somebody types, who spells and bends them as people do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

MOST_WORDS: Final = 12
_WORD: Final = re.compile(r"[^\W_]+")
_SHORTEST_STEM: Final = 4
_ENDINGS: Final = ("en", "s", "t", "e")
"""What is left out of longer words: kelders, verzekerde, claims."""
_SAY_NOTHING: Final = frozenset(
    {
        # Dutch
        *("aan", "als", "bij", "dat", "de", "deze", "die", "dit", "een", "en", "er", "geen", "heb", "het", "hoe", "ik"),
        *("in", "is", "je", "kan", "mag", "met", "mij", "mijn", "moet", "naar", "niet", "nu", "of", "om", "op", "te"),
        *("uit", "van", "voor", "waar", "wanneer", "waarom", "wat", "wie", "wil", "worden", "wordt", "zijn"),
        # English
        *("a", "an", "and", "are", "at", "can", "do", "does", "for", "from", "have", "how", "i", "if", "it", "me"),
        *("my", "no", "not", "on", "or", "the", "there", "to", "what", "when", "where", "which", "why", "will", "with"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Searchable:
    """Where words are looked for: the question and its other words count for more than the answer."""

    title: frozenset[str]
    body: frozenset[str]

    @classmethod
    def of(cls, *, title: str, body: str) -> Searchable:
        """Return what is found by the words of both."""
        return cls(title=frozenset(_plain_words(title)), body=frozenset(_plain_words(body)))

    def score(self, word: str) -> int:
        """How well `word` fits: in the question, in the answer, or not at all."""
        stem = _stem(word)
        if any(one.startswith(stem) for one in self.title):
            return 3
        return int(any(one.startswith(stem) for one in self.body))


@dataclass(frozen=True, slots=True)
class Found:
    """Names of what fits best, first. `fits_wholly`: each has every word; otherwise they are merely the nearest."""

    names: Sequence[str]
    fits_wholly: bool


def find(asked: str, among: Mapping[str, Searchable]) -> Found:
    """Return what fits the words in `asked`."""
    words = _telling(_plain_words(asked))[:MOST_WORDS]
    scores = {name: [one.score(word) for word in words] for name, one in among.items()}
    whole = {name: sum(each) for name, each in scores.items() if each and all(each)}
    if whole:
        return Found(_best(whole), fits_wholly=True)
    partly = {name: sum(each) for name, each in scores.items() if any(each)}
    return Found(_best(partly)[:5], fits_wholly=False)


def _best(scores: Mapping[str, int]) -> Sequence[str]:
    return sorted(scores, key=lambda name: -scores[name])


def _telling(words: Iterable[str]) -> list[str]:
    every = list(dict.fromkeys(words))
    return [word for word in every if word not in _SAY_NOTHING] or every


def _plain_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.casefold().replace("e-mail", "email"))
    return _WORD.findall("".join(letter for letter in plain if not unicodedata.combining(letter)))


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending)
    return word
