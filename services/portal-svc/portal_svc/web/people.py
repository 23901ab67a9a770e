"""Accounts of colleagues, as colleagues read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from portal_svc.web.visit import Visit

_SHOWN: Final = 8
"""So many signs tell colleagues apart; whose account it is, auth-svc knows."""


def account_of(visit: Visit) -> str:
    """Return the account of who is logged in, "" where nobody is."""
    return visit.session.tokens.subject if visit.session is not None else ""


def naming(visit: Visit) -> Callable[[str | None], str]:
    """Return what names an account: "you", or a colleague by the end of what identifies them."""
    mine = account_of(visit)

    def who(account: str | None) -> str:
        if not account:
            return visit.text("people.nobody")
        if account == mine:
            return visit.text("people.you")
        return visit.text("people.colleague", account=account[-_SHOWN:])

    return who
