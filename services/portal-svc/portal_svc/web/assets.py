"""Stylesheet, scripts and pictures: each under an address that changes with its contents, and is kept for a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

_TYPES: Final = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
STYLESHEET: Final = "portal.css"
_FIRST: Final = ("tokens.css", "base.css")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as browsers get it."""

    contents: bytes
    media_type: str
    version: str


@cache
def assets() -> Mapping[str, Asset]:
    """Return every asset by its name. The stylesheets of tokens, basis and rooms are one file."""
    static = {file.name: file.read_bytes() for file in (files("portal_svc") / "static").iterdir() if file.is_file()}
    styles = [name for name in static if name.endswith(".css")]
    ordered = [*_FIRST, *sorted(set(styles) - set(_FIRST))]
    found = {name: contents for name, contents in static.items() if name not in styles}
    found[STYLESHEET] = b"\n".join(static[name] for name in ordered)
    return {name: _asset(name, contents) for name, contents in found.items()}


def address_of(name: str) -> str:
    """Return where browsers get the asset."""
    return f"/assets/{assets()[name].version}/{name}"


def _asset(name: str, contents: bytes) -> Asset:
    return Asset(contents, _TYPES[name.rpartition(".")[2]], sha256(contents).hexdigest()[:12])
