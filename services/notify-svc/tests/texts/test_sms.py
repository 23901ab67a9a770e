from __future__ import annotations

import pytest
from decisions import NOTICES

from contracts.vocabulary import Language
from notify_svc.channels import gsm_alphabet
from notify_svc.domain.notice import NoticeKind
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.sms import write_sms


@pytest.mark.parametrize("has_email", [True, False])
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("kind", NoticeKind)
def test_every_sms_fits_one_segment_with_the_longest_figures(
    kind: NoticeKind,
    language: Language,
    has_email: bool,  # noqa: FBT001
) -> None:
    decision = NOTICES[kind]()
    if kind is NoticeKind.PAID:
        decision = decision.model_copy(update={"money": decision.money.model_copy(update={"payable_cents": 10**11})})

    text = write_sms(decision, language=language, has_email=has_email)

    assert len(gsm_alphabet.encode(text)) <= gsm_alphabet.SEGMENT_SEPTETS
    assert decision.claim_reference in text
    assert "Ell" not in text


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("has_email", [True, False])
def test_an_sms_says_where_the_explanation_is(language: Language, has_email: bool) -> None:  # noqa: FBT001
    texts = CATALOGUES[language]

    text = write_sms(NOTICES[NoticeKind.DENIED](), language=language, has_email=has_email)

    assert text.endswith(f" {texts.sms_with_email if has_email else texts.sms_without_email}")
    assert texts.sms_with_email != texts.sms_without_email
