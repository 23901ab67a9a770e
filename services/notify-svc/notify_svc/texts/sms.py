"""The text of an SMS about a decision."""

from __future__ import annotations

from enum import Enum, auto

from contracts.claims import DecisionMade
from contracts.vocabulary import Language, PostalAddress
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.notice import is_refused_or_reduced, notice_kind, payment_of
from notify_svc.texts.figures import NO_BREAK_SPACE, Figures
from notify_svc.texts.languages import CATALOGUES

SEGMENT_SEPTETS = 160
"""What fits one SMS; a longer one is split, costs double and can arrive in pieces."""
_SEPTETS_OF_A_PART = 153
"""Of a longer one, each part has a header."""
_OTHER_DOUBLE_SIGNS = "[]{}~|^\\"


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


def write_sms(decision: DecisionMade, *, language: Language, explained: Explained, insurer: Insurer) -> str:
    """Return the text of the SMS: the outcome and the reference, nothing that leads to a person or a home.

    What is not fully in its reader's favour has the link to ask for a person. Where that leaves no room for where the
    explanation is, the link alone; where it has no room itself, it stands in what explains the decision.
    """
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
    ending = endings[explained].format(phone=insurer.phone)
    told = f"{sentence} {ending}"
    if is_refused_or_reduced(decision):
        review = texts.sms_review.format(review_url=insurer.review_url(decision.claim_reference))
        told = next((text for text in (f"{told} {review}", f"{sentence} {review}") if _fits(text)), told)
    return told.replace(NO_BREAK_SPACE, " ")  # the alphabet of SMS has plain spaces only


def septets(text: str) -> int:
    """Return how much room `text` takes in an SMS: a sign of the extension table takes two septets."""
    return len(text) + text.count("€") + sum(map(text.count, _OTHER_DOUBLE_SIGNS))


def sms_parts(text: str) -> int:
    """Return as how many SMS `text` arrives."""
    length = septets(text)
    return 1 if length <= SEGMENT_SEPTETS else -(-length // _SEPTETS_OF_A_PART)


def _fits(text: str) -> bool:
    return septets(text) <= SEGMENT_SEPTETS
