from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from decisions import awaiting_assessment, denied, nothing_payable, paid, referred, two_routes

from contracts.claims import DecisionMade, GroundCode, MoneyStepCode, Outcome
from contracts.policy import Language
from contracts.vocabulary import WaterRoute
from notify_svc import gsm
from notify_svc.domain import Case, case_of
from notify_svc.letter import WORDINGS, write_letter, write_sms
from notify_svc.mail import BadAddressError, parse_address, render_mail

CASES = {
    Case.PAID: paid,
    Case.NOTHING_PAYABLE: nothing_payable,
    Case.AWAITS_ASSESSMENT: awaiting_assessment,
    Case.DENIED: denied,
    Case.REFERRED: referred,
}
NL, EN = Language.DUTCH, Language.ENGLISH


def rendered(decision: DecisionMade, *, language: Language, name: str = "J. Voorbeeld") -> tuple[str, str]:
    """Return the text and the HTML part of the mail, with plain spaces."""
    mail = render_mail(
        write_letter(decision, name=name, language=language),
        message_id=UUID("0198c5f3-0a0b-7c0d-8e0f-101112131415"),
        sender=parse_address("schade@insurer.example"),
        recipient=parse_address("j.voorbeeld@example.org"),
        insurer="Waterschade",
        sent_at=datetime(2021, 7, 16, 8, tzinfo=UTC),
    )
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    return text.get_content().replace("\u00a0", " "), html.get_content().replace("\u00a0", " ")


@pytest.mark.parametrize("language", Language)
def test_every_rule_has_its_words_in_every_language(language: Language) -> None:
    wording = WORDINGS[language]

    assert set(wording.grounds) == set(GroundCode)
    assert len(set(wording.grounds.values())) == len(GroundCode)
    assert set(wording.cases) == set(Case)
    assert set(wording.routes) == set(WaterRoute)
    assert set(wording.outcomes) == set(Outcome)
    assert set(wording.money.steps) == set(MoneyStepCode)


@pytest.mark.parametrize(("case", "make"), CASES.items())
def test_an_example_stands_for_its_case(case: Case, make: Callable[[], DecisionMade]) -> None:
    assert case_of(make()) is case


@pytest.mark.parametrize(
    ("case", "language", "said"),
    [
        (Case.PAID, NL, ["wij betalen u € 1.590,00", "KNMI-station Ell, 2,0 km", "40,2 mm", "€ -250,00", "genoeg"]),
        (Case.PAID, EN, ["we pay you €1,590.00", "KNMI station Ell, 2.0 km", "40.2 mm", "-€250.00", "enough"]),
        (Case.NOTHING_PAYABLE, NL, ["geen bedrag over", "€ 200,00", "eigen risico"]),
        (Case.NOTHING_PAYABLE, EN, ["no amount is left", "€200.00", "deductible"]),
        (Case.AWAITS_ASSESSMENT, NL, ["opgenomen", "hersteller uit ons netwerk"]),
        (Case.AWAITS_ASSESSMENT, EN, ["inspected", "repair firm from our network"]),
        (
            Case.DENIED,
            NL,
            ["39,1 mm in 24 uur", "precies 0,9 mm te weinig", "11,8 mm te weinig", "niet vast te stellen"],
        ),
        (Case.DENIED, EN, ["39.1 mm in 24 hours", "exactly 0.9 mm too little", "11.8 mm too little", "not known"]),
        (Case.REFERRED, NL, ["binnen twee werkdagen", "niets afgewezen"]),
        (Case.REFERRED, EN, ["within two working days", "nothing has been refused"]),
    ],
)
def test_a_mail_says_what_was_decided(case: Case, language: Language, said: list[str]) -> None:
    decision = CASES[case]()
    text, html = rendered(decision, language=language)

    wording = WORDINGS[language]
    ground = wording.grounds[decision.deciding_ground]
    for sentence in [*said, decision.claim_reference, ground, wording.disagree_heading, wording.next_heading]:
        assert sentence.casefold() in text.casefold()
        assert sentence in html.replace("&#39;", "'")


@pytest.mark.parametrize("language", Language)
def test_a_denial_shows_no_sum_and_a_covered_claim_no_regret(language: Language) -> None:
    assert WORDINGS[language].money.heading not in rendered(denied(), language=language)[1]
    assert WORDINGS[language].rain.corrections not in rendered(paid(), language=language)[1]


@pytest.mark.parametrize("language", Language)
def test_every_way_the_water_came_in_gets_its_verdict(language: Language) -> None:
    text, html = rendered(two_routes(), language=language)

    wording = WORDINGS[language]
    for code in (GroundCode.DIRECT_PRECIPITATION, GroundCode.GROUNDWATER):
        assert wording.grounds[code] in text
        assert wording.grounds[code] in html
    assert f"<h3>{wording.routes[WaterRoute.GROUNDWATER]}: {wording.outcomes[Outcome.DENIED]}</h3>" in html
    assert wording.second_look in text


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
    assert len(colours) >= 3
    assert all(1.05 / (luminance(colour) + 0.05) >= 4.5 for colour in colours)


def test_a_name_cannot_bring_markup_into_the_html() -> None:
    text, html = rendered(paid(), language=NL, name="<script>alert(1)</script>")

    assert "<script>" not in html
    assert "Beste <script>" in text


@pytest.mark.parametrize(
    "address", ["a@b.nl\nBcc: x@y.nl", "a@b\x00.nl", "a,b@c.nl", "a@b@c.nl", "a@", "@b.nl", "jörg@b.nl"]
)
def test_an_address_that_could_break_a_header_is_refused(address: str) -> None:
    with pytest.raises(BadAddressError):
        parse_address(address)


def test_a_domain_outside_ascii_is_written_as_dns_knows_it() -> None:
    assert parse_address("jan@exämple.nl").addr_spec == "jan@xn--exmple-cua.nl"


@pytest.mark.parametrize("has_email", [True, False])
@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("case", Case)
def test_every_sms_fits_one_segment_with_the_longest_figures(case: Case, language: Language, has_email: bool) -> None:  # noqa: FBT001
    decision = CASES[case]()
    if case is Case.PAID:
        decision = decision.model_copy(update={"money": decision.money.model_copy(update={"payable_cents": 10**11})})

    text = write_sms(decision, language=language, has_email=has_email)

    assert len(gsm.encode(text)) <= gsm.SEGMENT_SEPTETS
    assert decision.claim_reference in text
    assert "Ell" not in text


def test_the_euro_sign_takes_two_septets() -> None:
    assert gsm.encode("€ 1@£") == b"\x1b\x65\x20\x31\x00\x01"


@pytest.mark.parametrize("text", ["ë", "\u00a0", "\x1b", "😀"])
def test_a_character_outside_the_alphabet_is_named(text: str) -> None:
    with pytest.raises(gsm.NotInAlphabetError, match="is not in the GSM 7 bit alphabet"):
        gsm.encode(text)


def test_the_alphabet_has_its_128_places() -> None:
    assert gsm.encode("AZaz") == b"AZaz"
    assert gsm.encode("ÄÖÑÜ§¿äöñüà") == bytes([0x5B, 0x5C, 0x5D, 0x5E, 0x5F, 0x60, 0x7B, 0x7C, 0x7D, 0x7E, 0x7F])
    assert gsm.encode("Δ_ΦΓΛΩΠΨΣΘΞ") == bytes(range(0x10, 0x1B))
