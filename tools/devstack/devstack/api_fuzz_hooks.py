"""Loaded by Schemathesis, which makes many requests with one Idempotency-Key: each is a request of its own."""

import re
from itertools import count
from typing import Any

import schemathesis
from schemathesis import Case, HookContext

_HEADER = "Idempotency-Key"
_LONGEST = 255
_VALID = re.compile(rf"[!-~]{{1,{_LONGEST}}}")
_number = count()


@schemathesis.hook
def before_call(context: HookContext, case: Case[Any], kwargs: dict[str, Any]) -> None:  # noqa: ARG001 - they go by name
    """Make a valid key another one; one that was made to be refused stays."""
    key = case.headers.get(_HEADER) if case.headers else None
    if key is not None and _VALID.fullmatch(key):
        suffix = f"-{next(_number)}"
        case.headers[_HEADER] = key[: _LONGEST - len(suffix)] + suffix
