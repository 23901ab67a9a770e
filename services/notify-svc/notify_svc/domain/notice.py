"""What a decision comes down to for its customer."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from contracts.claims import DecisionMade
from contracts.coverage import Outcome


class NoticeKind(StrEnum):
    """The five kinds of notice; every language has a text for each."""

    PAID = "paid"
    NOTHING_PAYABLE = "nothing_payable"
    AWAITS_ASSESSMENT = "awaits_assessment"
    DENIED = "denied"
    REFERRED = "referred"


def notice_kind(decision: DecisionMade) -> NoticeKind:
    """Return the kind of notice `decision` asks for: a covered claim has three, by what can be paid now."""
    payable_cents = decision.money.payable_cents
    match decision.outcome:
        case Outcome.DENIED:
            return NoticeKind.DENIED
        case Outcome.REFERRED:
            return NoticeKind.REFERRED
        case Outcome.COVERED if payable_cents is None or decision.money.awaits_assessment:
            return NoticeKind.AWAITS_ASSESSMENT
        case Outcome.COVERED if payable_cents == 0:
            return NoticeKind.NOTHING_PAYABLE
        case Outcome.COVERED:
            return NoticeKind.PAID
        case _:
            assert_never(decision.outcome)
