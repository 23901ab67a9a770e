"""What is written about a claim besides its decisions, from what happened and one language's texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contracts.claim_messages import ClaimOccasion
from contracts.vocabulary import Language
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.requests import AboutClaim
from notify_svc.texts.account import AccountMail, OnPaper, lines_on_paper
from notify_svc.texts.catalogue import ClaimTexts
from notify_svc.texts.figures import NO_BREAK_SPACE, Figures
from notify_svc.texts.filling import Values, told
from notify_svc.texts.languages import CATALOGUES

_QUESTIONS = "{questions}"


def write_claim_mail(
    occasion: ClaimOccasion,
    claim: AboutClaim,
    *,
    name: str,
    language: Language,
    insurer: Insurer,
    on_paper: OnPaper | None = None,
) -> AccountMail:
    """Return what the reader called `name` is written; its link leads to the claim and is no secret.

    Raises:
        MissingValueError: something that its texts name is not there.
    """
    texts = CATALOGUES[language]
    mail, figures = texts.claim.mails[occasion], Figures(texts.locale)
    questions = tuple(_asked(claim.questions, texts.claim))
    filled = Values(
        f"claim.mails.{occasion}",
        insurer=insurer.name,
        reference=claim.claim_reference,
        phone=insurer.phone.replace(" ", NO_BREAK_SPACE),
        address=insurer.address,
        review_url=insurer.review_url(claim.claim_reference),
        questions="\n".join(questions),
        due_day=told(claim.due_on, figures.calendar_day),
        amount=told(claim.amount_cents, figures.euros),
    )
    before: list[str] = []
    for paragraph in mail.before:
        filled_in = paragraph.format_map(filled)
        before += questions if paragraph == _QUESTIONS else [filled_in]
    headline = mail.subject.format_map(filled)
    after = mail.after if on_paper is None else mail.after_by_post or mail.after
    return AccountMail(
        texts=texts,
        insurer=insurer,
        postal_address=lines_on_paper(on_paper, name=name, texts=texts),
        dated="" if on_paper is None else figures.day(on_paper.written_at),
        reference=claim.claim_reference,
        subject=headline.replace(NO_BREAK_SPACE, " "),
        headline=headline,
        greeting=texts.greeting.format(name=name),
        before=tuple(before),
        questions=questions if _QUESTIONS in mail.before else (),
        link_label=mail.link,
        link=insurer.claim_url(claim.claim_reference),
        after=tuple(sentence.format_map(filled) for sentence in (*after, texts.account.never_asked)),
    )


def _asked(codes: Sequence[str], texts: ClaimTexts) -> Iterator[str]:
    """Yield each question as a line, once: damage.1.route asks about the second item that was reported."""
    lines = []
    for code in codes:
        thing, _, rest = code.partition(".")
        place, _, name = rest.partition(".")
        if thing == "damage" and place.isdecimal():
            lines.append(texts.questions.get(f"damage.{name}", texts.other_question).format(item=int(place) + 1))
        else:
            lines.append(texts.questions.get(code, texts.other_question))
    yield from dict.fromkeys(lines)
