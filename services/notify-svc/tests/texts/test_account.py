"""What is written about accounts: in every language, complete, and with nothing that is not filled in."""

from __future__ import annotations

import pytest
from account_requests import CODE, LINK, MAIL_OCCASIONS
from decisions import DECIDED_AT, INSURER, NAME

from contracts.message_requests import LINK_OCCASIONS, Occasion
from contracts.vocabulary import Language
from notify_svc.channels import gsm_alphabet
from notify_svc.texts.account import AccountMail, write_account_mail, write_login_code
from notify_svc.texts.figures import NO_BREAK_SPACE
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.rendering import render_html, render_text

LONGEST_CODE = "0123456789"


def written(occasion: Occasion, language: Language, *, link: str = LINK, name: str = NAME) -> AccountMail:
    return write_account_mail(
        occasion,
        link=link,
        name=name,
        language=language,
        insurer=INSURER,
        occurred_at=DECIDED_AT,
        relation_number="123456",
    )


@pytest.mark.parametrize("language", Language)
def test_every_occasion_but_a_code_has_a_mail_and_one_of_its_own(language: Language) -> None:
    mails = CATALOGUES[language].account.mails

    assert set(mails) == set(MAIL_OCCASIONS)
    assert len({mail.subject for mail in mails.values()}) == len(mails)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("occasion", MAIL_OCCASIONS)
def test_a_mail_has_a_link_exactly_where_one_is_asked_for(occasion: Occasion, language: Language) -> None:
    mail = written(occasion, language)

    expected = occasion in LINK_OCCASIONS
    assert (mail.link is not None, mail.link_label is not None) == (expected, expected)
    assert (LINK in render_text(mail), f'href="{LINK}"' in render_html(mail)) == (expected, expected)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("occasion", MAIL_OCCASIONS)
def test_everything_is_filled_in_and_says_where_to_turn_to(occasion: Occasion, language: Language) -> None:
    text = render_text(written(occasion, language))

    assert "{" not in text
    assert NAME in text
    assert INSURER.phone in text.replace(NO_BREAK_SPACE, " ")
    assert CATALOGUES[language].account.never_asked in text


@pytest.mark.parametrize(
    ("language", "moment"), [(Language.DUTCH, "16 juli 2021 om 10:00"), (Language.ENGLISH, "16 July 2021 at 10:00")]
)
def test_a_notice_says_when_it_happened_by_the_clock_of_the_netherlands(language: Language, moment: str) -> None:
    assert moment in render_text(written(Occasion.PASSWORD_CHANGED, language))


@pytest.mark.parametrize("language", Language)
def test_the_welcome_names_the_relation_number(language: Language) -> None:
    assert "123456" in render_text(written(Occasion.ACTIVATED, language))


@pytest.mark.parametrize("language", Language)
def test_a_code_stands_first_and_its_sms_fits_one_segment(language: Language) -> None:
    assert write_login_code(CODE, language=language).startswith(f"{CODE} ")
    assert len(gsm_alphabet.encode(write_login_code(LONGEST_CODE, language=language))) <= gsm_alphabet.SEGMENT_SEPTETS


def test_a_name_or_a_link_cannot_become_markup() -> None:
    link = "https://portal.example/?a=1&b=%22%3E<i>\"'"
    html = render_html(written(Occasion.ACTIVATION_REQUESTED, Language.DUTCH, link=link, name="<b>J.</b>"))

    assert "<b>" not in html
    assert "<i>" not in html
    assert "https://portal.example/?a=1&amp;b=%22%3E&lt;i&gt;&#34;&#39;" in html


def test_a_mail_shows_no_link_where_it_is_printed() -> None:
    assert LINK not in repr(written(Occasion.ACTIVATION_REQUESTED, Language.DUTCH))
