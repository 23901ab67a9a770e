"""The arithmetic of domain.md section 3, in whole cents. It imports nothing, so that any test may compare with it."""

from __future__ import annotations

from collections.abc import Iterable

HEAVY_WEATHER_MINIMUM_CENTS = 250_00
CUSTOMER_MAY_ESTIMATE_CENTS = 2_500_00


def event_bears(*, chosen_cents: int, damage_cents: int, heavy_cents: int) -> int:
    """Return what the customer bears of one event; `heavy_cents` is the part of the damage that heavy weather did.

    The chosen deductible applies to all damage, the minimum of heavy weather to its own part only, and the customer
    bears the larger of the two, not both.
    """
    of_all = min(chosen_cents, damage_cents)
    of_heavy = min(max(chosen_cents, HEAVY_WEATHER_MINIMUM_CENTS), heavy_cents)
    return max(of_all, of_heavy)


def event_pays(*, chosen_cents: int, damage: Iterable[tuple[int, bool]]) -> int:
    """Return what one event pays in all for `damage` (cents, whether heavy weather did it), however it was reported."""
    damage = list(damage)
    total = sum(cents for cents, _ in damage)
    heavy = sum(cents for cents, is_heavy in damage if is_heavy)
    return total - event_bears(chosen_cents=chosen_cents, damage_cents=total, heavy_cents=heavy)


def claim_bears(*, alone_bears_cents: int, with_it_bears_cents: int, others_bore_cents: int) -> int:
    """Return what a claim bears of what its event bears with it: nothing at least, at most what it would alone."""
    return min(alone_bears_cents, max(0, with_it_bears_cents - others_bore_cents))


def awaits_assessment(*, estimated_cents: int) -> bool:
    """Return whether customers estimated too much in one event, over all its claims, to be paid on their word."""
    return estimated_cents > CUSTOMER_MAY_ESTIMATE_CENTS
