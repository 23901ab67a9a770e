"""No letter says "pays", "insured", "not insured" or "decided" unless its decision says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from decisions import ADDRESS, DECIDED_AT, INSURER, NAME, decision, finding, item
from letter_cases import CASES

from contracts.claims import DecisionMade
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind
from contracts.vocabulary import Language, WaterRoute
from notify_svc.domain.notice import judged_items, payment_of
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.letter import write_letter
from notify_svc.texts.rendering import render_html, render_text
from notify_svc.texts.sms import Explained, write_sms


@dataclass(frozen=True)
class ClaimingPhrases:
    """How a language says each of these; `conditional` sentences say when something would be insured."""

    conditional: str
    denies: str
    covers: str
    pays: str
    decides: str


PHRASES: Mapping[Language, ClaimingPhrases] = {
    Language.DUTCH: ClaimingPhrases(
        conditional=r"[^.:]*\balleen verzekerd\b[^.]*\.|Hoeveel wij betalen, weten wij|niets afgewezen",
        denies=r"niet verzekerd|geen vergoeding|afgewezen",
        covers=r"\bverzekerd\b|vergoeden|gedekt",
        pays=r"[Ww]ij betalen|[Bb]etalen wij|maken het bedrag over",
        decides=r"(computer|medewerker) heeft deze beslissing|een computer beslist|wij hebben besloten|is beslist",
    ),
    Language.ENGLISH: ClaimingPhrases(
        conditional=r"[^.:]*\bonly insured\b[^.]*\.|How much we pay will be known|nothing has been refused",
        denies=r"not insured|receive no amount|refused",
        covers=r"\binsured\b|covered",
        pays=r"[Ww]e (already )?pay\b|transfer the amount",
        decides=r"(computer|handler) took this decision|a computer decided|we have decided|is decided",
    ),
}


def written(made: DecisionMade, language: Language) -> Mapping[str, str]:
    """Return everything that is written about a decision, by medium, with plain spaces."""
    by_email, by_post = (
        write_letter(made, name=NAME, language=language, insurer=INSURER, written_at=DECIDED_AT, postal_address=address)
        for address in (None, ADDRESS)
    )
    letters = {"e-mail": render_text(by_email), "page": render_html(by_post)}
    subjects = {"subject": by_email.subject}
    sms = {"SMS": write_sms(made, language=language, explained=Explained.BY_EMAIL, insurer=INSURER)}
    return {medium: text.replace("\u00a0", " ") for medium, text in {**letters, **subjects, **sms}.items()}


def assert_true(made: DecisionMade, language: Language) -> None:
    """Hold that each text claims what the decision says, and nothing else."""
    phrases = PHRASES[language]
    outcomes = {one.outcome for one in judged_items(made)} or {made.outcome}
    pays = payment_of(made).now_cents > 0
    for medium, text in written(made, language).items():
        style_sheet_gone = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
        assert not re.search(r"[{}]|None|\bnan\b", style_sheet_gone), medium
        claims = re.sub(phrases.conditional, "", style_sheet_gone)
        without_denials = re.sub(phrases.denies, "", claims)
        is_whole = medium not in {"SMS", "subject"}
        assert_claims(claims, phrases.denies, so=Outcome.DENIED in outcomes, told=is_whole)
        assert_claims(without_denials, phrases.covers, so=Outcome.COVERED in outcomes, told=is_whole)
        assert_claims(claims, phrases.pays, so=pays, told=True)
        assert_claims(claims, phrases.decides, so=bool(outcomes - {Outcome.REFERRED, Outcome.WITHDRAWN}), told=is_whole)


def assert_claims(text: str, phrase: str, *, so: bool, told: bool) -> None:
    """Hold that `text` says `phrase` only when it is `so`, and then if it must be `told` here."""
    found = re.search(phrase, text)
    if found and not so:
        raise AssertionError(f"says what is not so: {text[max(0, found.start() - 120) : found.end() + 80]}")
    assert found or not (so and told), f"does not say {phrase}: {text}"


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("code", GroundCode)
def test_a_ground_claims_what_it_led_to(code: GroundCode, outcome: Outcome, language: Language) -> None:
    found = finding(WaterRoute.INDIRECT_PRECIPITATION, outcome, code)
    for kind in (DamageKind.CONTENTS, DamageKind.CELLAR_PUMPING):
        assert_true(decision(outcome, code, findings=[found], items=[item(outcome, code, kind=kind)]), language)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("code", GroundCode)
@pytest.mark.parametrize("besides", Outcome)
def test_an_items_own_ground_claims_nothing_about_the_water(
    code: GroundCode, outcome: Outcome, besides: Outcome, language: Language
) -> None:
    """The water of the only cause came to another outcome than what was decided about the damage."""
    found = finding(WaterRoute.GROUNDWATER, besides, GroundCode.GROUNDWATER)
    assert_true(decision(outcome, code, findings=[found], items=[item(outcome, code)]), language)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("name", CASES)
def test_every_case_claims_what_its_decision_says(name: str, language: Language) -> None:
    assert_true(CASES[name], language)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", GroundCode)
def test_the_fact_of_a_ground_claims_nothing(code: GroundCode, language: Language) -> None:
    fact, phrases = CATALOGUES[language].reasons.grounds[code].fact, PHRASES[language]

    for phrase in (phrases.conditional, phrases.denies, phrases.covers, phrases.pays, phrases.decides):
        assert not re.search(phrase, fact)
