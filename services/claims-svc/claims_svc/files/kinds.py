"""The kinds of files that are taken, told by their contents, and why one is refused."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum
from typing import Final

MOST_BYTES: Final = 15 * 1024 * 1024
MOST_OF_A_CLAIM: Final = 20
_FIRST_BYTES: Final = 1_024
"""How far readers look for the beginning of a PDF, and browsers for that of a page."""
_PAGES: Final = (b"<html", b"<script", b"<!doctype html", b"<svg", b"<?php")
_ACTIVE_PDF: Final = (b"/JavaScript", b"/Launch", b"/EmbeddedFile")
_HEIC_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})


class Kind(StrEnum):
    """By media type."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"
    HEIC = "image/heic"
    PDF = "application/pdf"

    @property
    def suffix(self) -> str:
        """How the name of such a file ends."""
        return {Kind.JPEG: "jpg"}.get(self, self.rpartition("/")[2])


class Refusal(StrEnum):
    """Why a file is not taken. Callers decide by the code."""

    EMPTY = "empty"
    OTHER_KIND = "other-kind"
    MORE_THAN_ONE_KIND = "more-than-one-kind"
    UNREADABLE = "unreadable"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_MANY_PAGES = "too-many-pages"
    PROTECTED = "protected"
    ACTIVE = "active"
    TOO_COSTLY = "too-costly"


def kind_of(contents: bytes) -> Kind | None:
    """Return as what `contents` begin, None for anything that is not taken."""
    match contents:
        case _ if contents.startswith(b"\xff\xd8\xff"):
            return Kind.JPEG
        case _ if contents.startswith(b"\x89PNG\r\n\x1a\n"):
            return Kind.PNG
        case _ if contents[:4] == b"RIFF" and contents[8:12] == b"WEBP":
            return Kind.WEBP
        case _ if contents[4:8] == b"ftyp" and contents[8:12] in _HEIC_BRANDS:
            return Kind.HEIC
        case _ if contents.startswith(b"%PDF-"):
            return Kind.PDF
        case _:
            return None


def is_active(contents: bytes) -> bool:
    """Return whether the bytes of a PDF say that it does something, or holds other files."""
    return any(word in contents for word in _ACTIVE_PDF)


def refusal_of(contents: bytes, *, said: Kind) -> Refusal | None:
    """Return why `contents` are not taken for what they are said to be, as far as their bytes tell without opening."""
    if not contents:
        return Refusal.EMPTY
    if kind_of(contents) is not said:
        return Refusal.OTHER_KIND
    first = contents[:_FIRST_BYTES].lower()
    is_other_too = (said is not Kind.PDF and b"%pdf-" in first) or any(page in first for page in _PAGES)
    if is_other_too or zipfile.is_zipfile(io.BytesIO(contents)):
        return Refusal.MORE_THAN_ONE_KIND
    if said is Kind.PDF and is_active(contents):
        return Refusal.ACTIVE
    return None
