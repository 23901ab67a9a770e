"""A letter, or a mail about an account, as text and as HTML; the templates arrange finished sentences."""

from __future__ import annotations

from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from notify_svc.texts.account import AccountMail
from notify_svc.texts.letter import Letter

_templates = Environment(
    loader=PackageLoader("notify_svc.texts"),
    autoescape=select_autoescape(("html.j2",)),  # the text part is not HTML
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
_templates.globals.clear()  # none is used, and each rendering would copy them
_TEXT = {
    Letter: _templates.get_template("decision.txt.j2"),
    AccountMail: _templates.get_template("account.txt.j2"),
}
_HTML = {
    Letter: _templates.get_template("decision.html.j2"),
    AccountMail: _templates.get_template("account.html.j2"),
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
    return _TEXT[type(letter)].render(letter=letter, texts=letter.texts)


def render_html(letter: Letter | AccountMail) -> str:
    return _HTML[type(letter)].render(letter=letter, texts=letter.texts)
