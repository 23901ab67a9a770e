"""Opens one picture or document, and makes its preview. Runs as a process of its own, because the file may be a bomb.

The file is its standard input, its kind the only argument. It writes a line, the number of pages or a `Refusal`, and
then the preview. Whatever else becomes of the process, such as an end by one of its limits, refuses the file as well.
"""

from __future__ import annotations

import io
import resource
import sys
from collections.abc import Mapping
from typing import Final

from PIL import Image

from claims_svc.files.kinds import Kind, Refusal, is_active, refusal_of

LONGEST_SIDE: Final = 1_600
"""Of a preview, in pixels."""
MOST_PIXELS: Final = 120_000_000
MOST_PAGES: Final = 100
MOST_OBJECTS: Final = 50_000
"""On the first page of a document, which is the one that is shown."""
MOST_MEMORY_BYTES: Final = 1_500_000_000
MOST_CPU_SECONDS: Final = 20
_MOST_OPEN_FILES: Final = 32
_QUALITY: Final = 82
_ORIENTATION: Final = 0x0112
_DEEPEST: Final = 4
_UPRIGHT: Final[Mapping[int, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""By the orientation in EXIF."""
_FORMATS: Final = {
    Kind.JPEG: ("JPEG", "MPO"),  # phones write several pictures as one JPEG
    Kind.PNG: ("PNG",),
    Kind.WEBP: ("WEBP",),
    Kind.HEIC: ("HEIF",),
}


class RefusedError(Exception):
    """The file is not taken."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def open_file(contents: bytes, *, kind: Kind) -> tuple[int, bytes]:
    """Return how many pages `contents` have, and a preview of the first: a JPEG without any metadata.

    Raises:
        RefusedError: it is not what it is said to be, or too large when opened.
        Exception: the library that reads this kind cannot read it.
    """
    refusal = refusal_of(contents, said=kind)
    if refusal is not None:
        raise RefusedError(refusal)
    pages, picture = _first_page(contents) if kind is Kind.PDF else (1, _picture(contents, kind))
    return pages, _preview(picture)


def _picture(contents: bytes, kind: Kind) -> Image.Image:
    if kind is Kind.HEIC:
        import pi_heif  # noqa: PLC0415 - one process opens one file, and starts the sooner

        pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # which only warns; ours is a limit
    picture: Image.Image = Image.open(io.BytesIO(contents), formats=_FORMATS[kind])
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise RefusedError(Refusal.TOO_MANY_PIXELS)
    upright = _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    picture.draft(None, (LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is decoded as small as is needed
    picture.load()
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return picture if upright is None else picture.transpose(upright)


def _first_page(contents: bytes) -> tuple[int, Image.Image]:
    import pypdfium2  # noqa: PLC0415 - one process opens one file, and starts the sooner
    from pypdfium2 import raw  # noqa: PLC0415

    try:
        document = pypdfium2.PdfDocument(contents)
    except pypdfium2.PdfiumError as error:
        is_protected = error.err_code == raw.FPDF_ERR_PASSWORD
        raise RefusedError(Refusal.PROTECTED if is_protected else Refusal.UNREADABLE) from None
    if len(document) > MOST_PAGES:
        raise RefusedError(Refusal.TOO_MANY_PAGES)
    # Written anew it has no compressed objects and escaped names, in which words can hide.
    written = io.BytesIO()
    document.save(written)
    has_more = document.count_attachments() or raw.FPDFDoc_GetJavaScriptActionCount(document)
    if has_more or is_active(written.getvalue()):
        raise RefusedError(Refusal.ACTIVE)
    page = document[0]
    for number, _ in enumerate(page.get_objects(max_depth=_DEEPEST)):
        if number > MOST_OBJECTS:
            raise RefusedError(Refusal.TOO_COSTLY)
    scale = LONGEST_SIDE / max(*page.get_size(), 1)
    return len(document), page.render(scale=scale, may_draw_forms=False).to_pil()


def _preview(picture: Image.Image) -> bytes:
    """Return a JPEG of what is seen, on white. Painting it anew leaves everything else behind: place, time, device."""
    seen = Image.new("RGB", picture.size, "white")
    with_alpha = picture.convert("RGBA")
    seen.paste(with_alpha, mask=with_alpha)
    seen.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    written = io.BytesIO()
    seen.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()


def _limit() -> None:
    for limit, most in (
        (resource.RLIMIT_AS, MOST_MEMORY_BYTES),
        (resource.RLIMIT_CPU, MOST_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _MOST_OPEN_FILES),
    ):
        resource.setrlimit(limit, (most, most))


def main() -> None:
    """Open standard input and tell what it is."""
    _limit()
    try:
        pages, preview = open_file(sys.stdin.buffer.read(), kind=Kind(sys.argv[1]))
    except RefusedError as error:
        told = error.refusal.encode()
    except MemoryError:
        told = Refusal.TOO_COSTLY.encode()
    except Exception:  # noqa: BLE001 - whatever a reader of strangers' files makes of this one
        told = Refusal.UNREADABLE.encode()
    else:
        told = b"%d\n%b" % (pages, preview)
    sys.stdout.buffer.write(told)


if __name__ == "__main__":
    main()
