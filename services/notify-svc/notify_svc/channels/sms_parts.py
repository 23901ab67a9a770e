"""How a text travels as SMS: in which alphabet, and in how many parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notify_svc.channels import gsm_alphabet

DEFAULT_ALPHABET, UCS2 = 0, 8
"""Values of data_coding (SMPP 3.4, section 5.2.19)."""
_SEPTETS, _SEPTETS_OF_A_PART = 160, 153
_OCTETS, _OCTETS_OF_A_PART = 140, 134
_MOST_PARTS = 255
_CONCATENATED, _HEADER_LENGTH, _REFERENCE_LENGTH = 0x00, 5, 3
"""An information element with an 8 bit reference (3GPP TS 23.040, section 9.2.3.24.1)."""
_ESCAPE = 0x1B


class TooLongError(ValueError):
    """A text takes more parts than can be numbered."""


@dataclass(frozen=True, slots=True, repr=False)
class SmsParts:
    """The parts of one SMS, all in `data_coding`; with more than one each begins with a user data header."""

    data_coding: int
    parts: Sequence[bytes]

    @property
    def have_header(self) -> bool:
        """Whether each part says of which message it is, and where in it."""
        return len(self.parts) > 1


def split(text: str, *, reference: int) -> SmsParts:
    """Return `text` in the alphabet of SMS, or in UCS-2 where a character needs it, in as few parts as hold it.

    `reference`, 0 to 255, tells a telephone which parts belong together. No character is divided: neither one of the
    extension table, which takes two septets, nor one outside the basic plane, which takes two units of UTF-16.

    Raises `TooLongError`.
    """
    try:
        data_coding, octets = DEFAULT_ALPHABET, gsm_alphabet.encode(text)
    except gsm_alphabet.NotInAlphabetError:
        data_coding, octets = UCS2, text.encode("utf-16-be")
    if len(octets) <= (_SEPTETS if data_coding == DEFAULT_ALPHABET else _OCTETS):
        return SmsParts(data_coding, [octets])
    cut = _cut_septets if data_coding == DEFAULT_ALPHABET else _cut_utf16
    contents = cut(octets)
    if len(contents) > _MOST_PARTS:
        raise TooLongError(f"{len(contents)} parts are more than can be numbered")
    element = bytes((_HEADER_LENGTH, _CONCATENATED, _REFERENCE_LENGTH, reference, len(contents)))
    return SmsParts(data_coding, [element + bytes([number]) + one for number, one in enumerate(contents, start=1)])


def _cut_septets(octets: bytes) -> list[bytes]:
    parts, begin = [], 0
    while begin < len(octets):
        end = begin + _SEPTETS_OF_A_PART
        if end < len(octets) and octets[end - 1] == _ESCAPE:
            end -= 1
        parts.append(octets[begin:end])
        begin = end
    return parts


def _cut_utf16(octets: bytes) -> list[bytes]:
    parts, begin = [], 0
    while begin < len(octets):
        end = begin + _OCTETS_OF_A_PART
        if end < len(octets) and 0xD8 <= octets[end - 2] <= 0xDB:  # noqa: PLR2004 - the first half of a pair
            end -= 2
        parts.append(octets[begin:end])
        begin = end
    return parts
