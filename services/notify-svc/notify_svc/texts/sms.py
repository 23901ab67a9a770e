"""The text of an SMS about a decision."""

from __future__ import annotations

from contracts.claims import DecisionMade
from contracts.vocabulary import Language
from notify_svc.domain.notice import notice_kind
from notify_svc.texts.figures import NO_BREAK_SPACE, Figures
from notify_svc.texts.languages import CATALOGUES


def write_sms(decision: DecisionMade, *, language: Language, has_email: bool) -> str:
    """Return the text of the SMS: the outcome and the reference, nothing that leads to a person or a home."""
    texts = CATALOGUES[language]
    sentence = texts.notices[notice_kind(decision)].sms.format(
        reference=decision.claim_reference, amount=Figures(texts.locale).euros(decision.money.payable_cents or 0)
    )
    ending = texts.sms_with_email if has_email else texts.sms_without_email
    return f"{sentence} {ending}".replace(NO_BREAK_SPACE, " ")  # the alphabet of SMS has plain spaces only
