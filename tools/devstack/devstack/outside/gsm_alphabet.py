"""GSM 7-bit default alphabet of 3GPP TS 23.038 §6.2.1, as octets of SMPP's data coding 0."""

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅå"
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ"
    " !\"#¤%&'()*+,-./"
    "0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNO"
    "PQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmno"
    "pqrstuvwxyzäöñüà"
)
ESCAPE = 0x1B
EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}


def decode_gsm(octets: bytes) -> str:
    """Text of `octets`, one septet each; an unknown one becomes the replacement character."""
    text: list[str] = []
    escaped = False
    for octet in octets:
        if octet == ESCAPE and not escaped:
            escaped = True
            continue
        text.append(_character(octet, escaped=escaped))
        escaped = False
    return "".join(text)


def _character(octet: int, *, escaped: bool) -> str:
    if escaped:
        return EXTENSION.get(octet, "\ufffd")
    return BASIC[octet] if octet < len(BASIC) else "\ufffd"
