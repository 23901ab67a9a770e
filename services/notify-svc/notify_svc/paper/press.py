"""The press: prints a letter as PDF that can be read aloud, for a Dutch window envelope."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

import typst

from chassis.paper import FONT, FONTS
from chassis.paper.displayable import displayable
from contracts.codec import to_json
from notify_svc.paper.parts import parts_of
from notify_svc.texts.account import AccountMail
from notify_svc.texts.letter import Letter

_TEMPLATES: Final = Path(__file__).parent / "templates"
_STANDARDS: Final[list[typst.PDFStandard]] = ["ua-1", "a-2a"]
_PAGE_WORDS: Final[Mapping[str, str]] = {"nl": "Pagina {page} van {pages}", "en": "Page {page} of {pages}"}
_REGIONS: Final[Mapping[str, str]] = {"nl": "NL", "en": "GB"}


class Press:
    """Prints one letter at a time. Its compiler is kept: every letter but the first takes a fifth of the time."""

    def __init__(self) -> None:
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
        self._compiler = typst.Compiler(root=_TEMPLATES, font_paths=fonts)

    def print(self, letter: Letter | AccountMail, *, printed_at: datetime) -> bytes:
        """Return the PDF (tagged: PDF/UA-1 and PDF/A-2a) of a letter that has a postal address.

        What it holds is printed as it is: typst reads nothing in it as markup. The same letter on the same day gives
        the same bytes.
        """
        text = displayable(to_json(_content(letter, printed_at=printed_at)).decode(), font=FONT)
        pdf = self._compiler.compile(
            _TEMPLATES / "letter.typ", format="pdf", sys_inputs={"content": text}, pdf_standards=_STANDARDS
        )
        assert isinstance(pdf, bytes)  # noqa: S101 - where no output is named, one file is returned
        return pdf


def _content(letter: Letter | AccountMail, *, printed_at: datetime) -> Mapping[str, object]:
    language = letter.texts.language_tag
    insurer = letter.insurer
    return {
        "language": language,
        "region": _REGIONS[language],
        "title": letter.subject,
        "reference": letter.reference,
        "dated": {"year": printed_at.year, "month": printed_at.month, "day": printed_at.day},
        "insurer": {"name": insurer.name, "phone": insurer.phone, "address": insurer.address},
        "page_words": _PAGE_WORDS[language],
        "addressee": letter.postal_address,
        "parts": list(parts_of(letter)),
    }
