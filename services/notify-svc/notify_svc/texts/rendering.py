"""A letter, or a mail about an account, as text and as HTML; the templates arrange finished sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, UndefinedError, select_autoescape
from markupsafe import Markup, escape
from typing_extensions import override

from notify_svc.texts.account import AccountMail
from notify_svc.texts.filling import MissingValueError
from notify_svc.texts.letter import Letter

_ADDRESS = re.compile(r"[^\s<>]*[^\s<>.,:;!?]")
_PART = re.compile(r'^{% include "([^"]+)" %}\n', flags=re.MULTILINE)


def _linked(paragraph: str) -> Markup | str:
    """Return `paragraph` with a link wherever it names a page; each says where it leads."""
    if "https://" in paragraph:
        return _with_links(paragraph, "https://")
    return _with_public_links(paragraph) if "www." in paragraph else paragraph


@lru_cache(256)
def _with_public_links(paragraph: str) -> Markup | str:
    """The same for a paragraph that names public pages only: many letters have it."""
    return _with_links(paragraph, "www.")


def _with_links(paragraph: str, beginning: str) -> Markup | str:
    start = paragraph.index(beginning)
    found = _ADDRESS.match(paragraph, start)
    if found is None:
        return paragraph
    shown = escape(found[0])
    page = shown if found[0].startswith("https://") else f"https://{shown}"
    before, after = escape(paragraph[:start]), escape(_linked(paragraph[found.end() :]))
    return Markup(f'{before}<a href="{page}" rel="noreferrer">{shown}</a>{after}')  # noqa: S704 - each part is escaped


class _Parts(PackageLoader):
    """Puts parts in their places when a template is loaded: at each rendering they would cost a fifth of it."""

    @override
    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool] | None]:
        source, file, is_current = super().get_source(environment, template)
        return _PART.sub(lambda part: self.get_source(environment, part[1])[0], source), file, is_current


_templates = Environment(
    loader=_Parts("notify_svc.texts"),
    autoescape=select_autoescape(("html.j2",)),  # the text part is not HTML
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_templates.globals.clear()  # none is used, and each rendering would copy them
_templates.filters["linked"] = _linked
_TEXT = {
    Letter: _templates.get_template("decision.txt.j2"),
    AccountMail: _templates.get_template("account.txt.j2"),
}
_BY_EMAIL = {
    Letter: _templates.get_template("decision.html.j2"),
    AccountMail: _templates.get_template("account.html.j2"),
}
EMAIL_HEAD = _templates.get_template("email_head.html.j2").render()
"""What the page of every e-mail has alike: its styles, and how its body begins."""
_BY_POST = {
    Letter: _templates.get_template("post.html.j2"),
    AccountMail: _templates.get_template("account_post.html.j2"),
}


@dataclass(frozen=True, slots=True, repr=False)
class Rendered:
    """Both forms of the same words."""

    text: str
    html: str


def render(letter: Letter | AccountMail) -> Rendered:
    """Return what a mail says, in both forms."""
    return Rendered(text=render_text(letter), html=render_html(letter))


def render_text(letter: Letter | AccountMail) -> str:
    return _rendered(_TEXT[type(letter)], letter)


def render_html(letter: Letter | AccountMail) -> str:
    """Return the page: laid out for programs that read e-mail, or for paper when the letter has a postal address."""
    return _rendered((_BY_POST if letter.postal_address else _BY_EMAIL)[type(letter)], letter)


def _rendered(template: Template, letter: Letter | AccountMail) -> str:
    try:
        return template.render(letter=letter, texts=letter.texts)
    except UndefinedError as error:
        raise MissingValueError(template.name or "", str(error)) from error
