"""Which scopes a token has, and for which services it counts: both follow from the access matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from contracts.access import ACCESS, Operation, Role

_KNOWN = frozenset(operation.scope for operation in ACCESS if not operation.is_public)


class ScopeRefusedError(ValueError):
    """What is asked for is more than the client may ask for, or leaves nothing."""


def granted(
    wanted: str | None, *, client_scopes: Iterable[str], role: Role, access: Iterable[Operation] = ACCESS
) -> str:
    """Return the scopes for a token, in the form of RFC 6749 §3.3: those `wanted`, or all that the client may ask for.

    What the role has no grant for is left out, as §3.3 allows: one portal asks the same for everybody.

    Raises:
        ScopeRefusedError: something is wanted that the client may not ask for, or the role may do nothing of it.
    """
    allowed = frozenset(client_scopes)
    asked = frozenset(wanted.split(" ")) if wanted else allowed
    of_role = {operation.scope for operation in access if role in operation.grants}
    if not asked <= allowed or not asked & of_role:
        raise ScopeRefusedError
    return " ".join(sorted(asked & of_role))


def audience_of(scope: str, *, role: Role, access: Iterable[Operation] = ACCESS) -> Sequence[str]:
    """Return the services that have an operation which `role` may perform with one of these scopes."""
    scopes = scope.split(" ")
    return sorted({operation.service for operation in access if operation.scope in scopes and role in operation.grants})


def unknown_scopes(scopes: Iterable[str]) -> Sequence[str]:
    """Return those that no operation has."""
    return sorted(set(scopes) - _KNOWN)
