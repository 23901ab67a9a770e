from __future__ import annotations

import pytest
from decisions import ADDRESS, EMAIL, INSURER, NOTICES
from msgspec.structs import replace

from contracts.vocabulary import Language, PostalAddress
from notify_svc.channels import gsm_alphabet
from notify_svc.domain.insurer import Insurer
from notify_svc.domain.notice import NoticeKind, is_refused_or_reduced, payment_of
from notify_svc.settings import Settings
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.sms import SEGMENT_SEPTETS, Explained, explained_by, write_sms

LONGEST_PHONE = "+31 88 123 45 67 8"
PORTAL = "https://mijn.example.org"


def insurer(portal_url: str = PORTAL) -> Insurer:
    return Insurer(name=INSURER.name, address=INSURER.address, phone=LONGEST_PHONE, portal_url=portal_url)


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

    text = write_sms(decision, language=language, explained=explained, insurer=insurer())

    assert len(gsm_alphabet.encode(text)) <= SEGMENT_SEPTETS
    assert decision.claim_reference in text
    assert "Ell" not in text
    review_url = f"{PORTAL}/claims/{decision.claim_reference}/review"
    assert (review_url in text) is is_refused_or_reduced(decision)
    assert text.endswith(review_url) is is_refused_or_reduced(decision)


@pytest.mark.parametrize("language", Language)
def test_a_link_that_no_sms_can_hold_makes_it_no_longer(language: Language) -> None:
    decision = NOTICES[NoticeKind.PART_PAID_REST_ASSESSED]()
    endless = insurer(portal_url="https://" + 100 * "x")

    text = write_sms(decision, language=language, explained=Explained.BY_EMAIL, insurer=endless)

    assert text.endswith(CATALOGUES[language].sms_with_email)


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
        explained: write_sms(NOTICES[NoticeKind.REFERRED](), language=language, explained=explained, insurer=INSURER)
        for explained in Explained
    }

    assert written[Explained.BY_EMAIL].endswith(texts.sms_with_email)
    assert written[Explained.BY_LETTER].endswith(texts.sms_with_letter)
    assert written[Explained.BY_PHONE].endswith(texts.sms_alone.format(phone=INSURER.phone))
    assert len(set(written.values())) == 3
