"""What random damage of one event should be paid, by hand: domain.md's "Money" as plain arithmetic.

It uses nothing of the product.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Harm(NamedTuple):
    """One amount of damage, and the water that did it as far as somebody says; `assessed`: it is no estimate."""

    cents: int
    by: str
    assessed: bool = True


class Reported(NamedTuple):
    """A claim: `hours` is when the loss was."""

    hours: int
    harms: tuple[Harm, ...]


def ways(harm: Harm, *, rain: str) -> list[tuple[str, bool]]:
    """Return what can have done a harm that is covered: the family, and whether it is heavy weather.

    `rain` is little, heavy or a cloudburst.
    """
    direct = ("rain", rain == "cloudburst")
    if harm.by == "nobody knows":
        # Indirect rain is not covered without heavy rain, so that nobody can tell whether this damage is.
        return [] if rain == "little" else [("rain", True), direct, ("flood", False)]
    covered = {"indirect rain": [] if rain == "little" else [("rain", True)], "direct rain": [direct]}
    return covered.get(harm.by, [("flood", False)] if harm.by == "flood" else [])


def should_pay(harms: Iterable[Harm], *, deductible: int, rain: str) -> int:
    """Return what the whole event pays, where what cannot be told apart is shared out best for the customer."""
    damage = 0
    shares = {(0, 0, 0)}
    for harm in harms:
        options = ways(harm, rain=rain)
        if not options:
            continue
        damage += harm.cents
        shares = {
            (
                rainy + harm.cents * (family == "rain"),
                heavy + harm.cents * (family == "rain" and is_heavy),
                flooded + harm.cents * (family == "flood"),
            )
            for rainy, heavy, flooded in shares
            for family, is_heavy in options
        }
    borne = [bears(rainy, heavy, deductible) + bears(flooded, 0, deductible) for rainy, heavy, flooded in shares]
    return damage - min(borne)


def bears(damage: int, heavy: int, deductible: int) -> int:
    """Return what a customer bears of one event; the least for heavy weather is EUR 250, of its own damage only."""
    return max(min(damage, deductible), min(heavy, max(deductible, 250_00)))


def events(claims: Iterable[Reported], *, by: Sequence[str]) -> list[list[Harm]]:
    """Return the harms done by these waters, event by event: each lasts 72 hours from its earliest loss."""
    begun: list[tuple[int, list[Harm]]] = []
    for claim in sorted(claims, key=lambda claim: claim.hours):
        harms = [harm for harm in claim.harms if harm.by in by]
        if harms and (not begun or claim.hours - begun[-1][0] >= 72):
            begun.append((claim.hours, []))
        if harms:
            begun[-1][1].extend(harms)
    return [harms for _, harms in begun]
