"""What customers said first about a loss, and what of it they say otherwise now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from claims_svc.domain.basis import EarlierStatement
from contracts.loss_reports import LossFacts, LossReported
from contracts.vocabulary import Fact, FactSource, LossInterval, Truth

LOSS = "loss"
"""The name of the moment of loss among what turned."""


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The first interval of loss, and of each fact what a customer first said when they knew it."""

    loss: LossInterval
    facts: LossFacts

    def with_more(self, report: LossReported) -> Statement:
        """Return the statement with what `report` says about facts that no customer knew before."""
        news = {name: fact for name, fact in _customers_word(report).items() if getattr(self.facts, name) is None}
        return replace(self, facts=self.facts.model_copy(update=news)) if news else self


def statement_of(report: LossReported) -> Statement:
    return Statement(loss=report.loss, facts=LossFacts(**_customers_word(report)))


def earlier_of(statement: Statement, *, reports: Sequence[LossReported], facts: LossFacts) -> EarlierStatement | None:
    """Return what customers said otherwise before; None when nothing turned.

    `reports` are those of the claim as they are now, the one that opened it first, and `facts` are theirs together. A
    fact has turned when no customer says any more what one said first. Where a handler, a partner or a register says
    it now, nobody turned anything. A moment told more exactly has not moved.

    Source: domain.md, "When the machine must not decide alone".
    """
    said_now = [_customers_word(report) for report in reports]
    first = {name: fact for name, fact in statement.facts if fact is not None}
    turned = [
        name
        for name, fact in first.items()
        if not any(said.get(name) == fact for said in said_now) and _is_customers(getattr(facts, name))
    ]
    loss = reports[0].loss
    if loss.from_at < statement.loss.from_at or loss.until_at > statement.loss.until_at:
        turned.append(LOSS)
    return EarlierStatement(turned=tuple(turned), loss=statement.loss, facts=statement.facts) if turned else None


def _customers_word(report: LossReported) -> dict[str, Fact]:
    return {
        name: fact
        for name, fact in report.facts
        if fact is not None and fact.source is FactSource.CUSTOMER and fact.value is not Truth.UNKNOWN
    }


def _is_customers(fact: Fact | None) -> bool:
    return fact is None or fact.source is FactSource.CUSTOMER
