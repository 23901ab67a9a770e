"""The text of an SMS about a decision."""

from __future__ import annotations

from enum import Enum, auto

from contracts.claims import DecisionMade
from contracts.vocabulary import Language, PostalAddress
from notify_svc.domain.notice import notice_kind, payment_of
from notify_svc.texts.figures import NO_BREAK_SPACE, Figures
from notify_svc.texts.languages import CATALOGUES


class Explained(Enum):
    """Where the reader of an SMS finds the explanation."""

    BY_EMAIL = auto()
    BY_LETTER = auto()
    BY_PHONE = auto()


def explained_by(*, email: str | None, postal_address: PostalAddress | None) -> Explained:
    """Return how somebody with these addresses learns more."""
    if email is not None:
        return Explained.BY_EMAIL
    return Explained.BY_PHONE if postal_address is None else Explained.BY_LETTER


def write_sms(decision: DecisionMade, *, language: Language, explained: Explained, phone: str) -> str:
    """Return the text of the SMS: the outcome and the reference, nothing that leads to a person or a home."""
    texts = CATALOGUES[language]
    figures, payment = Figures(texts.locale), payment_of(decision)
    sentence = texts.notices[notice_kind(decision)].sms.format(
        reference=decision.claim_reference, amount=figures.euros(payment.now_cents)
    )
    endings = {
        Explained.BY_EMAIL: texts.sms_with_email,
        Explained.BY_LETTER: texts.sms_with_letter,
        Explained.BY_PHONE: texts.sms_alone,
    }
    ending = endings[explained].format(phone=phone)
    return f"{sentence} {ending}".replace(NO_BREAK_SPACE, " ")  # the alphabet of SMS has plain spaces only
