"""A photo or document is opened for what it says it is, or refused; what others see of it tells nothing else."""

from __future__ import annotations

import io
import struct
import time
import zlib
from tempfile import TemporaryFile
from zipfile import ZipFile

import pypdfium2
import pytest
from PIL import Image
from sample_files import UPSIDE_LEFT, costly_document, document, picture, pixel_bomb

from claims_svc.files.examination import Examination, Opened
from claims_svc.files.kinds import Kind, Refusal
from claims_svc.files.opening import LONGEST_SIDE, RefusedError, open_file

PICTURES = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.WEBP: "WEBP", Kind.HEIC: "HEIF"}


async def examined(contents: bytes, kind: Kind) -> Opened | Refusal:
    with TemporaryFile() as file:
        file.write(contents)
        file.flush()
        return await Examination().examine(file, kind=kind)


@pytest.mark.parametrize("kind", PICTURES)
def test_a_preview_is_upright_and_small_and_tells_neither_place_nor_time_nor_device(kind: Kind) -> None:
    orientation = 1 if kind is Kind.HEIC else UPSIDE_LEFT  # a HEIC picture is turned by what it holds besides EXIF
    taken = picture(PICTURES[kind], size=(4_000, 1_000), place=True, orientation=orientation)
    assert b"Phone of Jan" in taken

    _, preview = open_file(taken, kind=kind)

    seen = Image.open(io.BytesIO(preview))
    assert (seen.format, max(seen.size)) == ("JPEG", LONGEST_SIDE)
    assert dict(seen.getexif()) == {}
    assert set(seen.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert b"Phone of Jan" not in preview
    is_upright = seen.height > seen.width
    assert is_upright == (orientation == UPSIDE_LEFT)
    red, _, blue = seen.resize((1, 1), box=(0, 0, 100, 100)).tobytes()  # of the corner that was red
    assert red - blue > 150


async def test_of_a_document_the_first_page_is_seen_and_its_pages_are_counted() -> None:
    opened = await examined(document(pages=3), Kind.PDF)

    assert isinstance(opened, Opened)
    assert opened.pages == 3
    assert max(Image.open(io.BytesIO(opened.preview)).size) == LONGEST_SIDE


def _zipped() -> bytes:
    written = io.BytesIO()
    with ZipFile(written, "w") as archive:
        archive.writestr("a.txt", "a")
    return written.getvalue()


def _with_attachment() -> bytes:
    made = pypdfium2.PdfDocument(document(pages=1))
    made.new_attachment("a.exe").set_data(b"MZ")
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def test_what_is_not_what_it_says_or_more_than_that_is_refused() -> None:
    jpeg, png, pdf = picture(), picture("PNG"), document()
    script = pdf.replace(b"/Catalog", b"/Catalog/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>")
    refused = {
        Refusal.EMPTY: ((b"", Kind.JPEG),),
        Refusal.OTHER_KIND: (
            (png, Kind.JPEG),
            (b"GIF89a" + jpeg, Kind.JPEG),
            (b"\n" + pdf, Kind.PDF),
            (_zipped(), Kind.PDF),
            (b"<svg onload=alert(1)>", Kind.PNG),
        ),
        Refusal.MORE_THAN_ONE_KIND: (
            (jpeg + _zipped(), Kind.JPEG),
            (pdf + _zipped(), Kind.PDF),
            (jpeg[:2] + b"\xff\xfe\x00\x10<script>alert(" + jpeg[2:], Kind.JPEG),
            (jpeg[:2] + b"\xff\xfe\x00\x0a%PDF-1.4" + jpeg[2:], Kind.JPEG),
        ),
        Refusal.TOO_MANY_PIXELS: ((pixel_bomb(), Kind.PNG),),
        Refusal.TOO_MANY_PAGES: ((document(pages=101), Kind.PDF),),
        Refusal.ACTIVE: ((script, Kind.PDF), (_with_attachment(), Kind.PDF)),
        Refusal.UNREADABLE: ((b"%PDF-1.7 nothing", Kind.PDF),),
    }
    for refusal, files in refused.items():
        for contents, said in files:
            with pytest.raises(RefusedError) as raised:
                open_file(contents, kind=said)
            assert raised.value.refusal is refusal, contents[:40]


async def test_what_is_cut_off_or_damaged_is_refused_by_the_process_that_opens_it() -> None:
    for kind, name in PICTURES.items():
        taken = picture(name, size=(1_000, 1_000))
        assert await examined(taken[: len(taken) // 2], kind) is Refusal.UNREADABLE, kind


async def test_what_costs_too_much_is_refused_and_who_opens_it_is_ended(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("claims_svc.files.examination.LONGEST_SECONDS", 1.0)
    began = time.monotonic()

    assert await examined(costly_document(), Kind.PDF) is Refusal.TOO_COSTLY

    assert time.monotonic() - began < 30


def test_a_script_in_a_document_is_found_also_where_its_name_is_spelt_otherwise_or_compressed() -> None:
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>"
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    escaped = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction<</S/Java#53cript/JS(app.alert(1))>>>>endobj\n"
    escaped += b"2 0 obj%bendobj\n3 0 obj%bendobj\ntrailer<</Root 1 0 R/Size 4>>\n%%%%EOF" % (pages, page)

    script = b"<</S/JavaScript/JS(app.alert(1))>>"
    numbers = b"2 0 3 %d 4 %d " % (len(pages), len(pages + page))
    packed = zlib.compress(numbers + pages + page + script)
    hidden = b"%PDF-1.5\n"
    catalog = len(hidden)
    hidden += b"1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction 4 0 R>>endobj\n"
    stream = len(hidden)
    hidden += b"5 0 obj<</Type/ObjStm/N 3/First %d/Filter/FlateDecode/Length %d>>" % (len(numbers), len(packed))
    hidden += b"stream\n%b\nendstream endobj\n" % packed
    table = ((0, 0, 0), (1, catalog, 0), (2, 5, 0), (2, 5, 1), (2, 5, 2), (1, stream, 0), (1, len(hidden), 0))
    rows = b"".join(struct.pack(">BIH", *row) for row in table)
    hidden += b"6 0 obj<</Type/XRef/Size 7/W[1 4 2]/Root 1 0 R/Length 49>>stream\n%b\nendstream endobj\n" % rows
    hidden += b"startxref\n%d\n%%%%EOF" % hidden.index(b"6 0 obj")

    for contents in (escaped, hidden):
        with pytest.raises(RefusedError) as refused:
            open_file(contents, kind=Kind.PDF)
        assert refused.value.refusal is Refusal.ACTIVE
