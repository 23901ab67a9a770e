"""What the font can show. Anything else would stop the press: every sign of an accessible PDF must have a glyph."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

_INSTEAD: Final = "?"
_INVISIBLE: Final = frozenset({"Cc", "Cf"})
_RECORD: Final = struct.Struct(">HHI")
_GROUP: Final = struct.Struct(">III")
_TABLE: Final = struct.Struct(">4sIII")
_FULL_UNICODE: Final = (3, 10)
"""Platform and encoding of the table (cmap, format 12) that maps all of Unicode."""


def displayable(text: str, *, font: Path) -> str:
    """Return a text composed (NFC), without invisible signs, with a question mark for what the font does not have."""
    composed, shown = unicodedata.normalize("NFC", text), _signs(font)
    missing = (sign for sign in set(composed) if ord(sign) not in shown or unicodedata.category(sign) in _INVISIBLE)
    return composed.translate(
        {ord(sign): None if unicodedata.category(sign) in _INVISIBLE else _INSTEAD for sign in missing}
    )


@cache
def _signs(font: Path) -> frozenset[int]:
    return frozenset(_characters(font.read_bytes()))


def _characters(font: bytes) -> Iterator[int]:
    """Yield the code points that the font maps to glyphs: OpenType 1.9, cmap, format 12."""
    cmap = _table(font, b"cmap")
    (records,) = struct.unpack_from(">H", cmap, 2)
    for record in range(records):
        platform, encoding, offset = _RECORD.unpack_from(cmap, 4 + record * _RECORD.size)
        if (platform, encoding) == _FULL_UNICODE:
            (groups,) = struct.unpack_from(">I", cmap, offset + 12)
            for group in range(groups):
                first, last, _ = _GROUP.unpack_from(cmap, offset + 16 + group * _GROUP.size)
                yield from range(first, last + 1)


def _table(font: bytes, name: bytes) -> bytes:
    (tables,) = struct.unpack_from(">H", font, 4)
    for table in range(tables):
        tag, _, offset, length = _TABLE.unpack_from(font, 12 + table * _TABLE.size)
        if tag == name:
            return font[offset : offset + length]
    raise ValueError(f"the font has no table {name.decode()}")
