from __future__ import annotations

import pytest
from decisions import ADDRESS, EMAIL, NOTICES
from msgspec.structs import replace

from contracts.vocabulary import Language, PostalAddress
from notify_svc.channels import gsm_alphabet
from notify_svc.domain.notice import NoticeKind, payment_of
from notify_svc.settings import Settings
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.sms import Explained, explained_by, write_sms

LONGEST_PHONE = "+31 88 123 45 67 8"


@pytest.mark.parametrize("explained", Explained)
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", NoticeKind)
def test_every_sms_fits_one_segment_with_the_longest_figures(
    kind: NoticeKind, language: Language, explained: Explained
) -> None:
    decision = NOTICES[kind]()
    if payment_of(decision).now_cents:
        most = {"payable_cents": 10**11, "to_pay_cents": 10**11 - 1}
        decision = replace(decision, money=replace(decision.money, **most))

    text = write_sms(decision, language=language, explained=explained, phone=LONGEST_PHONE)

    assert len(gsm_alphabet.encode(text)) <= gsm_alphabet.SEGMENT_SEPTETS
    assert decision.claim_reference in text
    assert "Ell" not in text


def test_no_longer_phone_number_is_accepted() -> None:
    needed = {"kafka_bootstrap_servers": "x:1", "database_url": "postgresql://x"}

    accepted = Settings.model_validate({**needed, "insurer_phone": LONGEST_PHONE})

    assert accepted.insurer.phone == LONGEST_PHONE
    with pytest.raises(ValueError, match="insurer_phone"):
        Settings.model_validate({**needed, "insurer_phone": f"{LONGEST_PHONE}9"})


@pytest.mark.parametrize(
    ("email", "postal_address", "explained"),
    [
        (EMAIL, ADDRESS, Explained.BY_EMAIL),
        (EMAIL, None, Explained.BY_EMAIL),
        (None, ADDRESS, Explained.BY_LETTER),
        (None, None, Explained.BY_PHONE),
    ],
)
def test_an_sms_says_where_the_explanation_is(
    email: str | None, postal_address: PostalAddress | None, explained: Explained
) -> None:
    assert explained_by(email=email, postal_address=postal_address) is explained


@pytest.mark.parametrize("language", Language)
def test_each_ending_is_its_own_and_the_last_names_the_number(language: Language) -> None:
    texts = CATALOGUES[language]
    written = {
        explained: write_sms(
            NOTICES[NoticeKind.DENIED](), language=language, explained=explained, phone="088 123 45 67"
        )
        for explained in Explained
    }

    assert written[Explained.BY_EMAIL].endswith(texts.sms_with_email)
    assert written[Explained.BY_LETTER].endswith(texts.sms_with_letter)
    assert written[Explained.BY_PHONE].endswith(texts.sms_alone.format(phone="088 123 45 67"))
    assert len(set(written.values())) == 3
