"""Delivery receipts as deliver_sm carries them (SMPP 3.4, appendix B and section 5.3.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntEnum, StrEnum

import smpp34

from notify_svc.domain.sms_receipts import Outcome, Receipt, comparable_id, digits_of


class Tag(IntEnum):
    """Optional parameters (section 5.3.2)."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


_KIND_BITS, _RECEIPT = 0x3C, 0x04
"""Bits 5 to 2 of esm_class (section 5.2.12): a receipt, and not an answer of the reader or news of what lasts."""
_FIELD = re.compile(rb"(?i)\b(id|stat|err):(\S+)")
_QUOTATION = re.compile(rb"(?i)text:")
"""Where the text of a receipt begins to repeat the message, which may hold a code: nothing from there on is read."""
_ERROR = re.compile(rb"[0-9A-Za-z]{1,10}")
_REFERENCE_OCTETS = 2
_OUTCOME_OF_STATE: Mapping[int, Outcome] = {
    2: Outcome.DELIVERED,
    3: Outcome.EXPIRED,
    4: Outcome.UNDELIVERED,  # deleted
    5: Outcome.UNDELIVERED,
    8: Outcome.REJECTED,
}
"""By message_state (section 5.2.28). Of what is on its way, was accepted or is unknown another receipt will come."""
_STATE_OF_WORD: Mapping[bytes, int] = {b"DELIVRD": 2, b"EXPIRED": 3, b"DELETED": 4, b"UNDELIV": 5, b"REJECTD": 8}


class ReceiptIds(StrEnum):
    """How the text of a receipt writes the id that the answer to submit_sm gave."""

    AS_SUBMITTED = "as_submitted"
    DECIMAL = "decimal"
    """In decimal, where the answer writes it in hexadecimal."""
    HEXADECIMAL = "hexadecimal"
    """In hexadecimal, where the answer writes it in decimal."""

    def submitted(self, written: str) -> str:
        """Return what the answer called it; what is no number of this form is taken as it stands."""
        try:
            match self:
                case ReceiptIds.DECIMAL:
                    return f"{int(written):x}"
                case ReceiptIds.HEXADECIMAL:
                    return str(int(written, 16))
                case ReceiptIds.AS_SUBMITTED:
                    return comparable_id(written)
        except ValueError:
            return comparable_id(written)


def read_receipt(event: smpp34.DeliverSmEvent, *, ids: ReceiptIds) -> Receipt | None:
    """Return what `event` reports for good; None when it is no receipt, or reports only that something lasts.

    Its parameters are believed before its text, which operators write each in their own way: receipted_message_id has
    the form of the answer always.
    """
    values = {tlv.tag: tlv.value for tlv in event.tlvs}
    named = values.get(Tag.RECEIPTED_MESSAGE_ID)
    if event.esm_class & _KIND_BITS != _RECEIPT and named is None:
        return None
    text = _QUOTATION.split(event.short_message or values.get(Tag.MESSAGE_PAYLOAD, b""), maxsplit=1)[0]
    fields = {name.lower(): value for name, value in reversed(_FIELD.findall(text))}  # the first of each counts
    state = values.get(Tag.MESSAGE_STATE)
    number = int.from_bytes(state) if state else _STATE_OF_WORD.get(fields.get(b"stat", b"").upper(), 0)
    outcome = _OUTCOME_OF_STATE.get(number)
    written = _word(fields.get(b"id", b""))
    provider_id = _word(named) if named else written and ids.submitted(written)
    if outcome is None or not provider_id:
        return None
    reference = values.get(Tag.USER_MESSAGE_REFERENCE)
    return Receipt(
        provider_id=comparable_id(provider_id),
        outcome=outcome,
        error=_word(error) if _ERROR.fullmatch(error := fields.get(b"err", b"")) else None,
        reference=int.from_bytes(reference) if reference and len(reference) == _REFERENCE_OCTETS else None,
        destination=digits_of(event.source_addr),
    )


def _word(octets: bytes) -> str:
    """Return a field as text that a database stores: it comes from outside."""
    return "".join(one for one in octets.decode("ascii", "replace").strip("\0 ") if one.isprintable())[:65]
