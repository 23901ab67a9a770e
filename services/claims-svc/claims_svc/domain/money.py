"""From damage to payment, in whole euro cents. `deductible.py` computes the deductible."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from claims_svc.domain.rules.items import ItemVerdict
from contracts.coverage import Outcome
from contracts.loss_reports import DamageItem
from contracts.money import Money, MoneyStep, MoneyStepCode
from contracts.vocabulary import FactSource

_BEFORE_DEDUCTIBLE = frozenset({MoneyStepCode.DAMAGE, MoneyStepCode.NOT_COVERED})


def money_of_denied(damage: Sequence[DamageItem]) -> Money:
    damage_cents = _sum(damage)
    steps = [_step(MoneyStepCode.DAMAGE, damage_cents), _step(MoneyStepCode.NOT_COVERED, -damage_cents)]
    return Money(steps=tuple(steps), payable_cents=0)


def money_of_referred(damage: Sequence[DamageItem]) -> Money:
    """Return the money of a referred claim: the damage is known, what is paid is not."""
    return Money(steps=(_step(MoneyStepCode.DAMAGE, _sum(damage)),), payable_cents=None)


def money_of_covered(
    items: Sequence[ItemVerdict], *, deductible_cents: int, used_before_cents: int, estimate_limit_cents: int
) -> Money:
    """Return the money of a covered claim.

    The covered damage is paid in full, without regard to the value insured. What other claims of the event have borne
    of the deductible (`used_before_cents`) is not borne again. Nothing is paid yet when customers themselves estimate
    more covered damage than `estimate_limit_cents`.

    Source: domain.md, "Money"; the product's `customer_estimate_limit_cents`.
    """
    covered = [verdict.item for verdict in items if verdict.outcome is Outcome.COVERED]
    damage_cents = _sum(verdict.item for verdict in items)
    covered_cents = _sum(covered)
    # More than this claim's own deductible would be money on top of the damage.
    borne_before_cents = min(used_before_cents, deductible_cents)
    steps = [
        _step(MoneyStepCode.DAMAGE, damage_cents),
        _step(MoneyStepCode.NOT_COVERED, covered_cents - damage_cents),
        _step(MoneyStepCode.DEDUCTIBLE, -deductible_cents),
        _step(MoneyStepCode.DEDUCTIBLE_USED_BEFORE, borne_before_cents),
    ]
    awaits_assessment = (
        _sum(item for item in covered if item.estimated_by is FactSource.CUSTOMER) > estimate_limit_cents
    )
    return Money(
        steps=tuple(step for step in steps if step.amount_cents or step.code is MoneyStepCode.DAMAGE),
        payable_cents=None if awaits_assessment else max(0, covered_cents - deductible_cents + borne_before_cents),
        awaits_assessment=awaits_assessment,
    )


def covered_damage_cents(money: Money) -> int:
    """Return the covered damage of a covered claim, before the deductible."""
    return sum(step.amount_cents for step in money.steps if step.code in _BEFORE_DEDUCTIBLE)


def borne_deductible_cents(money: Money) -> int:
    """Return what a covered claim bears of its deductible: never more than its covered damage."""
    deductible_cents = -sum(step.amount_cents for step in money.steps if step.code not in _BEFORE_DEDUCTIBLE)
    return min(deductible_cents, covered_damage_cents(money))


def _sum(items: Iterable[DamageItem]) -> int:
    return sum(item.amount_cents for item in items)


# Memoised because amounts repeat: the same deductibles and minima in every claim of a storm.
@lru_cache(maxsize=1_024)
def _step(code: MoneyStepCode, amount_cents: int) -> MoneyStep:
    return MoneyStep(code=code, amount_cents=amount_cents)
