"""What is written about a claim besides its decisions: in every language, complete, and nothing that is not so."""

from __future__ import annotations

import re
from datetime import date

import pytest
from claim_requests import CLAIM_PAGE, REFERENCE
from decisions import INSURER, NAME
from uuid_utils.compat import uuid7

from contracts.claim_messages import ClaimOccasion
from contracts.loss_reports import LossFacts
from contracts.vocabulary import Language
from notify_svc.domain.requests import AboutClaim
from notify_svc.texts.claim import write_claim_mail
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.rendering import render_html, render_text

CLAIM = AboutClaim(
    claim_id=uuid7(),
    claim_reference=REFERENCE,
    questions=("facts.toilet_overflowed", "damage.1.route", "damage.x", "younger"),
    due_on=date(2021, 7, 30),
    amount_cents=159_000,
)


def written(occasion: ClaimOccasion, language: Language) -> str:
    mail = write_claim_mail(occasion, CLAIM, name=NAME, language=language, insurer=INSURER)
    assert f'href="{CLAIM_PAGE}"' in render_html(mail)
    return f"{mail.subject}\n{render_text(mail)}".replace("\u00a0", " ")


@pytest.mark.parametrize("language", Language)
def test_every_occasion_has_a_mail_of_its_own_and_every_fact_a_question(language: Language) -> None:
    texts = CATALOGUES[language].claim

    assert set(texts.mails) == set(ClaimOccasion)
    assert len({mail.subject for mail in texts.mails.values()}) == len(ClaimOccasion)
    assert {f"facts.{name}" for name in LossFacts.__struct_fields__} < set(texts.questions)
    assert len(set(texts.questions.values())) == len(texts.questions)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("occasion", ClaimOccasion)
def test_a_mail_is_complete_leads_to_the_claim_and_transfers_only_what_was_ordered(
    occasion: ClaimOccasion, language: Language
) -> None:
    text = written(occasion, language)

    assert not re.search(r"[{}]|None", text)
    assert all(told in text for told in (NAME, REFERENCE, INSURER.phone, CLAIM_PAGE))
    assert not re.search("verzekerd|insured|betalen|pay", text)
    assert bool(re.search(r"maken € 1\.590,00|transfer €1,590\.00", text)) is (
        occasion is ClaimOccasion.PAYMENT_ORDERED
    )


def test_each_question_is_a_line_and_one_that_has_no_words_yet_is_read_in_the_portal() -> None:
    text = written(ClaimOccasion.QUESTIONS_ASKED, Language.DUTCH)

    assert re.findall("^– (.*)$", text, flags=re.MULTILINE) == [
        "Liep het toilet over?",
        "Welk water beschadigde onderdeel 2 van uw melding?",
        "Wij hebben nog een vraag; u leest die bij uw melding.",
    ]
    assert "30 juli 2021" in text
