"""Letters as PDF: the same words as by HTML, nothing in them is markup, and the address is where a window shows it."""

from __future__ import annotations

import html
import re
import shutil
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from decisions import ADDRESS, DECIDED_AT, INSURER, NAME
from letter_cases import CASES
from printed import read
from pypdf import PdfReader

from contracts.claims import DecisionMade
from contracts.vocabulary import Language
from devstack.process.supervisor import Supervisor
from devstack.verapdf import broken_rules
from notify_svc.paper.press import Press
from notify_svc.texts.letter import Letter, write_letter
from notify_svc.texts.rendering import render_html

POINTS_PER_MM = 72 / 25.4
PAGE_HEIGHT_MM = 297
PAGES = {Language.DUTCH: "Pagina 1 van", Language.ENGLISH: "Page 1 of"}
TONGUES = {Language.DUTCH: "nl-NL", Language.ENGLISH: "en-GB"}


@pytest.fixture(scope="module")
def press() -> Press:
    return Press()


def on_paper(made: DecisionMade, *, language: Language = Language.DUTCH, name: str = NAME) -> Letter:
    return write_letter(
        made, name=name, language=language, insurer=INSURER, written_at=DECIDED_AT, postal_address=ADDRESS
    )


def words(text: str) -> list[str]:
    """Return the words of a text, wherever lines end; a hyphen at the end of a line belongs to the word."""
    return re.findall(r"[^\W_]+", text.replace("-\n", "-"))


def words_of(markup: str) -> set[str]:
    body = markup[markup.index("<main>") :]
    return set(words(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ")))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("case", CASES)
def test_a_letter_says_on_paper_what_it_says_as_html(press: Press, case: str, language: Language) -> None:
    letter = on_paper(CASES[case], language=language)

    printed = read(press.print(letter, printed_at=DECIDED_AT))

    assert words_of(render_html(letter)) - set(words(printed)) == set()
    assert PAGES[language] in printed


def test_the_same_letter_is_the_same_bytes_on_one_day(press: Press) -> None:
    letter = on_paper(CASES["two-families"])

    assert press.print(letter, printed_at=DECIDED_AT) == Press().print(letter, printed_at=DECIDED_AT)
    tomorrow = DECIDED_AT + timedelta(days=1)
    assert press.print(letter, printed_at=DECIDED_AT) != press.print(letter, printed_at=tomorrow)


@pytest.mark.parametrize("language", Language)
def test_a_letter_can_be_read_aloud(press: Press, language: Language) -> None:
    document = PdfReader(BytesIO(press.print(on_paper(CASES["cloudburst"], language=language), printed_at=DECIDED_AT)))

    catalogue: Any = document.trailer["/Root"]
    assert catalogue["/Lang"] == TONGUES[language]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in catalogue
    assert catalogue["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata is not None
    assert document.metadata.title == on_paper(CASES["cloudburst"], language=language).subject


@pytest.mark.parametrize(
    "name", ['#import "x": *', "*vet* _schuin_ $x^2$", "= Kop\\ #panic()", '#read("/etc/passwd") <label> @label']
)
def test_what_looks_like_markup_is_printed_as_it_is(press: Press, name: str) -> None:
    printed = read(press.print(on_paper(CASES["cloudburst"], name=name), printed_at=DECIDED_AT))

    assert name in printed.replace("\n", " ")


def test_a_name_that_the_font_cannot_show_stops_no_letter(press: Press) -> None:
    printed = read(press.print(on_paper(CASES["cloudburst"], name="山田"), printed_at=DECIDED_AT))

    assert "Beste ??," in printed


@pytest.mark.parametrize("name", [NAME, "Van der Langenaam-tot Allerlangste en Zonen " * 4 + "B.V.", "W" * 200])
def test_the_address_lies_within_the_window_and_nothing_else_does(press: Press, name: str) -> None:
    """Whatever way the sheet lies in the envelope; see the template."""
    page = PdfReader(BytesIO(press.print(on_paper(CASES["cloudburst"], name=name), printed_at=DECIDED_AT))).pages[0]
    places: list[tuple[float, float, str]] = []

    def note(text: str, matrix: list[float], *_: object) -> None:
        if text.strip():
            places.append((matrix[4] / POINTS_PER_MM, PAGE_HEIGHT_MM - matrix[5] / POINTS_PER_MM, text.strip()))

    page.extract_text(visitor_text=note)

    seen = [(x, y) for x, y, _ in places if 30 < y < 99]
    assert seen
    assert all(25 <= round(x, 2) <= 95 and 55 <= y <= 79 for x, y in seen)
    last = next((x, y) for x, y, text in places if "6011" in text)
    assert last in seen


@pytest.mark.slow
@pytest.mark.skipif(
    not (shutil.which("java") and shutil.which("mvn")), reason="veraPDF runs on Java and is fetched with Maven"
)
@pytest.mark.parametrize("flavour", ["ua1", "2a"])
def test_letters_keep_every_rule_of_accessible_and_archived_documents(
    press: Press, flavour: str, tmp_path: Path
) -> None:
    for language in Language:
        letter = on_paper(CASES["two-families"], language=language)
        (tmp_path / f"{language}.pdf").write_bytes(press.print(letter, printed_at=DECIDED_AT))
    printed = sorted(tmp_path.iterdir())

    with Supervisor(state_dir=tmp_path / "state") as supervisor:
        found = broken_rules(printed, flavour=flavour, supervisor=supervisor)

    assert found == {file.name: [] for file in printed}
