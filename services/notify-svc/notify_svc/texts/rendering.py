"""A letter, or a mail about an account, as text and as HTML; the templates arrange finished sentences."""

from __future__ import annotations

import re

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, UndefinedError, select_autoescape
from markupsafe import Markup, escape

from notify_svc.texts.account import AccountMail
from notify_svc.texts.filling import MissingValueError
from notify_svc.texts.letter import Letter

_ADDRESS = re.compile(r"https://[^\s<>&;]*[^\s<>&;.,:!?]|\bwww\.[a-z0-9.-]*[a-z0-9]")


def _linked(paragraph: str) -> Markup | str:
    """Return `paragraph` with a link wherever it names a page; each says where it leads."""
    if "https://" not in paragraph and "www." not in paragraph:
        return paragraph
    return Markup(_ADDRESS.sub(_link, str(escape(paragraph))))  # noqa: S704 - escaped before


def _link(found: re.Match[str]) -> str:
    shown = found[0]
    page = shown if shown.startswith("https://") else f"https://{shown}"
    return f'<a href="{page}" rel="noreferrer">{shown}</a>'


_templates = Environment(
    loader=PackageLoader("notify_svc.texts"),
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
_BY_POST = _templates.get_template("post.html.j2")


def render_text(letter: Letter | AccountMail) -> str:
    return _rendered(_TEXT[type(letter)], letter)


def render_html(letter: Letter | AccountMail) -> str:
    """Return the page: laid out for programs that read e-mail, or for paper when the letter has a postal address."""
    is_on_paper = isinstance(letter, Letter) and letter.postal_address
    return _rendered(_BY_POST if is_on_paper else _BY_EMAIL[type(letter)], letter)


def _rendered(template: Template, letter: Letter | AccountMail) -> str:
    try:
        return template.render(letter=letter, texts=letter.texts)
    except UndefinedError as error:
        raise MissingValueError(template.name or "", str(error)) from error
