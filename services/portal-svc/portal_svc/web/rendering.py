"""Templates, compiled once when the service starts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from contracts.language import Language
from portal_svc.web import assets, formats


@cache
def environment() -> Environment:
    """Return the templates, each compiled: what is wrong with one stops the start, and no page waits for it."""
    found = Environment(
        loader=PackageLoader("portal_svc", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    found.globals["asset"] = assets.address_of
    for name in found.list_templates():
        found.get_template(name)
    return found


def render(template: str, language: Language, values: Mapping[str, Any]) -> str:
    """Return the page. `day`, `moment`, `money` and `number` write values as the language does."""
    return (
        environment()
        .get_template(template)
        .render(
            {
                "day": partial(formats.day, language=language),
                "moment": partial(formats.moment, language=language),
                "money": partial(formats.money, language=language),
                "number": partial(formats.number, language=language),
                **values,
            }
        )
    )
