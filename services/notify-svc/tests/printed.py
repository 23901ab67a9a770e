"""What stands in a printed letter."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfReader


def read(pdf: bytes) -> str:
    """Return the words of a PDF, with one ordinary space or line break between them."""
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).replace("\u00a0", " ")
