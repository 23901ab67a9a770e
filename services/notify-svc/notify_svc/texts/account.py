"""What is written about an account, a customer or a policy, from what happened and one language's texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from contracts.message_requests import CODE_OCCASIONS, LINK_OCCASIONS, Occasion
from contracts.vocabulary import Language, PostalAddress
from notify_svc.domain.insurer import Insurer
from notify_svc.texts.catalogue import TextCatalogue
from notify_svc.texts.envelope import on_envelope
from notify_svc.texts.figures import NO_BREAK_SPACE, Figures
from notify_svc.texts.filling import MissingValueError, Values
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.rain_chart import Picture


@dataclass(frozen=True, slots=True)
class AboutPolicy:
    """Which policy a mail is about, and the Dutch day from which what it says holds."""

    number: str
    day: date


@dataclass(frozen=True, slots=True)
class OnPaper:
    """Where a letter goes, and when it is written."""

    postal_address: PostalAddress
    written_at: datetime


def lines_on_paper(on_paper: OnPaper | None, *, name: str, texts: TextCatalogue) -> tuple[str, ...]:
    """Return the lines on the envelope of what is `on_paper`; none of an e-mail."""
    return () if on_paper is None else on_envelope(name, on_paper.postal_address, texts=texts)


@dataclass(frozen=True, kw_only=True, repr=False)
class AccountMail:
    """Everything that is written, as finished sentences; `link` is a secret, but for one that leads to a claim.

    `postal_address` are the lines on paper, where it is `dated`; none in an e-mail.
    """

    texts: TextCatalogue
    insurer: Insurer
    postal_address: tuple[str, ...] = ()
    dated: str = ""
    reference: str = ""
    """What the sheets of a letter are told from others by: of a claim."""
    subject: str
    headline: str
    greeting: str
    before: tuple[str, ...]
    link_label: str | None
    link: str | None
    after: tuple[str, ...]
    questions: tuple[str, ...] = ()
    """Those of `before` that are a list."""

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """What it shows: nothing that has to be fetched, and nothing besides."""
        return ()

    @property
    def preheader(self) -> str:
        """What a list of mails shows beside the subject."""
        return self.before[0]


def write_account_mail(  # noqa: PLR0913 - what a message is made of
    occasion: Occasion,
    *,
    link: str | None,
    name: str,
    language: Language,
    insurer: Insurer,
    occurred_at: datetime,
    relation_number: str,
    policy: AboutPolicy | None = None,
    on_paper: OnPaper | None = None,
) -> AccountMail:
    """Return what the customer called `name` is written; `link` and `policy` are there where the occasion has one.

    No link is ever on paper: it would lie there, and is over before a letter comes.

    Raises:
        MissingValueError: something that its texts name is not there.
    """
    texts = CATALOGUES[language]
    mail = texts.account.mails[occasion]
    figures, template = Figures(texts.locale), f"account.mails.{occasion}"
    filled = Values(
        template,
        insurer=insurer.name,
        phone=insurer.phone.replace(" ", NO_BREAK_SPACE),
        day=figures.day(occurred_at),
        time=figures.time(occurred_at),
        relation_number=relation_number,
        policy_number=None if policy is None else policy.number,
        policy_day=None if policy is None else figures.calendar_day(policy.day),
    )
    is_told_otherwise = on_paper is not None and bool(mail.by_post)
    has_link = not is_told_otherwise and (mail.link is not None or occasion in LINK_OCCASIONS)
    if has_link and not (mail.link and link):
        raise MissingValueError(template, "link")
    before, after = (mail.by_post, ()) if is_told_otherwise else (mail.before, mail.after)
    return AccountMail(
        texts=texts,
        insurer=insurer,
        postal_address=lines_on_paper(on_paper, name=name, texts=texts),
        dated="" if on_paper is None else figures.day(on_paper.written_at),
        subject=mail.subject,
        headline=mail.subject,
        greeting=texts.greeting.format(name=name),
        before=tuple(sentence.format_map(filled) for sentence in before),
        link_label=mail.link if has_link else None,
        link=link if has_link else None,
        after=tuple(sentence.format_map(filled) for sentence in (*after, texts.account.never_asked)),
    )


def write_account_sms(
    occasion: Occasion, *, code: str | None, language: Language, phone: str, occurred_at: datetime
) -> str:
    """Return the text of the SMS; the `code` is there where the occasion has one.

    Raises:
        MissingValueError: something that its text names is not there.
    """
    texts = CATALOGUES[language]
    day = Figures(texts.locale).day(occurred_at)
    text, template = texts.account.sms[occasion], f"account.sms.{occasion}"
    if occasion in CODE_OCCASIONS and "{code}" not in text:
        raise MissingValueError(template, "code")
    sentence = text.format_map(Values(template, code=code, phone=phone, day=day))
    return sentence.replace(NO_BREAK_SPACE, " ")  # the alphabet of SMS has plain spaces only
