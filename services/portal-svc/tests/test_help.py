"""Every question that customers often have is answered in both languages, where it is met and where it is sought."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from itertools import chain

import pytest
from portal_world import PHONE, Portal

from contracts.language import Language
from portal_svc.domain.answers import Block, Piece, blocks_of
from portal_svc.domain.searching import find
from portal_svc.rooms import all_rooms
from portal_svc.web.help import met_at, places, questions, searchable
from portal_svc.web.rendering import environment

SOURCES_ASK = 34
"""How many questions the two pages have from which our answers come, with those that stand inside an answer."""


def names_found(asked: str, language: Language = Language.DUTCH) -> list[str]:
    return list(find(asked, searchable(language, PHONE)).names)


def test_each_question_of_the_sources_has_an_answer_in_both_languages() -> None:
    for language in Language:
        assert len(questions(language, PHONE)) == SOURCES_ASK
        assert all(one.question.endswith("?") and one.answer for one in questions(language, PHONE).values())


def test_the_languages_say_the_same_in_the_same_form() -> None:
    dutch, english = (questions(language, PHONE) for language in (Language.DUTCH, Language.ENGLISH))
    for name, one in dutch.items():
        forms = [
            [(block.is_list, len(block.lines), links(block)) for block in answer]
            for answer in (one.answer, english[name].answer)
        ]
        assert forms[0] == forms[1], name


def links(block: Block) -> list[str]:
    return [piece.to for piece in chain.from_iterable(block.lines) if piece.to]


def test_each_question_is_met_on_a_page_that_exists() -> None:
    templates = environment().list_templates()
    unmet = [
        name
        for names in places().values()
        for name, where in names.items()
        if not any(fnmatchcase(template, one) for template in templates for one in where)
    ]
    assert unmet == []


def test_what_an_answer_links_to_is_a_page_or_a_question() -> None:
    pages = [re.compile(re.sub(r"\{\w+\}", "[^/]+", page.path)) for room in all_rooms() for page in room.pages]
    for language in Language:
        every = questions(language, PHONE)
        for to in {to for one in every.values() for block in one.answer for to in links(block)}:
            path, _, name = to.partition("#")
            assert any(page.fullmatch(path) for page in pages), to
            assert not name or name in every, to


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("ik krijg geen sms", "no-code"),
        ("geen mail", "no-activation-mail"),
        ("Wachtwoord vergeten", "no-reset-mail"),
        ("digid", "health-login"),
        ("eigen risico", "deductible"),
        ("zonnepanelen", "solar-panels"),
        ("WOZ hoger", "rebuilding-higher"),
        ("kelders leegpompen", "cellar"),
        ("hoeveel mm regen?", "heavy-rain"),
        ("polisblad downloaden", "find-schedule"),
        ("dijkdoorbraak", "flood"),
    ],
)
def test_a_question_is_found_by_the_words_people_use(asked: str, name: str) -> None:
    assert name in names_found(asked)[:3]


def test_what_has_all_words_is_told_from_what_is_merely_near() -> None:
    among = searchable(Language.ENGLISH, PHONE)
    assert find("cellar pump", among).fits_wholly
    near = find("cellar hippopotamus", among)
    assert (near.fits_wholly, near.names[0]) == (False, "cellar")
    assert list(find("hippopotamus", among).names) == []
    assert list(find("?!", among).names) == []


def test_an_answer_is_read_as_paragraphs_lists_and_links() -> None:
    assert blocks_of("One\nline, see [rain](/rain).\n\n- a\n- b") == (
        Block(is_list=False, lines=((Piece("One line, see "), Piece("rain", to="/rain"), Piece(".")),)),
        Block(is_list=True, lines=((Piece("a"),), (Piece("b"),))),
    )


def test_an_answer_links_to_no_other_host() -> None:
    assert blocks_of("[there](https://example.org)")[0].lines == ((Piece("[there](https://example.org)"),),)


async def test_the_page_shows_every_question_and_searches_without_scripts(portal: Portal) -> None:
    browser = portal.browser()
    every = (await browser.get("/nl/help")).text
    assert every.count("<details") == SOURCES_ASK
    assert 'id="heavy-rain"' in every

    found = (await browser.get("/nl/help?q=zonnepanelen")).text
    assert "Dit antwoord past bij" in found
    assert found.count("<details") == 1
    assert '<details class="question" open>' in found
    nothing = (await browser.get("/nl/help?q=nijlpaard")).text
    assert "We vonden niets" in nothing
    assert "/nl/help/ask?about=nijlpaard" in nothing


async def test_what_is_searched_for_is_shown_as_text(portal: Portal) -> None:
    page = (await portal.browser().get("/nl/help?q=%3Cscript%3Ealert(1)%3C/script%3E")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


async def test_the_questions_about_a_page_stand_on_it(portal: Portal) -> None:
    page = (await (await portal.logged_in()).get("/en/insurances/123456-531-04")).text
    assert "Questions about this" in page
    for one in met_at("insurances/one.html.j2", Language.ENGLISH, PHONE):
        assert one.question.replace("'", "&#39;") in page
    assert "solar panels" in page
    assert "Questions about this" not in (await portal.browser().get("/en/goodbye")).text
