"""Reads as which client a request comes: by HTTP Basic with a secret, or by its id alone (RFC 6749 §2.3.1, §3.2.1)."""

from __future__ import annotations

import re
from base64 import b64decode
from typing import Final
from urllib.parse import unquote_plus

from starlette.requests import Request

from auth_svc.flows.clients import ClientCredentials

CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="auth-svc"'}
_BASIC: Final = re.compile(r"basic +([\w+/]+=*)", re.IGNORECASE | re.ASCII)


def credentials_in(request: Request, *, client_id: str | None, client_secret: str | None) -> ClientCredentials | None:
    """Return what is said in the one permitted way; None when nothing is, or something in another way besides.

    `client_id` and `client_secret` are those of the form, where a secret never counts.
    """
    lines = request.headers.getlist("authorization")
    if client_secret is not None or len(lines) > 1:
        return None
    if not lines:
        return None if client_id is None else ClientCredentials(client_id=client_id)
    basic = _read(lines[0])
    if basic is None or client_id not in {None, basic.client_id}:
        return None
    return basic


def _read(line: str) -> ClientCredentials | None:
    if not (found := _BASIC.fullmatch(line)):
        return None
    try:
        text = b64decode(found[1], validate=True).decode()
        name, colon, secret = text.partition(":")
        credentials = ClientCredentials(
            client_id=unquote_plus(name, errors="strict"), secret=unquote_plus(secret, errors="strict")
        )
    except ValueError:
        return None
    return credentials if colon and "\0" not in credentials.client_id else None
