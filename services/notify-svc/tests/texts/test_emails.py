"""Every message of the preview, in every language: what a reader's program and a reader's eyes make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from typing_extensions import override

from contracts.vocabulary import Language
from notify_svc.channels import gsm_alphabet
from notify_svc.commands.preview import Message, messages
from notify_svc.texts.rendering import render_html, render_text
from notify_svc.texts.sms import SEGMENT_SEPTETS, septets, sms_parts

ALL = [(language, write()) for language in Language for write in messages(language)]
MAILS = [
    pytest.param(language, message, id=f"{language.value}-{message.key}")
    for language, message in ALL
    if message.mail is not None
]
LONGEST_SUBJECT = 90
AMOUNTS = {
    Language.DUTCH: re.compile(r"€\u00a0-?\d{1,3}(\.\d{3})*,\d{2}(?!\d)"),
    Language.ENGLISH: re.compile(r"-?€\d{1,3}(,\d{3})*\.\d{2}(?!\d)"),
}
FUNCTION_WORDS = {
    Language.DUTCH: "de het een en niet dat voor met wij uw dit zijn naar ook bij als dan deze wordt heeft",
    Language.ENGLISH: "the and not that for with your this are also when then these has have from your you our by",
}
"""Words without which nobody writes two sentences, and which the other language does not have."""
VOID = {"meta", "br", "img"}


def said(message: Message) -> str:
    """Return everything that is written, as text."""
    letters = [letter for letter in (message.mail, message.on_paper) if letter is not None]
    texts = [
        text for letter in letters for text in (letter.subject, render_text(letter), words_of(render_html(letter)))
    ]
    return "\n".join([*texts, message.sms or ""])


def words_of(page: str) -> str:
    """Return what a page says, alternatives of pictures too."""
    alternatives = " ".join(re.findall(r'alt="([^"]*)"', page))
    body = re.sub(r"<head>.*?</head>|<!--.*?-->", "", page, flags=re.DOTALL)
    return f"{re.sub(r'<[^>]+>', ' ', body)} {alternatives}".replace("&#39;", "'")


class Outline(HTMLParser):
    """Reads a page strictly: every element that begins ends, in order."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"<{tag}> has an attribute twice"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> ends nothing"
        assert self.open.pop() == tag

    def all(self, *tags: str) -> Iterator[dict[str, str | None]]:
        return (attributes for tag, attributes in self.elements if tag in tags)


@pytest.mark.parametrize(("language", "message"), MAILS)
def test_a_page_is_well_formed_and_can_be_read_aloud(language: Language, message: Message) -> None:
    assert message.mail is not None
    for letter in (message.mail, message.on_paper or message.mail):
        outline = Outline(render_html(letter))

        assert outline.open == []
        assert next(outline.all("html"))["lang"] == language.value
        headings = [int(tag[1]) for tag, _ in outline.elements if re.fullmatch("h[1-6]", tag)]
        assert headings[0] == 1
        assert headings.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(headings))
        assert all(attributes.get("scope") in {"col", "row"} for attributes in outline.all("th"))
        assert all(attributes.get("alt") for attributes in outline.all("img"))
        layout = [one for one in outline.all("table") if "data" not in (one.get("class") or "")]
        assert all(table.get("role") == "presentation" for table in layout)
        assert not list(outline.all("script", "link", "iframe", "form"))


@pytest.mark.parametrize(("language", "message"), MAILS)
def test_every_mail_has_the_one_layout(language: Language, message: Message) -> None:
    assert message.mail is not None
    page = render_html(message.mail)

    assert '<meta name="color-scheme" content="light dark">' in page
    assert "@media (prefers-color-scheme: dark)" in page
    assert '<!--[if mso]><table role="presentation" width="608"' in page
    assert f'lang="{language.value}" style="max-width: 608px;' in page
    assert "flex" not in page
    assert "grid" not in page
    preheader = re.search(r'<div style="display: none;[^>]*>([^<]+)</div>', page)
    assert preheader is not None
    assert preheader[1] in render_text(message.mail).replace("'", "&#39;")


