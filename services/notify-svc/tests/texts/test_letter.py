"""What letters say, case by case; what they may not say is in test_true_sentences."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from decisions import ADDRESS, DECIDED_AT, INSURER, NAME, NOTICES, decision, denied, item, paid
from letter_cases import CASES, html
from msgspec.structs import replace

from contracts.claims import DecisionMade
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind
from contracts.vocabulary import Language
from notify_svc.domain.notice import NoticeKind, is_refused_or_reduced
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.letter import Letter, write_letter
from notify_svc.texts.rendering import render_html, render_text

NL, EN = Language.DUTCH, Language.ENGLISH


def letter(decision: DecisionMade, *, language: Language = NL, name: str = NAME, on_paper: bool = False) -> Letter:
    return write_letter(
        decision,
        name=name,
        language=language,
        insurer=INSURER,
        written_at=DECIDED_AT,
        postal_address=ADDRESS if on_paper else None,
    )


def text_of(decision: DecisionMade, *, language: Language = NL, on_paper: bool = False) -> str:
    """Return the letter as text, with plain spaces."""
    return render_text(letter(decision, language=language, on_paper=on_paper)).replace("\u00a0", " ")


def test_both_forms_of_a_letter_say_the_same() -> None:
    money, rain = CATALOGUES[NL].money, CATALOGUES[NL].rain
    columns = f"{money.step} {money.amount} {money.caption} {rain.period} {rain.result}"
    for name, made in CASES.items():
        page = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", html(made, language=NL), flags=re.DOTALL)
        words = re.sub(r"<[^>]+>", " ", page).replace("&#39;", "'").casefold()
        said = set(re.findall(r"\w+", text_of(made).casefold()))
        on_page = set(re.findall(r"\w+", words))
        assert said - on_page == set(), name
        assert on_page - said <= set(re.findall(r"\w+", columns.casefold())), name


@pytest.mark.parametrize(
    ("case", "sentences"),
    [
        ("notice-paid", ["Wij betalen u € 1.590,00", "Schade aan het gebouw, € 1.840,00 (bedrag uit de melding)"]),
        ("notice-paid_for_a_part", ["Die staat niet op uw polis.", "Deel dat niet verzekerd is: € -600,00"]),
        ("notice-paid_more", ["Eerder besloten wij u € 1.590,00 te betalen. Nu betalen wij u € 500,00 extra."]),
        ("notice-paid_more", ["Daarvan eerder besloten: € 1.590,00", "Nu te betalen: € 500,00"]),
        ("notice-payment_unchanged", ["Eerder besloten wij u € 1.590,00 te betalen. Dat blijft zo."]),
        ("notice-nothing_payable", ["geen bedrag over", "Uw eigen risico: € -200,00"]),
        ("notice-awaits_assessment", ["minstens € 250,00 per gebeurtenis", "Deel dat niet verzekerd is: € -600,00"]),
        ("notice-awaits_assessment", ["Het eigen risico gaat er nog af als het bedrag vaststaat."]),
        ("notice-part_paid_rest_assessed", ["alvast € 1.590,00", "verzekerd, het bedrag stellen wij nog vast"]),
        (
            "notice-referred",
            ["binnen twee werkdagen", "niets afgewezen", "Dit is nog niet bekend: of het water door een open"],
        ),
        (
            "notice-part_paid_rest_referred",
            ["Daarvoor betalen wij u nu € 1.840,00.", "De rest beslist een medewerker."],
        ),
        ("notice-part_decided_rest_referred", ["Over dat deel is nog niets besloten.", "binnen twee werkdagen"]),
        ("rest-referred-again", ["Eerder besloten wij u € 1.840,00 te betalen. Dat blijft zo."]),
        ("paid-after-referral", ["Eerder hadden wij u nog geen bedrag toegezegd.", "vervangt wat wij u eerder"]),
        ("open-window", ["De hersteller heeft vastgesteld dat het water door een open raam of deur kwam."]),
        (
            "open-window",
            ["Er is nog een reden. Er viel rond het moment van de schade te weinig", "artikel 2.3", "artikel 2.2"],
        ),
        ("groundwater-not-through-wall", ["Er is één uitzondering.", "Het water kwam hier niet door de keldermuur."]),
        (
            "groundwater-dry-soil",
            ["Er viel te weinig regen voor hevige plaatselijke neerslag. Dit staat in artikel 4.2"],
        ),
        ("primary-defence", ["Uit een officieel register blijkt dat de dijk", "Er zijn twee uitzonderingen."]),
        ("fire-after-flood", ["Deze schade is verzekerd.", "Dat geldt niet voor deze schade."]),
        ("second-look", ["over een primaire waterkering", "voordat wij een bedrag toezeggen"]),
        ("sea-water", ["Onze medewerker heeft vastgesteld dat er zeewater bij was.", "artikel 5.4"]),
        ("pumping-covered", ["Kelder leegpompen, € 450,00", "Wij betalen u € 450,00."]),
        ("pumping-denied", ["Die kosten zijn alleen verzekerd als", "artikel 6.1"]),
        ("pumping-referred", ["Een medewerker zoekt uit waar het water in uw kelder vandaan kwam."]),
        ("not-insured", ["Dat blijkt uit onze gegevens over uw polis.", "artikel 1.1"]),
        ("policy-unknown", ["Wij kunnen de polis uit de melding niet vinden."]),
        ("statement-turned", ["of het water door een open raam of deur kwam en wanneer de schade is ontstaan"]),
        ("statement-turned", ["wat er eerder gemeld is"]),
        (
            "statement-turned-besides-facts",
            ["Het gaat om de vraag wat er beschadigd is en hoe en bij welke polis de schade hoort."],
        ),
        (
            "possible-duplicate",
            ["Het kan om dezelfde schade gaan, maar ook om andere.", "andere meldingen van dezelfde"],
        ),
        ("source-missing", ["Het gaat om de vraag of de dijk", "en of dit een primaire waterkering is"]),
        ("two-families", ["Voor de schade door regen geldt:", "Voor de schade door de overstroming geldt:"]),
        ("shared-event", ["al € 180,00 eigen risico afgetrokken", "nog € 70,00 af"]),
        ("cloudburst", ["79,0 mm in één uur", "minstens € 250,00 per gebeurtenis", "artikel 7.2"]),
        (
            "notice-repaired",
            ["herstelt voor € 9.000,00 van uw schade", "Van uw eigen risico betaalt u € 250,00 aan de hersteller."],
        ),
        (
            "notice-repaired",
            [
                "Wat een hersteller voor u herstelt: € -9.000,00",
                "aan de hersteller betaalt: € 250,00",
                "Totaal te betalen: € 0,00",
            ],
        ),
        ("partly-repaired", ["Eerder besloten wij u € 750,00 te betalen. Nu betalen wij u € 500,00 extra."]),
        ("partly-repaired", ["herstelt voor € 9.000,00 van uw schade", "Totaal te betalen: € 1.250,00"]),
    ],
)
def test_a_letter_says_what_its_decision_is_about(case: str, sentences: list[str]) -> None:
    text = text_of(CASES[case])

    for sentence in sentences:
        assert sentence in text


@pytest.mark.parametrize("case", ["flood-with-other-water", "not-attributed", "pumping-referred"])
def test_a_cause_of_damage_in_doubt_is_told_without_a_verdict(case: str) -> None:
    text = text_of(CASES[case])

    assert "Dit is ons oordeel per oorzaak:" in text
    assert re.search(r"- Schade door [^:]*: een medewerker beoordeelt dit", text)
    assert "verzekerd" not in text


def test_a_cause_that_denies_beside_the_one_that_decided_is_told_with_who_says_so() -> None:
    both = CASES["toilet"]
    besides = CASES["groundwater-not-through-wall"].findings
    text = text_of(replace(both, findings=(*both.findings, *besides)))

    assert "- Schade door grondwater: niet verzekerd" in text
    assert "In de melding staat dat er grondwater binnenkwam." in text


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("on_paper", [False, True])
@pytest.mark.parametrize("language", Language)
def test_the_way_out_is_complete_where_something_was_refused_or_reduced(
    case: str,
    on_paper: bool,  # noqa: FBT001
    language: Language,
) -> None:
    decision, contact = CASES[case], CATALOGUES[language].contact
    text = text_of(decision, language=language, on_paper=on_paper)

    in_dutch = text_of(decision)
    if "niet verzekerd" in in_dutch or "Uw eigen risico: € -" in in_dutch:
        for part in (
            contact.disagree_heading.upper(),
            contact.institute.replace("\N{NO-BREAK SPACE}", " "),
            INSURER.address,
            "Kifid",
            "www.kifid.nl",
        ):
            assert part in text
    else:
        assert contact.question_heading.upper() in text
        assert "Kifid" not in text
        assert not re.search("klacht|complaint", text)
    assert INSURER.phone in text
    assert decision.claim_reference in text
    assert "9f86 d081 884c 7d65" in text
    assert re.search("16 jul[iy] 2021", text.casefold())
    assert ("e-mail" in text) is not on_paper


def test_nobody_is_refused_or_reduced_in_a_referral_of_everything() -> None:
    assert not is_refused_or_reduced(CASES["notice-referred"])
    assert is_refused_or_reduced(CASES["notice-part_decided_rest_referred"])
    assert is_refused_or_reduced(CASES["notice-paid"])
    assert not is_refused_or_reduced(CASES["direct-rain"])


def test_an_automated_decision_says_so_and_a_referral_does_not() -> None:
    decided, referred = CATALOGUES[NL].decision.automated, CATALOGUES[NL].decision.referred

    assert decided in text_of(paid())
    assert referred not in text_of(paid())
    assert decided not in text_of(CASES["storm"])
    assert referred in text_of(CASES["storm"])
    assert "U hebt het recht om een medewerker naar deze beslissing te laten kijken" in text_of(paid())


def test_a_decision_names_everything_it_rests_on() -> None:
    assert "wat de hersteller heeft vastgesteld" in text_of(CASES["open-window"])
    assert "gegevens uit een officieel register" in text_of(CASES["primary-defence"])
    assert "gegevens uit een officieel register" not in text_of(CASES["groundwater-dry-soil"])
    assert "wat onze medewerker heeft vastgesteld" in text_of(CASES["notice-paid_more"])
    assert "de regenmetingen van het KNMI" not in text_of(CASES["sea-water"])
    assert "uw polis met de polisvoorwaarden" not in text_of(CASES["policy-unknown"])


def test_a_denial_shows_no_sum() -> None:
    assert letter(denied()).money is None
    assert letter(paid()).money is not None


def test_only_a_newer_version_says_that_it_replaces_an_earlier_one() -> None:
    assert letter(paid(version=1)).earlier == ()
    assert letter(paid(version=2)).earlier[0].startswith("Dit bericht vervangt")


def test_a_lower_amount_than_before_is_not_asked_back() -> None:
    lower = paid(version=3)
    money = replace(lower.money, payable_cents=0, decided_before_cents=159_000, to_pay_cents=0)
    kind = NoticeKind.PART_DECIDED_REST_REFERRED
    lower = replace(CASES[f"notice-{kind.value}"], claim_version=3, money=money)

    assert "Dat hoeft u niet terug te betalen." in text_of(lower)


def test_a_loss_of_unknown_moment_is_told_in_dutch_clock_time() -> None:
    decision = paid()
    loss = replace(decision.loss, until_at=datetime(2021, 7, 15, 4, 0, tzinfo=UTC))

    text = text_of(replace(decision, loss=loss), language=EN)

    assert "between 15 July 2021 03:30 and 15 July 2021 06:00" in text


@pytest.mark.parametrize("language", Language)
def test_the_html_can_be_read_aloud(language: Language) -> None:
    page = html(denied(), language=language)

    assert f'<html lang="{language.value}" dir="ltr">' in page
    assert page.count("<h1>") == 1
    assert '<th scope="col"' in page
    assert '<th scope="row"' in page
    assert "<caption>" in page


@pytest.mark.parametrize(("language", "letter_word"), [(NL, "brief"), (EN, "letter")])
def test_no_mail_about_a_decision_announces_a_letter(language: Language, letter_word: str) -> None:
    for kind, made in NOTICES.items():
        assert not re.search(rf"\b{letter_word}\b", text_of(made(), language=language)), kind


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("code", [GroundCode.COVER_NOT_CHOSEN, GroundCode.NOT_INSURED_AT_LOSS])
def test_who_may_have_another_policy_reads_that_the_damage_can_be_reported_with_that(
    code: GroundCode, language: Language
) -> None:
    """Buildings and contents can each have a policy of their own, and only one was named in the report."""
    hint = {NL: "met het polisnummer daarvan", EN: "with its policy number"}[language]
    refused, by_rain = (
        decision(Outcome.DENIED, of, items=[item(Outcome.DENIED, of, kind=DamageKind.CONTENTS)])
        for of in (code, GroundCode.NO_HEAVY_LOCAL_PRECIPITATION)
    )

    assert hint in text_of(refused, language=language)
    assert hint not in text_of(by_rain, language=language)


@pytest.mark.parametrize(("language", "promise"), [(NL, "krijgt u daarvan bericht"), (EN, "you will hear so")])
@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if "paid" in kind])
def test_a_letter_on_paper_promises_no_word_of_the_transfer_because_that_goes_by_mail_alone(
    kind: NoticeKind, language: Language, promise: str
) -> None:
    by_email, on_paper = (text_of(NOTICES[kind](), language=language, on_paper=paper) for paper in (False, True))

    assert (promise in by_email, promise in on_paper) == (True, False)


def test_a_letter_on_paper_has_its_address_and_an_email_has_none() -> None:
    on_paper, by_email = html(paid(), language=NL, postal_address=ADDRESS), html(paid(), language=NL)

    assert "6011\u00a0RA" in on_paper
    assert "Huisnummer 12" in on_paper
    assert "@page { size: A4;" in on_paper
    assert "6011" not in by_email
    assert "@page" not in by_email


def test_a_name_cannot_bring_markup_into_the_html() -> None:
    written = letter(paid(), name="<script>alert(1)</script>", on_paper=True)

    assert "Beste <script>" in render_text(written)
    assert "<script>" not in render_html(written)
