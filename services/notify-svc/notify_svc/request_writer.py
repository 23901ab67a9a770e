"""What is written for a request, by e-mail and on paper."""

from __future__ import annotations

from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import Occasion
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.requests import Request
from notify_svc.repository.contacts import Contact
from notify_svc.texts.account import AboutPolicy, AccountMail, OnPaper, write_account_mail
from notify_svc.texts.claim import write_claim_mail


def write_requested(
    request: Request, contact: Contact, *, link: str | None, insurer: Insurer, on_paper: OnPaper | None = None
) -> AccountMail:
    """Return what `contact` is written for `request`; `link` is what was sealed with it.

    Raises:
        MissingValueError: something that its texts name is not there.
    """
    name, language = contact.name, contact.language
    if request.claim is not None:
        occasion = ClaimOccasion(request.occasion)
        return write_claim_mail(
            occasion, request.claim, name=name, language=language, insurer=insurer, on_paper=on_paper
        )
    return write_account_mail(
        Occasion(request.occasion),
        link=link,
        name=name,
        language=language,
        insurer=insurer,
        occurred_at=request.occurred_at,
        relation_number=request.relation_number or "",
        policy=_policy_of(request),
        on_paper=on_paper,
    )


def _policy_of(request: Request) -> AboutPolicy | None:
    if request.policy_number is None or request.effective_on is None:
        return None
    return AboutPolicy(request.policy_number, request.effective_on)
