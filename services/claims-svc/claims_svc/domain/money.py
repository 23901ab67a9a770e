"""From damage to payment, in whole euro cents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from claims_svc.domain.damage import ItemVerdict
from claims_svc.domain.product import Product
from contracts.claims import Money, MoneyStep, MoneyStepCode, Outcome
from contracts.upstream import DamageItem
from contracts.vocabulary import FactSource


def deductible_cents(chosen_cents: int, *, takes_minimum: bool, product: Product) -> int:
    """Return the deductible of an event: the chosen one, in heavy weather at least the product's minimum."""
    return max(chosen_cents, product.weather_deductible_minimum_cents) if takes_minimum else chosen_cents


def nothing_paid(damage: Sequence[DamageItem]) -> Money:
    """Return the money of a denied claim."""
    damage_cents = _sum(damage)
    steps = [_step(MoneyStepCode.DAMAGE, damage_cents), _step(MoneyStepCode.NOT_COVERED, -damage_cents)]
    return Money(steps=tuple(steps), payable_cents=0)


def undecided(damage: Sequence[DamageItem]) -> Money:
    """Return the money of a referred claim: the damage is known, what is paid is not."""
    return Money(steps=(_step(MoneyStepCode.DAMAGE, _sum(damage)),), payable_cents=None)


def paid(items: Sequence[ItemVerdict], *, deductible: int, used_before: int, limit: int) -> Money:
    """Return the money of a covered claim, all in cents.

    The covered damage is paid in full, without regard to the value insured. What other claims of the event have borne
    of the deductible (`used_before`) is not borne again. Nothing is paid yet when customers themselves estimate more
    covered damage than `limit`.
    """
    covered = [verdict.item for verdict in items if verdict.outcome is Outcome.COVERED]
    damage_cents = _sum(verdict.item for verdict in items)
    covered_cents = _sum(covered)
    borne_before = min(used_before, deductible)
    steps = [
        _step(MoneyStepCode.DAMAGE, damage_cents),
        _step(MoneyStepCode.NOT_COVERED, covered_cents - damage_cents),
        _step(MoneyStepCode.DEDUCTIBLE, -deductible),
        _step(MoneyStepCode.DEDUCTIBLE_USED_BEFORE, borne_before),
    ]
    awaits = _sum(item for item in covered if item.estimated_by is FactSource.CUSTOMER) > limit
    return Money(
        steps=tuple(step for step in steps if step.amount_cents or step.code is MoneyStepCode.DAMAGE),
        payable_cents=None if awaits else max(0, covered_cents - deductible + borne_before),
        awaits_assessment=awaits,
    )


def covered_damage_cents(money: Money) -> int:
    """Return the covered damage of a covered claim, before the deductible."""
    return sum(step.amount_cents for step in money.steps if step.code in _BEFORE_DEDUCTIBLE)


def borne_cents(money: Money) -> int:
    """Return what a covered claim bears of its deductible: never more than its covered damage."""
    deductible = -sum(step.amount_cents for step in money.steps if step.code not in _BEFORE_DEDUCTIBLE)
    return min(deductible, covered_damage_cents(money))


def _sum(items: Iterable[DamageItem]) -> int:
    return sum(item.amount_cents for item in items)


@lru_cache(maxsize=1024)
def _step(code: MoneyStepCode, amount_cents: int) -> MoneyStep:
    return MoneyStep(code=code, amount_cents=amount_cents)


_BEFORE_DEDUCTIBLE = frozenset({MoneyStepCode.DAMAGE, MoneyStepCode.NOT_COVERED})
