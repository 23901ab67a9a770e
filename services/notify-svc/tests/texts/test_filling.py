"""A value that is missing is named, and never printed as nothing."""

from __future__ import annotations

import dataclasses

import pytest
from account_requests import CODE, LINK
from decisions import DECIDED_AT, INSURER, NAME, paid
from msgspec.structs import replace
from uuid_utils.compat import uuid7

from contracts.claim_messages import ClaimOccasion
from contracts.message_requests import Occasion
from contracts.vocabulary import Language
from notify_svc.domain.requests import AboutClaim
from notify_svc.texts.account import write_account_mail, write_account_sms
from notify_svc.texts.claim import write_claim_mail
from notify_svc.texts.filling import MissingValueError
from notify_svc.texts.letter import write_letter
from notify_svc.texts.rendering import render_html

NL = Language.DUTCH


def write_mail(occasion: Occasion, *, link: str | None = LINK, relation_number: str = "123456") -> None:
    write_account_mail(
        occasion,
        link=link,
        name=NAME,
        language=NL,
        insurer=INSURER,
        occurred_at=DECIDED_AT,
        relation_number=relation_number,
    )


def missing(raised: pytest.ExceptionInfo[MissingValueError]) -> tuple[str, str]:
    return raised.value.template, raised.value.key


@pytest.mark.parametrize(
    ("occasion", "key"),
    [(ClaimOccasion.STILL_WAITING, "due_day"), (ClaimOccasion.PAYMENT_ORDERED, "amount")],
)
def test_a_mail_about_a_claim_without_a_day_or_an_amount_is_none(occasion: ClaimOccasion, key: str) -> None:
    claim = AboutClaim(claim_id=uuid7(), claim_reference="W7XK2M9QD4T", questions=(), due_on=None, amount_cents=None)

    with pytest.raises(MissingValueError) as raised:
        write_claim_mail(occasion, claim, name=NAME, language=NL, insurer=INSURER)

    assert missing(raised) == (f"claim.mails.{occasion.value}", key)


def test_a_mail_that_asks_nothing_is_none() -> None:
    claim = AboutClaim(claim_id=uuid7(), claim_reference="W7XK2M9QD4T", questions=(), due_on=DECIDED_AT.date())

    with pytest.raises(MissingValueError, match=r"claim\.mails\.questions_asked needs questions, which is missing"):
        write_claim_mail(ClaimOccasion.QUESTIONS_ASKED, claim, name=NAME, language=NL, insurer=INSURER)


def test_a_mail_about_a_policy_without_its_number_is_none() -> None:
    with pytest.raises(MissingValueError) as raised:
        write_mail(Occasion.POLICY_CHANGED)

    assert missing(raised) == ("account.mails.policy_changed", "policy_number")


def test_a_welcome_without_the_relation_number_is_none() -> None:
    with pytest.raises(MissingValueError, match="relation_number"):
        write_mail(Occasion.ACTIVATED, relation_number="")


def test_a_mail_that_speaks_of_its_link_has_one() -> None:
    with pytest.raises(MissingValueError) as raised:
        write_mail(Occasion.ACTIVATION_REQUESTED, link=None)

    assert missing(raised) == ("account.mails.activation_requested", "link")


def test_an_sms_without_its_code_is_none_and_the_error_holds_no_secret() -> None:
    def write(code: str | None) -> str:
        return write_account_sms(
            Occasion.LOGIN_CODE_REQUESTED, code=code, language=NL, phone=INSURER.phone, occurred_at=DECIDED_AT
        )

    assert CODE in write(CODE)
    with pytest.raises(MissingValueError) as raised:
        write(None)
    assert missing(raised) == ("account.sms.login_code_requested", "code")


def test_rain_that_was_not_measured_is_not_written_as_none_at_all() -> None:
    made = paid()
    assert made.rain is not None
    (station,) = made.rain.stations
    (reading,) = station.readings
    windows = tuple(replace(window, rain_by_loss_tenths_mm=None) for window in reading.windows)
    rain = replace(made.rain, stations=(replace(station, readings=(replace(reading, windows=windows),)),))

    with pytest.raises(MissingValueError) as raised:
        write_letter(replace(made, rain=rain), name=NAME, language=NL, insurer=INSURER, written_at=DECIDED_AT)

    assert missing(raised) == ("rain", "by_loss")


def test_what_a_template_arranges_and_is_not_there_is_named() -> None:
    letter = write_letter(paid(), name=NAME, language=NL, insurer=INSURER, written_at=DECIDED_AT)

    broken = dataclasses.replace(letter)
    object.__delattr__(broken, "headline")

    with pytest.raises(MissingValueError, match=r"decision\.html\.j2 needs .*headline"):
        render_html(broken)
