"""Until the product computes money: a stand-in, so that the rules can be tried through the verdict."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from claims_svc.domain import verdict
from claims_svc.domain.basis import Basis
from claims_svc.domain.rain import Rain
from claims_svc.domain.rules.items import ItemVerdict
from contracts.coverage import DecidedItem, Finding, Outcome
from contracts.money import Money, MoneyStep, MoneyStepCode
from contracts.vocabulary import Truth, WaterRoute


@pytest.fixture(autouse=True)
def money_of_covered_items(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "money_of", _money_of)


def _money_of(
    basis: Basis, *, items: Sequence[ItemVerdict], findings: Sequence[Finding], rain: Rain, claim_level: Outcome | None
) -> tuple[Money, tuple[DecidedItem, ...]]:
    del findings
    covered = [verdict for verdict in items if verdict.outcome is Outcome.COVERED and claim_level is None]
    outcomes = {verdict.outcome for verdict in items} if claim_level is None else {claim_level}
    burst = rain.cloudburst is Truth.TRUE and any(
        cause.route is WaterRoute.DIRECT_PRECIPITATION for verdict in covered for cause in verdict.causes
    )
    chosen = 0 if basis.insurance.terms is None else basis.insurance.terms.deductible_cents
    sum_cents = sum(verdict.item.amount_cents for verdict in covered)
    borne_cents = min(sum_cents, max(chosen, 25_000) if burst else chosen)
    paid_cents = None if Outcome.REFERRED in outcomes and not covered else sum_cents - borne_cents
    steps = (
        MoneyStep(code=MoneyStepCode.DAMAGE, amount_cents=sum_cents),
        MoneyStep(code=MoneyStepCode.DEDUCTIBLE, amount_cents=-borne_cents),
    )
    decided = tuple(
        DecidedItem(
            kind=verdict.item.kind,
            amount_cents=verdict.item.amount_cents,
            estimated_by=verdict.item.estimated_by,
            route=verdict.item.route,
            outcome=verdict.outcome,
            ground=verdict.ground,
        )
        for verdict in items
    )
    return Money(steps=steps, payable_cents=paid_cents), decided
