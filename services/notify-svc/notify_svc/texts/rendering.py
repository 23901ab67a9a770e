"""A letter, or a mail about an account, as text and as HTML; the templates arrange finished sentences."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, UndefinedError, select_autoescape

from notify_svc.texts.account import AccountMail
from notify_svc.texts.filling import MissingValueError
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


def render_text(letter: Letter | AccountMail) -> str:
    return _rendered(_TEXT[type(letter)], letter)


def render_html(letter: Letter | AccountMail) -> str:
    return _rendered(_HTML[type(letter)], letter)


def _rendered(template: Template, letter: Letter | AccountMail) -> str:
    try:
        return template.render(letter=letter, texts=letter.texts)
    except UndefinedError as error:
        raise MissingValueError(template.name or "", str(error)) from error
