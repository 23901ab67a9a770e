"""Opens what a file of KNMI holds: a text, or an archive of texts, each read line by line."""

from __future__ import annotations

import gzip
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from io import BufferedIOBase, BytesIO
from typing import IO

from weather_svc.reading.refusal import UnreadableError

Stream = BufferedIOBase | IO[bytes]
Watch = Callable[[int], None]
"""Is told how many bytes more were unpacked."""
_UNPACKED_AT_MOST = 1 << 30
"""A file of all stations and a decade has 0.7 GB. What unpacks to more is no file of KNMI."""
_JSON_AT_MOST = 1 << 25
"""In memory JSON takes up to fifty times of what it has in an archive or file."""
_LINE_AT_MOST = 1 << 16
_END_OF_ZIP = b"PK\x05\x06"
_END_OF_ZIP_BYTES = 22
"""Before the comment."""
_CHUNK_BYTES = 1 << 18
_HEAD_BYTES = 1_024
_EXTENDED_TIMESTAMP = 0x5455
_HAS_MODIFICATION_TIME = 0b1
_ENCRYPTED = 0b1
_GZIP_TIME = slice(4, 8)
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, OSError, ValueError, IndexError)
"""What reading an archive in memory raises when its bytes are not what was packed."""


@dataclass(frozen=True, slots=True)
class Member:
    """A text in a file. `name` is None when it is the file itself, `published_at` when nothing says when."""

    name: str | None
    published_at: datetime | None
    open: Callable[[], Stream]

    def head(self) -> bytes:
        """The beginning, to see what it is."""
        return next(self._chunks(_HEAD_BYTES), b"")

    def body(self) -> bytes:
        """Everything at once, for what is not read line by line.

        Raises:
            UnreadableError: the archive is damaged, or it is longer than any reply of KNMI's.
        """
        body = bytearray()
        for chunk in self._chunks(_CHUNK_BYTES):
            body += chunk
            if len(body) > _JSON_AT_MOST:
                raise UnreadableError(f"it is JSON of more than {_JSON_AT_MOST >> 20} MB; ask KNMI for less at a time")
        return bytes(body)

    def lines(self, watch: Watch | None = None) -> Iterator[bytes]:
        """Yield the lines with their ends: LF, CR or both.

        Raises:
            UnreadableError: the archive is damaged or unpacks to too much, or it has lines that no text has.
        """
        rest = b""
        for chunk in self._chunks(_CHUNK_BYTES):
            if watch is not None:
                watch(len(chunk))
            # The last piece waits for the next chunk: it may go on, and a CR may be half of a line end.
            *lines, rest = (rest + chunk).splitlines(keepends=True)
            if len(rest) > _LINE_AT_MOST:
                raise UnreadableError("it has a line of more than 64 KB; that is no text of KNMI")
            yield from lines
        if rest:
            yield rest

    def _chunks(self, size: int) -> Iterator[bytes]:
        unpacked = 0
        with _refusing_damage(), self.open() as stream:
            while chunk := stream.read(size):
                unpacked += len(chunk)
                _check_size(unpacked)
                yield chunk


def members(body: bytes) -> Sequence[Member]:
    """Return the texts in a file: every file of a zip archive, what a gzip file unpacks to, or the file itself.

    Raises:
        UnreadableError: the archive is damaged, encrypted or empty, or unpacks to too much.
    """
    if body.startswith(b"PK"):
        return _zip_members(body)
    if body.startswith(b"\x1f\x8b"):
        return [_gzip_member(body)]
    return [Member(None, None, lambda: BytesIO(body))]


def _zip_members(body: bytes) -> Sequence[Member]:
    with _refusing_damage():
        archive = zipfile.ZipFile(BytesIO(body))
        entries = archive.infolist()
        end = body.rfind(_END_OF_ZIP) + _END_OF_ZIP_BYTES + len(archive.comment)
    if end != len(body) or (entries and min(each.header_offset for each in entries)):
        raise UnreadableError("something stands before or after the archive, perhaps another one; give each by itself")
    files = [each for each in entries if not each.is_dir()]
    if not files:
        raise UnreadableError("the archive is empty; fetch it again")
    if any(each.flag_bits & _ENCRYPTED for each in files):
        raise UnreadableError("the archive is encrypted; unpack it and give what it holds")
    names = [each.filename for each in files]
    if len(set(names)) < len(names):
        raise UnreadableError("the archive holds two files of one name; pack each by itself")
    _check_size(sum(each.file_size for each in files))
    return [Member(each.filename, _zip_time(each), partial(archive.open, each)) for each in files]


def _zip_time(info: zipfile.ZipInfo) -> datetime | None:
    """Return the member's time in UTC, else its DOS time, which names no zone: read as UTC it is at most hours off."""
    extra = info.extra
    while len(extra) >= 4:  # noqa: PLR2004 - a field's id and size, two bytes each
        field, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        content, extra = extra[4 : 4 + size], extra[4 + size :]
        if field == _EXTENDED_TIMESTAMP and len(content) >= 5 and content[0] & _HAS_MODIFICATION_TIME:  # noqa: PLR2004 - flags and four bytes
            return datetime.fromtimestamp(int.from_bytes(content[1:5], "little"), UTC)
    try:
        return datetime(*info.date_time, tzinfo=UTC)
    except ValueError:  # DOS can write a 31 February
        return None


def _gzip_member(body: bytes) -> Member:
    """A gzip file is one text, also when it was written in several parts; its first header says when."""
    seconds = int.from_bytes(body[_GZIP_TIME], "little")
    return Member(
        name=None,
        published_at=datetime.fromtimestamp(seconds, UTC) if seconds else None,
        open=lambda: gzip.GzipFile(fileobj=BytesIO(body)),
    )


@contextmanager
def _refusing_damage() -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise UnreadableError(f"the archive is damaged ({error}); fetch it again") from error
    except NotImplementedError as error:
        raise UnreadableError(f"the archive is packed in an unusual way ({error}); pack it as zip") from error


def _check_size(unpacked: int) -> None:
    if unpacked > _UNPACKED_AT_MOST:
        raise UnreadableError("it unpacks to more than 1 GB; that is no file of KNMI")
