"""How well a customer is off with a decision."""

from __future__ import annotations

from contracts.coverage import GroundCode, Outcome
from contracts.money import Money, MoneyStepCode

RANK = {Outcome.WITHDRAWN: 0, Outcome.DENIED: 0, Outcome.REFERRED: 1, Outcome.COVERED: 2}
"""Of a claim or of one of its items: larger is better."""

Position = tuple[int, bool, int, int]


def position(outcome: Outcome, deciding_ground: GroundCode, money: Money) -> Position:
    """Return how well a customer is off, comparable: larger is better.

    Covered is better than referred, referred better than denied. A claim referred because its policy was unknown is
    better off as soon as the policy is there, also when it stays referred: only then can the customer be told. Then
    money counts: first what is paid at once, then what will be paid when amounts have been assessed.

    Source: domain.md, "Evidence that comes later"; decision record 0010.
    """
    awaited = sum(step.amount_cents for step in money.steps if step.code is MoneyStepCode.AWAITING_ASSESSMENT)
    return (
        RANK[outcome],
        deciding_ground is not GroundCode.POLICY_UNKNOWN,
        money.payable_cents or 0,
        sum(step.amount_cents for step in money.steps) - awaited,
    )
