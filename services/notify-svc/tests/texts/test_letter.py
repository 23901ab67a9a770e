from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from decisions import NOTICES, denied, paid, two_routes

from contracts.claims import DecisionMade
from contracts.coverage import GroundCode, Outcome
from contracts.vocabulary import Language, WaterRoute
from notify_svc.domain.notice import NoticeKind
from notify_svc.texts.languages import CATALOGUES
from notify_svc.texts.letter import write_letter
from notify_svc.texts.rendering import render_html, render_text

NL, EN = Language.DUTCH, Language.ENGLISH


def rendered(decision: DecisionMade, *, language: Language, name: str = "J. Voorbeeld") -> tuple[str, str]:
    """Return the letter as text and as HTML, with plain spaces."""
    letter = write_letter(decision, name=name, language=language)
    text, html = render_text(letter, insurer="Waterschade"), render_html(letter, insurer="Waterschade")
    return text.replace("\u00a0", " "), html.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("kind", "language", "sentences"),
    [
        (
            NoticeKind.PAID,
            NL,
            ["wij betalen u € 1.590,00", "KNMI-station Ell, 2,0 km", "40,2 mm", "€ -250,00", "genoeg"],
        ),
        (NoticeKind.PAID, EN, ["we pay you €1,590.00", "KNMI station Ell, 2.0 km", "40.2 mm", "-€250.00", "enough"]),
        (NoticeKind.NOTHING_PAYABLE, NL, ["geen bedrag over", "€ 200,00", "eigen risico"]),
        (NoticeKind.NOTHING_PAYABLE, EN, ["no amount is left", "€200.00", "deductible"]),
        (NoticeKind.AWAITS_ASSESSMENT, NL, ["opgenomen", "hersteller uit ons netwerk"]),
        (NoticeKind.AWAITS_ASSESSMENT, EN, ["inspected", "repair firm from our network"]),
        (
            NoticeKind.DENIED,
            NL,
            ["39,1 mm in 24 uur", "precies 0,9 mm te weinig", "11,8 mm te weinig", "niet vast te stellen"],
        ),
        (
            NoticeKind.DENIED,
            EN,
            ["39.1 mm in 24 hours", "exactly 0.9 mm too little", "11.8 mm too little", "not known"],
        ),
        (NoticeKind.REFERRED, NL, ["binnen twee werkdagen", "niets afgewezen"]),
        (NoticeKind.REFERRED, EN, ["within two working days", "nothing has been refused"]),
    ],
)
def test_a_letter_says_what_was_decided(kind: NoticeKind, language: Language, sentences: list[str]) -> None:
    decision = NOTICES[kind]()
    text, html = rendered(decision, language=language)

    texts = CATALOGUES[language]
    ground = texts.grounds[decision.deciding_ground]
    for sentence in [*sentences, decision.claim_reference, ground, texts.disagree_heading, texts.next_heading]:
        assert sentence.casefold() in text.casefold()
        assert sentence in html.replace("&#39;", "'")


@pytest.mark.parametrize("language", Language)
def test_a_denial_shows_no_sum_and_a_covered_claim_no_regret(language: Language) -> None:
    assert CATALOGUES[language].money.heading not in rendered(denied(), language=language)[1]
    assert CATALOGUES[language].rain.corrections not in rendered(paid(), language=language)[1]


@pytest.mark.parametrize("language", Language)
def test_every_way_the_water_came_in_gets_its_outcome(language: Language) -> None:
    text, html = rendered(two_routes(), language=language)

    texts = CATALOGUES[language]
    for code in (GroundCode.DIRECT_PRECIPITATION, GroundCode.GROUNDWATER):
        assert texts.grounds[code] in text
        assert texts.grounds[code] in html
    assert f"<h3>{texts.routes[WaterRoute.GROUNDWATER]}: {texts.outcomes[Outcome.DENIED]}</h3>" in html
    assert texts.second_look in text


def test_a_newer_version_says_that_it_replaces_the_earlier_message() -> None:
    assert "vervangt wat wij u eerder" in rendered(paid(version=2), language=NL)[0]
    assert "vervangt wat wij u eerder" not in rendered(paid(version=1), language=NL)[0]


def test_a_loss_of_unknown_moment_is_told_in_dutch_clock_time() -> None:
    decision = paid()
    loss = decision.loss.model_copy(update={"until_at": datetime(2021, 7, 15, 4, 0, tzinfo=UTC)})

    text, _ = rendered(decision.model_copy(update={"loss": loss}), language=EN)

    assert "between 15 July 2021 03:30 and 15 July 2021 06:00" in text


@pytest.mark.parametrize("language", Language)
def test_the_html_can_be_read_aloud(language: Language) -> None:
    _, html = rendered(denied(), language=language)

    assert f'<html lang="{language.value}">' in html
    assert html.count("<h1>") == 1
    assert '<th scope="col"' in html
    assert '<th scope="row"' in html
    assert "<caption>" in html
    assert "<img" not in html


def luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_text_colour_stands_out_from_white() -> None:
    _, html = rendered(paid(), language=NL)

    colours = re.findall(r"(?<!background-)color: (#[0-9a-f]{6})", html)
    assert set(colours) == {"#1d2b36", "#0b3c5d", "#44525d"}
    assert all(1.05 / (luminance(colour) + 0.05) >= 4.5 for colour in colours)


def test_a_name_cannot_bring_markup_into_the_html() -> None:
    text, html = rendered(paid(), language=NL, name="<script>alert(1)</script>")

    assert "<script>" not in html
    assert "Beste <script>" in text
