"""Who may do what by HTTP: the access matrix, from which checks, documents and tests follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Self


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
    """One thing a service does for who asks by HTTP. `scope` is what a token must grant besides the role."""

    name: str
    service: str
    meaning: str
    scope: str = ""
    grants: Mapping[Role, Reach] = field(default_factory=lambda: MappingProxyType({}))
    is_public: bool = False

    @classmethod
    def public(cls, *, name: str, service: str, meaning: str) -> Self:
        """Return an operation for everybody, without a token: said on purpose, never by omission."""
        return cls(name=name, service=service, meaning=meaning, is_public=True)

    @property
    def is_for_owners(self) -> bool:
        """Whether a role may do this with its own data only."""
        return Reach.OWN in self.grants.values()
