"""A claim decided before, decided again on other evidence."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from claims_svc.domain.money import borne_cents, covered_damage_cents
from contracts.claims import GroundCode, Money, Outcome


class Decided(Protocol):
    """What is compared; a `Verdict` and a `DecisionMade` both have it."""

    @property
    def outcome(self) -> Outcome:
        """How the claim ended."""

    @property
    def deciding_ground(self) -> GroundCode:
        """Why."""

    @property
    def money(self) -> Money:
        """What it is worth to the customer."""


class Change(StrEnum):
    """What new evidence does for the customer."""

    SAME = "same"
    IN_FAVOUR = "in_favour"
    """The machine decides again: a new version."""
    AGAINST = "against"
    """A handler looks at it; the decision stands and nothing is clawed back."""


def compare(previous: Decided, new: Decided) -> Change:
    """Return whether `new` is better for the customer than `previous`, worse, or the same.

    Covered is better than referred, referred better than denied. Between two covers more money is better, and at the
    same money having it is better than waiting for an assessment. A claim referred because its policy was unknown is
    better off as soon as the policy is there, also when it stays referred: only then can the customer be told.
    """
    before, after = _standing(previous), _standing(new)
    if before == after:
        return Change.SAME
    return Change.IN_FAVOUR if after > before else Change.AGAINST


def _standing(decided: Decided) -> tuple[int, bool, int, bool]:
    """Return how well a customer stands, comparable: larger is better."""
    money = decided.money
    covered = decided.outcome is Outcome.COVERED
    return (
        _RANK[decided.outcome],
        decided.deciding_ground is not GroundCode.POLICY_UNKNOWN,
        covered_damage_cents(money) - borne_cents(money) if covered else 0,
        covered and money.payable_cents is not None,
    )


_RANK = {Outcome.DENIED: 0, Outcome.REFERRED: 1, Outcome.COVERED: 2}
