"""The press: prints documents as PDF, on the insurer's paper."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec
import typst

from chassis.paper import FONT, FONTS
from chassis.paper.displayable import displayable
from policy_svc.documents.sheet import Document
from policy_svc.domain.insurer import Insurer

TEMPLATES: Final = Path(__file__).parent / "templates"
_STANDARDS: Final[list[typst.PDFStandard]] = ["ua-1", "a-2a"]


class Press:
    """Prints one document at a time, in a thread of its own: its compiler is kept, and is no thing to share.

    A kept compiler makes every document but the first about five times as fast.
    """

    def __init__(self, insurer: Insurer) -> None:
        self.insurer = insurer
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS])
        self._compiler = typst.Compiler(root=TEMPLATES, font_paths=fonts)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="press")

    async def print(self, document: Document) -> bytes:
        """Return the PDF (tagged: PDF/UA-1 and PDF/A-2a) of a document. The same document gives the same bytes.

        What a document holds is printed as it is: typst reads nothing in it as markup.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.print_now, document)

    def print_now(self, document: Document) -> bytes:
        """Return the same, meanwhile holding up whoever asks. For one caller at a time."""
        text = displayable(msgspec.json.encode(document).decode(), font=FONT)
        pdf = self._compiler.compile(
            TEMPLATES / document.template, format="pdf", sys_inputs={"content": text}, pdf_standards=_STANDARDS
        )
        assert isinstance(pdf, bytes)  # noqa: S101 - where no output is named, one file is returned
        return pdf
