"""Compares who contracts let in with the passwords that a cluster keeps. No client, no password, no clock.

Kafka tells for whom it keeps a password, never which: whether it is the one in the environment shows by logging in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

MECHANISM = "SCRAM-SHA-512"
ITERATIONS = 16_384
"""As many as Kafka accepts: who has stolen what it keeps pays them for every guess, a client once a connection."""


class Login(NamedTuple):
    """One way in: a password that a cluster keeps for a user, hashed so many times."""

    user: str
    mechanism: str = MECHANISM
    iterations: int = ITERATIONS

    @property
    def sentence(self) -> str:
        """Who can log in, and how."""
        return f"{self.user} can log in by {self.mechanism}"


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What came of logging in: the cluster's refusal, or what the user may do to the cluster itself."""

    refusal: str | None = None
    operations: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class FoundLogins:
    """What a cluster keeps, and what came of logging in as those whose password the environment has."""

    logins: frozenset[Login]
    attempts: Mapping[str, Attempt]


@dataclass(frozen=True, kw_only=True)
class WantedLogins:
    """Who logs in, for whom the environment has a password, and which strangers are to be locked out.

    `own` is who asks, so that nobody locks himself out.
    """

    principals: frozenset[str]
    given: frozenset[str]
    own: str | None = None
    removed: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class PasswordChange:
    """A user gets the password that the environment has."""

    user: str
    reason: str

    @property
    def sentence(self) -> str:
        """Whose password is set, and why."""
        return f"set the password of {self.user}: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class LoginPlan:
    """What must change. With `refusals` nothing may be changed.

    `undeclared` are logins that contracts do not know. `missing` are principals who have none and are given none.
    `mighty` are principals who may do something to the cluster itself.
    """

    passwords: Sequence[PasswordChange] = ()
    removals: Sequence[Login] = ()
    refusals: Sequence[str] = ()
    undeclared: Sequence[Login] = ()
    missing: Sequence[str] = ()
    mighty: Sequence[str] = ()

    @property
    def changes_nothing(self) -> bool:
        """Whether who may log in is as declared."""
        return not (self.passwords or self.removals)


def plan_logins(found: FoundLogins, *, wanted: WantedLogins, may_remove: bool) -> LoginPlan:
    """Return what brings the logins of a cluster to `wanted`.

    A second way in of a principal is removed with `may_remove`. A stranger is removed by name alone: on a shared
    cluster he is another tenant.
    """
    declared = {(principal, MECHANISM) for principal in wanted.principals}
    present = {(login.user, login.mechanism) for login in found.logins}
    undeclared = {login for login in found.logins if login[:2] not in declared and login.user != wanted.own}
    removals = {
        login
        for login in undeclared
        if login.user in wanted.removed or (may_remove and login.user in wanted.principals)
    }
    return LoginPlan(
        passwords=[
            PasswordChange(user=user, reason=reason)
            for user in sorted(wanted.given)
            if (reason := _reason(user, found)) is not None
        ],
        removals=sorted(removals),
        refusals=[refusal for user in sorted(wanted.removed) if (refusal := _refusal(user, wanted)) is not None],
        undeclared=sorted(undeclared - removals),
        missing=sorted(user for user, _ in declared - present if user not in wanted.given),
        mighty=sorted(user for user, attempt in found.attempts.items() if attempt.operations),
    )


def _reason(user: str, found: FoundLogins) -> str | None:
    """Return why the password of `user` must be set; None when it need not."""
    kept = [login for login in found.logins if (login.user, login.mechanism) == (user, MECHANISM)]
    if not kept:
        return "there is none"
    if Login(user) not in kept:
        return f"it is hashed {kept[0].iterations} times, not {ITERATIONS}"
    return found.attempts[user].refusal


def _refusal(user: str, wanted: WantedLogins) -> str | None:
    if user == wanted.own:
        return f"the login of {user} is the one in use: log in as somebody else to remove it"
    if user in wanted.principals:
        return f"contracts let {user} in: give it another password, or take it out of contracts"
    return None
