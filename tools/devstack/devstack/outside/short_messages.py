"""Content of a submit_sm: its text, and its place in a message of several parts."""

from dataclasses import dataclass

import smpp34

from devstack.outside.gsm_alphabet import decode_gsm
from devstack.outside.smpp import Tag

USER_DATA_HEADER = 0x40
CONCATENATION_8_BIT = 0x00
CONCATENATION_16_BIT = 0x08
RECEIPT_MASK = 0x03
ALWAYS = 0x01
ON_FAILURE = 0x02


@dataclass(frozen=True)
class Part:
    """Place in a long message: part `number` of `total` that share `reference`."""

    reference: int
    total: int
    number: int


def text_of(message: smpp34.SubmitSm) -> str:
    """Text as a telephone would show it; binary data becomes hexadecimal digits."""
    octets = _user_data(message)[1]
    match message.data_coding:
        case 0:
            return decode_gsm(octets)
        case 1:
            return octets.decode("ascii", errors="replace")
        case 3:
            return octets.decode("latin-1")
        case 8:
            return octets.decode("utf-16-be", errors="replace")
        case _:
            return octets.hex()


def part_of(message: smpp34.SubmitSm) -> Part | None:
    """Place in a long message, from the user data header (TS 23.040 §9.2.3.24.1) or the sar parameters of SMPP."""
    header = _user_data(message)[0]
    while header:
        element, length = header[0], header[1]
        value, header = header[2 : 2 + length], header[2 + length :]
        if element == CONCATENATION_8_BIT:
            return Part(reference=value[0], total=value[1], number=value[2])
        if element == CONCATENATION_16_BIT:
            return Part(reference=int.from_bytes(value[:2]), total=value[2], number=value[3])
    return _part_of_parameters(message)


def wants_receipt(message: smpp34.SubmitSm, *, delivered: bool) -> bool:
    """Whether the sender asked for a receipt of this outcome."""
    asked = message.registered_delivery & RECEIPT_MASK
    return asked == ALWAYS or (asked == ON_FAILURE and not delivered)


def _user_data(message: smpp34.SubmitSm) -> tuple[bytes, bytes]:
    octets = _parameter(message, Tag.MESSAGE_PAYLOAD) or message.short_message
    if not message.esm_class & USER_DATA_HEADER or not octets:
        return b"", octets
    end = 1 + octets[0]
    return octets[1:end], octets[end:]


def _part_of_parameters(message: smpp34.SubmitSm) -> Part | None:
    reference, total, number = (
        _parameter(message, tag) for tag in (Tag.SAR_MSG_REF_NUM, Tag.SAR_TOTAL_SEGMENTS, Tag.SAR_SEGMENT_SEQNUM)
    )
    if reference is None or total is None or number is None:
        return None
    return Part(*(int.from_bytes(value) for value in (reference, total, number)))


def _parameter(message: smpp34.SubmitSm, tag: int) -> bytes | None:
    return next((parameter.value for parameter in message.tlvs if parameter.tag == tag), None)
