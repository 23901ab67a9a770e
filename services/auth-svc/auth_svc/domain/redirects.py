"""Where a browser is sent back to with a code: an address that was registered, character by character."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

_REGISTRABLE: Final = re.compile(
    r"https://[\w.-]+(:\d+)?(/[^\s#]*)?"
    r"|http://(127\.0\.0\.1|localhost)(:\d+)?(/[^\s#]*)?"
    r"|[a-z][a-z0-9-]*(\.[a-z0-9-]+)+:/[^\s#]*",
    re.ASCII,
)
"""A page over TLS, one on the user's own machine, or an app by its reversed domain name (RFC 8252 §7)."""


def is_registrable(uri: str) -> bool:
    """Whether a client may be sent codes there."""
    return _REGISTRABLE.fullmatch(uri) is not None


def with_parameters(uri: str, parameters: Mapping[str, str | None]) -> str:
    """Return `uri` with those of `parameters` that are there; a query it has stays (RFC 6749 §3.1.2)."""
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    return f"{uri}{'&' if '?' in uri else '?'}{query}"
