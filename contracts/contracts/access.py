"""Who may do what by HTTP: the access matrix, from which checks, documents and tests follow.

An operation stands in the tuple of its service, and `ACCESS` holds all of them. What no operation grants is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

COLUMNS = ("role", "service", "operation", "scope", "reach")
ANYONE = "anyone"
"""Stands in the table for who comes without a token."""
_NAME: Final = re.compile(r"[a-z][a-z-]*(\.[a-z][a-z-]*)+")
_SCOPE: Final = re.compile(r"[a-z][a-z-]*(:[a-z][a-z-]*)+")


class Role(StrEnum):
    """As what somebody or something comes to the door."""

    CUSTOMER = "customer"
    CLAIMS_HANDLER = "claims-handler"
    SENIOR_HANDLER = "senior-handler"
    OPERATOR = "operator"
    PARTNER = "partner"
    SERVICE = "service"


class Reach(StrEnum):
    """Whose data a role may do something with."""

    OWN = "own"
    ANY = "any"


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One thing a service does for who asks by HTTP. `scope` is what a token must grant besides the role.

    Raises:
        ValueError: its name or scope has another form, it is granted to nobody and not said to be public, or it is
            granted for own data to a role that has none.
    """

    name: str
    service: str
    meaning: str
    scope: str = ""
    grants: Mapping[Role, Reach] = field(default_factory=dict, hash=False)
    is_public: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "grants", MappingProxyType(dict(self.grants)))
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"an operation is called like policies.read, not {self.name}")
        if self.is_public:
            if self.scope or self.grants:
                raise ValueError(f"{self.name} is public: it has neither scope nor grants")
            return
        if not self.grants or not _SCOPE.fullmatch(self.scope):
            raise ValueError(f"{self.name} needs grants and a scope like policies:read, or is declared as public")
        # Only a customer's token says whose data is its own: by the relation number.
        if any(reach is Reach.OWN and role is not Role.CUSTOMER for role, reach in self.grants.items()):
            raise ValueError(f"{self.name} is granted for own data to a role that has none; only customers have")

    @classmethod
    def public(cls, *, name: str, service: str, meaning: str) -> Self:
        """Return an operation for everybody, without a token: said on purpose, never by omission."""
        return cls(name=name, service=service, meaning=meaning, is_public=True)

    @property
    def is_for_owners(self) -> bool:
        """Whether a role may do this with its own data only."""
        return Reach.OWN in self.grants.values()


ACCESS: tuple[Operation, ...] = ()
"""The operations of all services. None has an API yet."""


def access_rows(operations: Iterable[Operation] = ACCESS) -> list[tuple[str, ...]]:
    """Return each permission as a row of `COLUMNS`."""
    rows = []
    for operation in operations:
        granted = {ANYONE: Reach.ANY} if operation.is_public else operation.grants
        for role, reach in granted.items():
            rows.append((str(role), operation.service, operation.name, operation.scope, reach.value))
    return sorted(rows)
