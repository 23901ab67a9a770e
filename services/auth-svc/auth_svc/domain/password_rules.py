"""Which passwords may be chosen: any characters, long enough, and not among the first that are tried."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from functools import cache
from importlib.resources import files
from typing import Final

from auth_svc.domain.parameters import LONGEST_PASSWORD, SHORTEST_PASSWORD
from auth_svc.domain.refusals import Reason

_OF_THIS_PLACE: Final = ("waterschade", "verzekering", "verzekeraar", "wachtwoord", "password", "welkom", "welcome")
"""What comes to mind on this page first (ASVS 6.2.11)."""
_SHORTEST_WORD: Final = 4
_BETWEEN_WORDS: Final = re.compile(r"[\W_]+")


def context_words(*, email: str, relation_number: str | None) -> frozenset[str]:
    """Return what a guesser knows of one account: the parts of its address and its number."""
    words = {*_BETWEEN_WORDS.split(email), relation_number or ""}
    return frozenset(word for word in words if len(word) >= _SHORTEST_WORD)


def fault_of(password: str, words: Iterable[str] = ()) -> Reason | None:
    """Return why `password` may not be chosen, if so. It is taken as it is: nothing is cut off, folded or composed.

    What belongs to the context is no secret: beside `words` as much must remain as a password needs at least.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return Reason.WEAK_PASSWORD
    plain = password.casefold()
    if plain in _common() or len(_without(plain, (*words, *_OF_THIS_PLACE))) < SHORTEST_PASSWORD:
        return Reason.COMMON_PASSWORD
    return None


def _without(plain: str, words: Iterable[str]) -> str:
    """Take out the words, the longest first."""
    for word in sorted((word.casefold() for word in words), key=len, reverse=True):
        plain = plain.replace(word, "")
    return plain


@cache
def _common() -> AbstractSet[str]:
    """Return the passwords of eight characters and more among the 30,000 most used; README.md names the source."""
    packed = files("auth_svc.domain").joinpath("common_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split())
