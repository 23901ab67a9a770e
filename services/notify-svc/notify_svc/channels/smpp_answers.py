"""What an SMS centre answers to an SMS, and what that means for it."""

from __future__ import annotations

import re
from typing import Final

import smpp34

from notify_svc.domain.attempts import Accepted, AnswerLost, Deferred, Refused, Result
from notify_svc.domain.sms_receipts import comparable_id

_OK, _NOT_BOUND, _SYSTEM_ERROR = 0x00, 0x04, 0x08
_TRANSIENT: Final = frozenset({_NOT_BOUND, _SYSTEM_ERROR, 0x14, 0x45, 0x58, 0x64})
"""Not bound (which says nothing of the message), system error, queue full, submit failed, throttled, temporary
application error (SMPP 3.4, section 5.1.3): the message was not accepted and may be later."""
_STATUS: Final = re.compile(r"\(0x([0-9A-Fa-f]{8})\)$")


def read_status(status: int, *, provider_id: str | None = None) -> Result:
    """Return what an answer of the SMS centre means."""
    if status == _OK:
        return Accepted((comparable_id(provider_id),) if provider_id else ())
    reason = f"smpp-0x{status:08x}"
    return Deferred(reason) if status in _TRANSIENT else Refused(reason)


NOT_BOUND: Final = read_status(_NOT_BOUND)
"""The centre knows nothing of the session."""


def read_error(error: smpp34.SmppError) -> Result:
    """Tell a generic_nack from a lost answer: the library raises for both, and says "system error" for the latter."""
    status = _STATUS.search(str(error))
    if status is None or int(status[1], 16) == _SYSTEM_ERROR:
        return AnswerLost("session-ended")
    return read_status(int(status[1], 16))
