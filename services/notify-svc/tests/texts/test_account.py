"""What is written about accounts: in every language, complete, and with nothing that is not filled in."""

from __future__ import annotations

import re

import pytest
from account_requests import CODE, EFFECTIVE_ON, LINK, MAIL_OCCASIONS, POLICY_NUMBER
from decisions import DECIDED_AT, INSURER, NAME
from msgspec.structs import replace

from contracts.message_requests import CODE_OCCASIONS, CUSTOMER_OCCASIONS, LINK_OCCASIONS, POLICY_OCCASIONS, Occasion
from contracts.vocabulary import Language
from notify_svc.channels import gsm_alphabet
from notify_svc.domain.requests import SMS_OCCASIONS
from notify_svc.texts.account import AboutPolicy, AccountMail, write_account_mail, write_account_sms
from notify_svc.texts.figures import NO_BREAK_SPACE
from notify_svc.texts.filling import MissingValueError
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.rendering import render_html, render_text
from notify_svc.texts.sms import SEGMENT_SEPTETS

LONGEST_CODE, LONGEST_PHONE = "0123456789", "+31 88 000 00 00 0"

AUTHENTICATORS = (Occasion.AUTHENTICATOR_ADDED, Occasion.AUTHENTICATOR_REMOVED)


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
def test_every_occasion_has_a_mail_or_an_sms_and_one_of_its_own(language: Language) -> None:
    texts = CATALOGUES[language].account

    assert set(texts.mails) == {*MAIL_OCCASIONS, *CUSTOMER_OCCASIONS}
    assert set(texts.sms) == SMS_OCCASIONS
    assert len({mail.subject for mail in texts.mails.values()}) == len(texts.mails)
    assert len(set(texts.sms.values())) == len(texts.sms)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("occasion", MAIL_OCCASIONS)
def test_a_mail_has_a_link_exactly_where_one_is_asked_for(occasion: Occasion, language: Language) -> None:
    mail = written(occasion, language)

    expected = occasion in LINK_OCCASIONS
    assert (mail.link is not None, mail.link_label is not None) == (expected, expected)
    assert (LINK in render_text(mail), f'href="{LINK}"' in render_html(mail)) == (expected, expected)


def test_without_the_place_of_its_link_or_code_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    texts, link, code = CATALOGUES[Language.DUTCH], min(LINK_OCCASIONS), min(CODE_OCCASIONS)
    account = replace(
        texts.account,
        mails={**texts.account.mails, link: replace(texts.account.mails[link], link=None)},
        sms={**texts.account.sms, code: "Uw code."},
    )
    monkeypatch.setattr("notify_svc.texts.account.CATALOGUES", {Language.DUTCH: replace(texts, account=account)})

    with pytest.raises(MissingValueError, match="needs link"):
        written(link, Language.DUTCH)
    with pytest.raises(MissingValueError, match="needs code"):
        write_account_sms(code, code=CODE, language=Language.DUTCH, phone=LONGEST_PHONE, occurred_at=DECIDED_AT)


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


@pytest.mark.parametrize(
    ("language", "day"), [(Language.DUTCH, "1 augustus 2021"), (Language.ENGLISH, "1 August 2021")]
)
def test_what_policy_svc_tells_names_the_customers_numbers_and_the_next_step_and_leads_nowhere(
    language: Language, day: str
) -> None:
    next_step = {
        Language.DUTCH: ("og in zoals u altijd doet", "inlogpagina"),
        Language.ENGLISH: ("og in as you always", "login page"),
    }
    for occasion in CUSTOMER_OCCASIONS:
        is_of_policy = occasion in POLICY_OCCASIONS
        mail = write_account_mail(
            occasion,
            link=LINK,
            name=NAME,
            language=language,
            insurer=INSURER,
            occurred_at=DECIDED_AT,
            relation_number="7654321",
            policy=AboutPolicy(POLICY_NUMBER, EFFECTIVE_ON) if is_of_policy else None,
        )
        for written_ in (render_text(mail), render_html(mail)):
            assert "7654321" in written_
            assert (POLICY_NUMBER in written_, day in written_) == (is_of_policy, is_of_policy)
            assert any(step in written_ for step in next_step[language])
            assert not re.search(r"http|href|www|\{", written_.partition("<body ")[2] or written_)
            assert CATALOGUES[language].account.never_asked in written_


def sms(occasion: Occasion, language: Language, *, code: str | None, phone: str = INSURER.phone) -> str:
    return write_account_sms(occasion, code=code, language=language, phone=phone, occurred_at=DECIDED_AT)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("occasion", sorted(SMS_OCCASIONS))
def test_an_sms_fits_one_segment_whatever_is_filled_in(occasion: Occasion, language: Language) -> None:
    text = sms(occasion, language, code=LONGEST_CODE, phone=LONGEST_PHONE)

    assert "{" not in text
    assert len(gsm_alphabet.encode(text)) <= SEGMENT_SEPTETS


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("occasion", sorted(CODE_OCCASIONS))
def test_a_code_stands_first(occasion: Occasion, language: Language) -> None:
    assert sms(occasion, language, code=CODE).startswith(f"{CODE} ")


@pytest.mark.parametrize(("language", "day"), [(Language.DUTCH, "16 juli 2021"), (Language.ENGLISH, "16 July 2021")])
def test_a_number_that_is_left_is_told_since_when_and_whom_to_call(language: Language, day: str) -> None:
    text = sms(Occasion.MOBILE_PHONE_LEFT, language, code=None)

    assert day in text
    assert INSURER.phone in text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("occasion", [Occasion.EMAIL_CHANGED, Occasion.MOBILE_PHONE_CHANGED, *AUTHENTICATORS])
def test_who_is_offered_to_undo_reads_that_everything_goes_back(occasion: Occasion, language: Language) -> None:
    together = {Language.DUTCH: "alle wijzigingen van de laatste tijd", Language.ENGLISH: "all the recent changes"}

    assert together[language] in render_text(written(occasion, language))


def test_a_name_or_a_link_cannot_become_markup() -> None:
    link = "https://portal.example/?a=1&b=%22%3E<i>\"'"
    html = render_html(written(Occasion.ACTIVATION_REQUESTED, Language.DUTCH, link=link, name="<b>J.</b>"))

    assert "<b>" not in html
    assert "<i>" not in html
    assert "https://portal.example/?a=1&amp;b=%22%3E&lt;i&gt;&#34;&#39;" in html


def test_a_mail_shows_no_link_where_it_is_printed() -> None:
    assert LINK not in repr(written(Occasion.ACTIVATION_REQUESTED, Language.DUTCH))
