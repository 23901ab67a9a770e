"""Who asks, as far as a verified token tells."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.access import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody or something at the door. `role` is None for who came without a token."""

    subject: str
    role: Role | None
    relation_number: str | None = None
    team: str | None = None
    """In which a member of staff works."""
    scopes: frozenset[str] = frozenset()
    client: str = ""

    @property
    def kind(self) -> str:
        """What logs and metrics may say of a caller: the role, never who it is."""
        return self.role.value if self.role else "anonymous"


ANONYMOUS = Caller(subject="", role=None)
