"""The alphabet of SMS: GSM 7 bit default alphabet (3GPP TS 23.038, section 6.2.1) and its extension table."""

from __future__ import annotations

_ESCAPE = 0x1B
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
_CODES = {character: bytes([code]) for code, character in enumerate(_BASIC) if code != _ESCAPE} | {
    character: bytes([_ESCAPE, code]) for character, code in _EXTENSION.items()
}


class NotInAlphabetError(ValueError):
    """A text holds a character that SMS cannot carry in one-byte form."""


def encode(text: str) -> bytes:
    """Return `text` with one septet per byte, as SMPP carries it; a character of the extension table takes two.

    Raises `NotInAlphabetError` naming the character.
    """
    try:
        return b"".join(_CODES[character] for character in text)
    except KeyError as error:
        raise NotInAlphabetError(f"{error.args[0]!r} is not in the GSM 7 bit alphabet") from None
