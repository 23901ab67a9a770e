"""What CM.com reports of an SMS that it took, one report a request, again for days where the answer is no success."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field

from notify_svc.domain.sms_receipts import Outcome, Receipt, digits_of, id_of_whole, reference_of

_OUTCOME_OF_CODE: Final[Mapping[str, Outcome]] = {
    "1": Outcome.REJECTED,
    "2": Outcome.DELIVERED,
    "3": Outcome.UNDELIVERED,
    "4": Outcome.DELIVERED,  # it was even read
}
"""Of 0, which the operator has accepted, another report will come."""
_ERROR: Final = re.compile(r"[0-9A-Za-z]{1,10}", re.ASCII)

_Text = Annotated[str, Field(max_length=200)]


class CmStatus(BaseModel):
    """What became of it. What is written besides is not read: it may repeat the message."""

    code: int | _Text = Field(description="0 accepted, 1 rejected, 2 delivered, 3 failed, 4 read", examples=["2"])
    error: int | _Text | None = Field(default=None, alias="errorCode", examples=["0"])


class CmReported(BaseModel):
    """One report. `reference` is what the message was handed over under."""

    to: _Text = Field(description="The number it went to", examples=["0031612345678"])
    reference: _Text = Field(default="", examples=["0198c5f31a1b7c1d8e1f202122232425"])
    status: CmStatus


class CmMessages(BaseModel):
    """The one message that a report is about."""

    msg: CmReported


class CmReport(BaseModel):
    """A report in the form that CM.com documents for JSON; what it has besides is not read."""

    messages: CmMessages


def read_report(report: CmReport) -> Receipt | None:
    """Return what is reported for good; None when it only lasts, or is about no message of ours."""
    told = report.messages.msg
    outcome = _OUTCOME_OF_CODE.get(str(told.status.code).strip())
    try:
        message_id = UUID(told.reference)
    except ValueError:
        return None
    if outcome is None:
        return None
    error = "" if told.status.error is None else str(told.status.error)
    return Receipt(
        provider_id=id_of_whole(message_id),
        outcome=outcome,
        error=error if _ERROR.fullmatch(error) else None,
        reference=reference_of(message_id),
        destination=digits_of(told.to)[:20],
    )