@pytest.mark.parametrize(("language", "message"), MAILS)
def test_a_link_says_where_it_leads(language: Language, message: Message) -> None:
    """Its words are the address, or the address stands right after them."""
    del language
    assert message.mail is not None
    page = render_html(message.mail)
    for address, words, after in re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>((?:<br><span[^>]*>[^<]+)?)', page):
        assert address.startswith("https://")
        assert address.removeprefix("https://") in words or address in after


@pytest.mark.parametrize(("language", "message"), MAILS)
def test_a_subject_is_one_short_line(language: Language, message: Message) -> None:
    del language
    assert message.mail is not None
    assert 5 <= len(message.mail.subject) <= LONGEST_SUBJECT
    assert re.fullmatch(r"[^\r\n\u00a0]+", message.mail.subject)


@pytest.mark.parametrize("language", Language)
def test_every_message_is_in_one_language(language: Language) -> None:
    (other,) = set(Language) - {language}
    foreign = set(FUNCTION_WORDS[other].split())
    for own, message in ALL:
        if own is language:
            words = set(re.findall(r"[a-z]+", said(message).casefold()))
            assert words & foreign == set(), message.key
            assert words & set(FUNCTION_WORDS[language].split()), message.key


@pytest.mark.parametrize("language", Language)
def test_every_amount_is_written_as_its_language_writes_it(language: Language) -> None:
    amounts = 0
    for own, message in ALL:
        if own is not language:
            continue
        in_subject = "" if message.mail is None else message.mail.subject
        told = said(message).replace(in_subject, "") if in_subject else said(message)
        told = told.replace(message.sms or "\0", "")  # neither has spaces that do not break
        amounts += told.count("€")
        assert told.count("€") == len(AMOUNTS[language].findall(told)), message.key
        for short in (in_subject, message.sms or ""):
            spaced = short.replace("€ ", "€\u00a0")
            assert short.count("€") == len(AMOUNTS[language].findall(spaced)), message.key
    assert amounts > 100


@pytest.mark.parametrize("language", Language)
def test_an_sms_fits_one_and_counts_its_length_as_the_alphabet_does(language: Language) -> None:
    written = [message.sms for own, message in ALL if own is language and message.sms is not None]

    assert len(written) == 17
    for sms in written:
        assert septets(sms) == len(gsm_alphabet.encode(sms)) <= SEGMENT_SEPTETS
        assert sms_parts(sms) == 1


@pytest.mark.parametrize(("length", "parts"), [(160, 1), (161, 2), (306, 2), (307, 3)])
def test_a_long_sms_arrives_in_parts_of_153(length: int, parts: int) -> None:
    assert sms_parts("a" * length) == parts
    assert septets("[€" * 10) == len(gsm_alphabet.encode("[€" * 10))


def luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_every_text_stands_out_on_a_light_and_on_a_dark_page() -> None:
    _, message = next(one for one in ALL if one[1].on_paper is not None)
    assert message.mail is not None
    assert message.on_paper is not None
    page = render_html(message.mail)
    light, _, dark = page.partition("@media (prefers-color-scheme: dark)")
    dark, _, rest = dark.partition("[data-ogsc]")
    by_scheme = {"#ffffff": light + rest.partition("</style>")[2] + render_html(message.on_paper), "#14191d": dark}

    for ground, styles in by_scheme.items():
        assert re.findall(r"background-color: (#[0-9a-f]{6})", styles)[0] == ground
        colours = set(re.findall(r"(?<!-)color: (#[0-9a-f]{6})", styles))
        assert len(colours) == 3
        assert all(contrast(colour, ground) >= 4.5 for colour in colours)
    assert set(re.findall(r"color: (#[0-9a-f]{6})", f"[data-ogsc]{rest.partition('</style>')[0]}")) <= set(
        re.findall(r"color: (#[0-9a-f]{6})", dark)
    )
