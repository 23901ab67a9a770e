"""`preview`: every message as its reader gets it, with made-up data, for whoever writes texts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from chassis.service import OfflineCommand
from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import CODE_OCCASIONS, LINK_OCCASIONS, POLICY_OCCASIONS, Occasion
from contracts.vocabulary import Language
from notify_svc.domain.notice import NoticeKind
from notify_svc.domain.requests import LETTER_OCCASIONS, SMS_OCCASIONS
from notify_svc.examples import occasions
from notify_svc.examples.decisions import NOTICES
from notify_svc.examples.people import ADDRESS, DECIDED_AT, INSURER, NAME
from notify_svc.texts.account import AboutPolicy, AccountMail, OnPaper, write_account_mail, write_account_sms
from notify_svc.texts.claim import write_claim_mail
from notify_svc.texts.filling import MissingValueError
from notify_svc.texts.languages import load_catalogues, texts_version
from notify_svc.texts.letter import Letter, write_letter
from notify_svc.texts.rendering import render_html, render_text
from notify_svc.texts.sms import Explained, septets, sms_parts, write_sms

_DONE, _FAILED = 0, 1
_INDEX = Environment(
    loader=PackageLoader("notify_svc.commands"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, kw_only=True)
class Message:
    """One message in one language, by the key of its texts. On paper and by SMS only where it goes so."""

    key: str
    mail: Letter | AccountMail | None = None
    on_paper: Letter | AccountMail | None = None
    sms: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """What the index shows of a message; files are named as beside the index."""

    key: str
    subject: str | None
    page: str | None
    text: str | None
    on_paper: str | None
    sms: str | None
    septets: int
    parts: int


def messages(language: Language) -> Iterator[Callable[[], Message]]:
    """Yield what writes each message: one by one, so that one that lacks a value hides no other."""
    yield from (partial(_about_decision, kind, language) for kind in NoticeKind)
    yield from (partial(_about_claim, occasion, language) for occasion in ClaimOccasion)
    yield from (partial(_about_account, occasion, language) for occasion in Occasion if occasion not in SMS_OCCASIONS)
    yield from (partial(_by_sms, occasion, language) for occasion in sorted(SMS_OCCASIONS))


def _about_decision(kind: NoticeKind, language: Language) -> Message:
    decision = NOTICES[kind]()
    by_email, on_paper = (
        write_letter(
            decision,
            name=NAME,
            language=language,
            insurer=INSURER,
            written_at=DECIDED_AT,
            postal_address=postal_address,
        )
        for postal_address in (None, ADDRESS)
    )
    sms = write_sms(decision, language=language, explained=Explained.BY_EMAIL, insurer=INSURER)
    return Message(key=f"notices.{kind}", mail=by_email, on_paper=on_paper, sms=sms)


def _about_claim(occasion: ClaimOccasion, language: Language) -> Message:
    claim = occasions.claim_on(occasion)
    write = partial(write_claim_mail, occasion, claim, name=NAME, language=language, insurer=INSURER)
    return Message(key=f"claim.mails.{occasion}", mail=write(), on_paper=_on_paper(occasion, write))


def _about_account(occasion: Occasion, language: Language) -> Message:
    policy = AboutPolicy(occasions.POLICY_NUMBER, occasions.EFFECTIVE_ON)
    write = partial(
        write_account_mail,
        occasion,
        link=occasions.LINK if occasion in LINK_OCCASIONS else None,
        name=NAME,
        language=language,
        insurer=INSURER,
        occurred_at=DECIDED_AT,
        relation_number=occasions.RELATION_NUMBER,
        policy=policy if occasion in POLICY_OCCASIONS else None,
    )
    return Message(key=f"account.mails.{occasion}", mail=write(), on_paper=_on_paper(occasion, write))


def _on_paper(occasion: Occasion | ClaimOccasion, write: Callable[..., AccountMail]) -> AccountMail | None:
    return write(on_paper=OnPaper(ADDRESS, DECIDED_AT)) if occasion in LETTER_OCCASIONS else None


def _by_sms(occasion: Occasion, language: Language) -> Message:
    code = occasions.CODE if occasion in CODE_OCCASIONS else None
    sms = write_account_sms(occasion, code=code, language=language, phone=INSURER.phone, occurred_at=DECIDED_AT)
    return Message(key=f"account.sms.{occasion}", sms=sms)


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--to", type=Path, required=True, metavar="DIRECTORY", help="begin with its index.html")
    parser.add_argument("--language", choices=[language.value for language in Language], help="one only; else all")


def _write(arguments: argparse.Namespace) -> int:
    """Write the messages and their index.

    Raises:
        CatalogueError: the texts cannot be used.
    """
    load_catalogues()
    directory: Path = arguments.to
    languages = [Language(arguments.language)] if arguments.language else list(Language)
    shown: dict[str, Sequence[_Shown]] = {}
    failed: list[str] = []
    for language in languages:
        (directory / language.value).mkdir(parents=True, exist_ok=True)
        shown[language.value] = list(_save_all(language, directory / language.value, failed))
    versions = {language.value: texts_version(language) for language in languages}
    index = _INDEX.get_template("preview.html.j2").render(languages=shown, versions=versions)
    (directory / "index.html").write_text(index, encoding="utf-8")
    sys.stdout.write(f"{sum(map(len, shown.values()))} messages; open {directory / 'index.html'}\n")
    sys.stderr.writelines(f"{problem}\n" for problem in failed)
    return _FAILED if failed else _DONE


def _save_all(language: Language, directory: Path, failed: list[str]) -> Iterator[_Shown]:
    for write in messages(language):
        try:
            message = write()
            yield _save(message, directory)
        except MissingValueError as error:
            failed.append(f"{language.value}: {error}")


def _save(message: Message, directory: Path) -> _Shown:
    def saved(content: str, suffix: str) -> str:
        file = directory / f"{message.key}.{suffix}"
        file.write_text(content, encoding="utf-8")
        return f"{directory.name}/{file.name}"

    mail, sms = message.mail, message.sms
    text = None if mail is None else render_text(mail)
    if text is not None:
        saved(text, "txt")
    if sms is not None:
        saved(sms, "sms.txt")
    return _Shown(
        key=message.key,
        subject=None if mail is None else mail.subject,
        page=None if mail is None else saved(page_by_itself(mail), "html"),
        text=text,
        on_paper=None if message.on_paper is None else saved(render_html(message.on_paper), "post.html"),
        sms=sms,
        septets=septets(sms or ""),
        parts=sms_parts(sms or ""),
    )


def page_by_itself(mail: Letter | AccountMail) -> str:
    """Return the page with its pictures, which an e-mail carries beside it."""
    page = render_html(mail)
    for picture in mail.pictures:
        page = page.replace(f"cid:{picture.content_id}", picture.data_uri)
    return page


PREVIEW = OfflineCommand(
    ("preview",),
    "write every message with made-up data, as people read it; asks no database, no mail server and no secret",
    _add_arguments,
    _write,
)
OFFLINE_COMMANDS: Sequence[OfflineCommand] = (PREVIEW,)
