"""Whole cents: everything is computed exactly and rounded once, half up."""

from __future__ import annotations

from math import prod

from policy_svc.products.product import WHOLE


def part_of(cents: int, *factors: int) -> int:
    """Return what `factors`, in basis points, make of an amount that is not negative."""
    return quotient(cents * prod(factors), WHOLE ** len(factors))


def quotient(numerator: int, denominator: int) -> int:
    """Return the quotient, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)
