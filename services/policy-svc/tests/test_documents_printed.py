"""Documents as PDF: what they say, that nothing in them is markup, that they can be read aloud, and the same bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace as replace_language
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from documents_told import CUSTOMER, INSURER, about, every_document, terms_in_force
from msgspec.structs import replace
from pypdf import PdfReader
from pypdf.generic import NullObject

from contracts.policy import Pet, PetSpecies, PolicyKind
from contracts.vocabulary import Language
from policy_svc.documents.confirmations import change_confirmation
from policy_svc.documents.press import Press
from policy_svc.documents.schedule import schedule
from policy_svc.documents.sheet import Sheet
from policy_svc.documents.writer import Writer

TEXTS = {
    Language.DUTCH: ("Polisblad", "Verzekerd sinds 1 april 2024", "Eigen risico € 250,00", "Pagina 1 van 1"),
    Language.ENGLISH: ("Policy schedule", "Insured since 1 April 2024", "Deductible €250.00", "Page 1 of 1"),
}
_DURATION = {
    Language.DUTCH: ("Verzekerd sinds", "Wordt verlengd op", "Laatste dag"),
    Language.ENGLISH: ("Insured since", "Is renewed on", "Last day"),
}


@pytest.fixture(scope="module")
def press() -> Press:
    return Press(INSURER)


def read(pdf: bytes) -> str:
    """Return the words of a PDF, in which every space is an ordinary one."""
    return _ordinary("\n".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def _ordinary(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_same_document_is_the_same_bytes_also_from_another_press(press: Press) -> None:
    for name, document in every_document(Language.ENGLISH):
        assert press.print_now(document) == Press(INSURER).print_now(document), name


@pytest.mark.parametrize("language", Language)
def test_a_schedule_tells_what_is_insured_and_what_it_costs(press: Press, language: Language) -> None:
    terms = terms_in_force(PolicyKind.BUILDINGS)
    assert terms.premium is not None
    document = schedule(about(PolicyKind.BUILDINGS, terms, language=language), terms)
    told = read(press.print_now(document))
    for text in (
        *TEXTS[language],
        "J. Voorbeeld",
        "6011 RA 12",
        "123456-531-04",
        "132 m²",
        INSURER.address,
        INSURER.phone,
    ):
        assert text in told
    (premium,) = (table for table in document.tables if table.total)
    assert len(premium.rows) == len(terms.premium.parts)
    for row in (*premium.rows, premium.total or ()):
        assert _ordinary(" ".join(row)) in told


@pytest.mark.parametrize(
    ("periods", "on", "told"),
    [
        # Cancelled for a day after the next renewal, and for one before it.
        ([("2024-04-01", "2027-05-01")], "2026-11-27", ("2024-04-01", "2027-04-01", "2027-04-30")),
        ([("2024-04-01", "2027-04-01")], "2026-11-27", ("2024-04-01", None, "2027-03-31")),
        ([("2024-04-01", "2026-12-01"), ("2026-12-01", None)], "2026-11-27", ("2024-04-01", "2027-04-01", None)),
        # A day before a break, and one after it.
        ([("2024-04-01", "2027-02-01"), ("2028-01-01", None)], "2026-11-27", ("2024-04-01", None, "2027-01-31")),
        ([("2024-04-01", "2027-02-01"), ("2028-01-01", None)], "2028-01-01", ("2028-01-01", "2029-01-01", None)),
    ],
)
def test_a_schedule_tells_the_last_day_and_only_renewals_before_it(
    press: Press,
    periods: list[tuple[str, str | None]],
    on: str,
    told: tuple[str, str | None, str | None],
) -> None:
    day = date.fromisoformat
    terms = [
        terms_in_force(PolicyKind.PET, effective_on=day(begin), ends_on=end and day(end)) for begin, end in periods
    ]
    subject = about(PolicyKind.PET, *terms, on=day(on))
    in_force = max((each for each in terms if each.effective_on <= subject.on), key=lambda each: each.effective_on)
    for language, labels in _DURATION.items():
        write = Writer(language)
        document = schedule(replace_language(subject, language=language), in_force)
        rows = dict(document.facts[0].rows)
        assert [rows.get(label) for label in labels] == [each and write.day(day(each)) for each in told]
        printed = read(press.print_now(document))
        for label in labels:
            assert (label in printed) == (label in rows)


def test_what_looks_like_markup_is_printed_as_it_is(press: Press) -> None:
    name = '#import "x": * *bold* _it_ $x^2$ [a] \\ <b> @c `d` // e {f} {page} ~ -- \''
    terms = terms_in_force(PolicyKind.PET, pet=Pet(species=PetSpecies.CAT, name="#panic()", born_on=date(2022, 5, 1)))
    document = schedule(about(PolicyKind.PET, terms, customer=replace(CUSTOMER, name=name)), terms)
    told = read(press.print_now(document))
    assert name in told
    assert "#panic()" in told


def test_a_name_that_the_font_cannot_show_stops_no_document(press: Press) -> None:
    name = "Zoë Ñandú Łukasz Ґалина 王 \U0001f600 e\u0301\u202e\u200b\ue000"
    terms = terms_in_force(PolicyKind.LIABILITY)
    document = schedule(about(PolicyKind.LIABILITY, terms, customer=replace(CUSTOMER, name=name)), terms)
    assert "Zoë Ñandú Łukasz Ґалина ? ? é?" in read(press.print_now(document))


@pytest.mark.parametrize("language", Language)
def test_every_document_can_be_read_aloud_in_its_language(press: Press, language: Language) -> None:
    for name, document in every_document(language):
        root: Any = PdfReader(BytesIO(press.print_now(document))).trailer["/Root"]
        expected = {Language.DUTCH: "nl-NL", Language.ENGLISH: "en-GB"}[document.language]
        assert (root["/Lang"], root["/MarkInfo"]["/Marked"], "/StructTreeRoot" in root) == (expected, True, True), name
        assert root["/ViewerPreferences"]["/DisplayDocTitle"], name


def test_a_change_shows_only_what_is_different_and_both_premiums() -> None:
    change = dict(every_document(Language.DUTCH))["change"]
    assert isinstance(change, Sheet)
    changes, premium = change.tables
    assert changes.rows == (("Eigen risico", "€\u00a0250,00", "€\u00a01.000,00"),)
    assert changes.columns[1:] == ("Tot en met 27 november 2026", "Vanaf 28 november 2026")
    assert premium.total == ("Totaal", "€\u00a0368,24", "€\u00a0312,20")


@pytest.mark.parametrize(
    ("language", "total"), [(Language.DUTCH, "Totaal € 90,00 € 76,30"), (Language.ENGLISH, "Total €90.00 €76.30")]
)
def test_a_change_shows_only_totals_where_the_parts_of_one_premium_are_not_told(
    press: Press, language: Language, total: str
) -> None:
    change = dict(every_document(language))["change-of-a-given-premium"]
    assert isinstance(change, Sheet)
    *_, premium = change.tables
    assert premium.rows == ()
    assert total in read(press.print_now(change))

    home = terms_in_force(PolicyKind.BUILDINGS)
    assert home.premium is not None
    untold = replace(home, premium=replace(home.premium, parts=()))
    *_, premium = change_confirmation(about(PolicyKind.BUILDINGS, home, language=language), untold, home).tables
    assert premium.rows == ()


def test_a_green_card_has_its_eleven_fields_and_strikes_out_countries_for_eye_and_ear(press: Press) -> None:
    pdf = press.print_now(dict(every_document(Language.ENGLISH))["green-card"])
    told = read(pdf)
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", told, re.MULTILINE)]
    assert numbers == [1, 1, *range(1, 12)]  # the title stands in three languages
    for text in ("INTERNATIONAL MOTOR INSURANCE CARD", "CARTE INTERNATIONALE", "NL / 0421 / 123456-531-04", "G-001-BB"):
        assert text in told
    (countries,) = (alt for alt in alternatives(pdf) if "Doorgehaald" in alt)
    assert countries.endswith("Doorgehaald en dus niet geldig: BY, IR, RUS.")
    assert len(PdfReader(BytesIO(pdf)).pages) == 1


def alternatives(pdf: bytes) -> list[str]:
    """Return the texts that stand for pictures, in the order in which they are read aloud."""
    root: Any = PdfReader(BytesIO(pdf)).trailer["/Root"]
    return list(_alternatives_below(root["/StructTreeRoot"]))


def _alternatives_below(element: Any) -> Iterator[str]:  # noqa: ANN401 - what pypdf makes of a PDF's objects
    element = element.get_object()
    if isinstance(element, list):
        for each in element:
            yield from _alternatives_below(each)
    elif isinstance(element, dict):
        if "/Alt" in element:
            yield str(element["/Alt"])
        yield from _alternatives_below(element.get("/K", NullObject()))
