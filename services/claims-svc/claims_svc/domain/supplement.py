"""What is told about a loss after it was reported, and the report as it is completed by that."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from claims_svc.domain.reporters import weight_of
from contracts.loss_reports import DamageItem, LossFacts, LossReported
from contracts.vocabulary import Fact, FactSource, LossInterval, Truth


class Supplement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something told about a loss: an answer, news, a handler's fact with its source, an assessment of the damage.

    `source` is who tells it, and every fact and item in it names the same. `damage` are all items as they are from now
    on; empty: they stay as they are. `loss` is the time of the loss, when that is told anew. `not_known` are the codes
    of questions about water and damage to which the answer is that nobody knows.
    """

    supplement_id: UUID
    source: FactSource
    told_at: datetime
    facts: LossFacts = LossFacts()
    damage: tuple[DamageItem, ...] = ()
    loss: LossInterval | None = None
    not_known: tuple[str, ...] = ()


def completed(sent: LossReported, supplements: Iterable[Supplement]) -> LossReported:
    """Return the report as it was sent, with what has been told since, in that order.

    The later word counts, unless it is the lighter one: a customer changes neither a fact of a handler nor damage that
    somebody has assessed. What is said to be unknown takes nothing back.
    """
    report = sent
    for each in supplements:
        report = replace(
            report,
            loss=each.loss or report.loss,
            facts=_completed_facts(report.facts, each.facts),
            damage=each.damage if _counts(each, report.damage) else report.damage,
        )
    return report


def _completed_facts(said: LossFacts, told: LossFacts) -> LossFacts:
    news = {
        name: fact
        for name in LossFacts.__struct_fields__
        if (fact := getattr(told, name)) is not None and _outweighs(fact, getattr(said, name))
    }
    return replace(said, **news) if news else said


def _outweighs(told: Fact, said: Fact | None) -> bool:
    if said is None or said.value is Truth.UNKNOWN:
        return True
    return told.value is not Truth.UNKNOWN and weight_of(told.source) >= weight_of(said.source)


def _counts(supplement: Supplement, damage: Iterable[DamageItem]) -> bool:
    return bool(supplement.damage) and all(
        weight_of(supplement.source) >= weight_of(item.estimated_by) for item in damage
    )
