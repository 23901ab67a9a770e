"""The rain of one station as a small picture: for each period what was measured against what is needed.

The decision holds the sums of the periods, not the hours; those stand in the proof. The picture has a light ground of
its own, so that it reads the same on a light and on a dark page, and is drawn larger than it is shown on a phone.
"""

from __future__ import annotations

import hashlib
from base64 import encodebytes
from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

_WIDER_SPACE = 1.5
_WIDTH, _MARGIN = 480, 16
_ROW_HEIGHT, _LEGEND_HEIGHT = 62, 46
_FONT_SIZE, _TEXT_TOP, _BAR_TOP, _BAR_HEIGHT = 20, 14, 44, 18
_LINE_WIDTH, _LINE_OVERHANG = 4, 5
_ROOM_BEYOND = 1.08
"""How far the scale goes on beyond the largest figure."""

_GROUND, _TEXT = (241, 245, 248), (29, 43, 54)
_REACHED, _SHORT, _NEEDED = (11, 60, 93), (77, 127, 166), (179, 38, 30)
_SHADES = 12
"""From the ground to the text: the edges of letters are not jagged."""
_REACHED_INDEX, _SHORT_INDEX, _NEEDED_INDEX = range(_SHADES, _SHADES + 3)
_BITS = 4
_PALETTE = [
    round(ground + (text - ground) * shade / (_SHADES - 1))
    for shade in range(_SHADES)
    for ground, text in zip(_GROUND, _TEXT, strict=True)
] + [*_REACHED, *_SHORT, *_NEEDED]
_SHADE_OF = [round(level * (_SHADES - 1) / 255) for level in range(256)]

_REMEMBERED = 512
"""Of a storm: what stations measured, whoever lives near them."""


class Bar(NamedTuple):
    """One period, in tenths of a millimetre. Without `measured` it has a label only."""

    label: str
    measured: int | None
    needed: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG, with the id by which a page names it."""

    png: bytes
    content_id: str
    width: int
    in_lines: bytes
    """The PNG in base64, as an e-mail carries it."""

    @property
    def data_uri(self) -> str:
        """The picture as an address, for a page that stands alone."""
        return f"data:image/png;base64,{b2a_base64(self.png, newline=False).decode('ascii')}"


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What is drawn of one account of the rain. `alternative` says the same to who does not see it."""

    bars: tuple[Bar, ...]
    legend: str
    alternative: str

    @cached_property
    def picture(self) -> Picture:
        """The picture, drawn when it is first asked for."""
        return _draw(self.bars, self.legend)


def text_width(text: str) -> float:
    """Return how many points of the picture `text` is wide."""
    return sum(_glyph(character)[1] for character in text)


@lru_cache(_REMEMBERED)
def _draw(bars: Sequence[Bar], legend: str) -> Picture:
    height = len(bars) * _ROW_HEIGHT + _LEGEND_HEIGHT
    image = Image.new("L", (_WIDTH, height), 0)  # in places of the palette, which comes last: pasting costs less
    draw = ImageDraw.Draw(image)
    most = max(max(bar.measured or 0, bar.needed) for bar in bars)
    for_a_tenth = (_WIDTH - 2 * _MARGIN) / (most * _ROOM_BEYOND)
    for row, bar in enumerate(bars):
        top = row * _ROW_HEIGHT
        _write(image, bar.label, left=_MARGIN, top=top + _TEXT_TOP)
        if bar.measured is not None:
            reached = _REACHED_INDEX if bar.measured >= bar.needed else _SHORT_INDEX
            _fill(draw, reached, left=_MARGIN, top=top + _BAR_TOP, width=round(bar.measured * for_a_tenth))
        _mark(draw, left=_MARGIN + round(bar.needed * for_a_tenth), top=top + _BAR_TOP)
    legend_top = len(bars) * _ROW_HEIGHT
    _mark(draw, left=_MARGIN, top=legend_top + _TEXT_TOP + _LINE_OVERHANG // 2)
    _write(image, legend, left=_MARGIN + 4 * _LINE_WIDTH, top=legend_top + _TEXT_TOP)
    image.putpalette(_PALETTE)
    written = BytesIO()
    image.save(written, "PNG", bits=_BITS, compress_level=6)
    png = written.getvalue()
    content_id = f"{hashlib.sha256(png).hexdigest()[:24]}@rain.invalid"
    return Picture(png, content_id, _WIDTH, encodebytes(png).replace(b"\n", b"\r\n"))


def _fill(draw: ImageDraw.ImageDraw, index: int, *, left: int, top: int, width: int) -> None:
    if width > 0:
        draw.rectangle((left, top, left + width - 1, top + _BAR_HEIGHT - 1), fill=index)


def _mark(draw: ImageDraw.ImageDraw, *, left: int, top: int) -> None:
    """Draw the line of what is needed: a bar that reaches it touches it."""
    lower = top + _BAR_HEIGHT + _LINE_OVERHANG
    draw.rectangle((left, top - _LINE_OVERHANG, left + _LINE_WIDTH - 1, lower), fill=_NEEDED_INDEX)


def _write(image: Image.Image, text: str, *, left: int, top: int) -> None:
    at = float(left)
    for character in text:
        glyph, advance = _glyph(character)
        if glyph is not None:
            image.paste(glyph, (round(at), top))
        at += advance


# FreeType takes a millisecond for a line of text; the same few characters are in every picture.
@lru_cache(_REMEMBERED)
def _glyph(character: str) -> tuple[Image.Image | None, float]:
    font = _font()
    if character.isspace():  # the font has no space that does not break
        return None, font.getlength(" ") + _WIDER_SPACE
    advance = font.getlength(character)
    drawn = Image.new("L", (max(1, round(advance)), _FONT_SIZE + 6), 0)
    ImageDraw.Draw(drawn).text((0, 0), character, fill=255, font=font)
    return drawn.point(_SHADE_OF), advance


@lru_cache
def _font() -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(_FONT_SIZE)
    assert isinstance(font, ImageFont.FreeTypeFont), "this Pillow draws text with FreeType"  # noqa: S101 - every wheel does
    return font
