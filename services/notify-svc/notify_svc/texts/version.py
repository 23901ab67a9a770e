"""From which sentences something was written: a digest of the files that hold them and put them together."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from pathlib import Path

from contracts.vocabulary import Language

_HERE = Path(__file__).parent
_CATALOGUES = {Language.DUTCH: "dutch", Language.ENGLISH: "english"}
_SHOWN_CHARACTERS = 12


@cache
def texts_version(language: Language) -> str:
    """Return what names the texts of `language` as they are now, and as they are found again in the history."""
    shared = (*_HERE.glob("*.py"), *(_HERE / "templates").iterdir())
    digest = sha256()
    for path in sorted((*shared, *(_HERE / _CATALOGUES[language]).glob("*.py"))):
        digest.update(path.relative_to(_HERE).as_posix().encode() + b"\0" + sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:_SHOWN_CHARACTERS]
