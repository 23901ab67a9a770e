"""Whom a page is for."""

from __future__ import annotations

from typing import Final, TypeAlias

from contracts.access import Role

Audience: TypeAlias = frozenset[Role] | None
"""The roles that may see a page; None: everybody, logged in or not."""

EVERYBODY: Final[Audience] = None
CUSTOMERS: Final[Audience] = frozenset({Role.CUSTOMER})
HANDLERS: Final[Audience] = frozenset({Role.CLAIMS_HANDLER, Role.SENIOR_HANDLER})
OPERATORS: Final[Audience] = frozenset({Role.OPERATOR})
"""Pages of the portal are for people: partners and services have none."""


def admits(audience: Audience, role: Role | None) -> bool:
    """Whether somebody with `role` (None: not logged in) may see a page for `audience`."""
    return audience is None or (role is not None and role in audience)
