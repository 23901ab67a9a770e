"""From damage to payment, in whole euro cents. `deductible.py` computes the deductible of an event."""

from __future__ import annotations

from collections.abc import Sequence

from claims_svc.domain.basis import Basis
from claims_svc.domain.rain import Rain
from claims_svc.domain.rules.items import ItemVerdict
from contracts.coverage import DecidedItem, Finding, Outcome
from contracts.money import Money


def money_of(
    basis: Basis,
    *,
    items: Sequence[ItemVerdict],
    findings: Sequence[Finding],
    rain: Rain,
    claim_level: Outcome | None,
) -> tuple[Money, tuple[DecidedItem, ...]]:
    """Return the money of a claim and its items as decided.

    `claim_level` is the outcome when a rule about the claim as a whole decided, None when its items did.

    Source: domain.md, "Money".
    """
    raise NotImplementedError
