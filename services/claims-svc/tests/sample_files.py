"""Photos and documents for tests, good and bad, made when asked for."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Sequence

import pillow_heif
import pypdfium2
from PIL import Image

UPSIDE_LEFT = 6
"""EXIF: turn by 90° to the right to see it upright."""


def picture(
    kind: str = "JPEG", *, size: tuple[int, int] = (640, 480), place: bool = False, orientation: int = 1
) -> bytes:
    """Return a picture, red at its left and blue at its right; with the place where it was taken, if asked for."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    if place:
        exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 22.0, 12.0), 3: "E", 4: (4.0, 53.0, 42.0)})
        exif[0x010F] = "Phone of Jan"
    written = io.BytesIO()
    if kind == "HEIF":
        pillow_heif.from_pillow(image).save(written, exif=exif.tobytes())
    else:
        image.save(written, kind, exif=exif, quality=60)
    return written.getvalue()


def document(*, pages: int = 2) -> bytes:
    """Return a PDF with white pages."""
    made = pypdfium2.PdfDocument.new()
    for _ in range(pages):
        made.new_page(595, 842)
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def pixel_bomb(side: int = 20_000) -> bytes:
    """Return a PNG of some hundred bytes that says it is enormous."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks: Sequence[tuple[bytes, bytes]] = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1_000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def costly_document() -> bytes:
    """Return a PDF of some hundred kilobytes whose one page is drawn by twenty million lines."""
    drawn = zlib.compress(b"0 0 m 9 9 l S\n" * 20_000_000, 9)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>\nstream\n%b\nendstream" % (len(drawn), drawn),
    )
    return (
        b"%PDF-1.4\n"
        + b"".join(b"%d 0 obj\n%b\nendobj\n" % numbered for numbered in enumerate(objects, 1))
        + (b"trailer<</Root 1 0 R/Size 5>>\n%%EOF")
    )
