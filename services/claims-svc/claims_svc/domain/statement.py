"""What customers said first about a loss, and what of it they say otherwise now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from msgspec.structs import replace

from claims_svc.domain.basis import EarlierStatement
from claims_svc.domain.reporters import facts_together
from contracts.loss_reports import DamageItem, LossFacts, LossReported
from contracts.vocabulary import Fact, FactSource, LossInterval, Truth

LOSS = "loss"
"""The name of the moment of loss among what turned."""
DAMAGE = "damage"
"""The name of what was said about items of damage among what turned."""
POLICY_NUMBER = "policy_number"
"""The name of the policy that was decided under among what turned."""


class Statement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was said first about a loss.

    `reported_at` is when it was reported first. `loss` is the first interval, or a narrower one within it that was told
    since. `damage` holds the items of the report that opened the claim, and what was filled in or assessed since.
    `facts` are by report: of each fact what its customer first said when they knew it. `policy_number` is the policy
    under which something was decided before the report was moved to another one; None: it was not.
    """

    reported_at: datetime
    loss: LossInterval
    damage: tuple[DamageItem, ...]
    facts: Mapping[UUID, LossFacts] = msgspec.field(default_factory=dict)
    policy_number: str | None = None

    def with_more(self, report: LossReported) -> Statement:
        """Return the statement with what `report` says about facts that its customer did not know before."""
        first = self.facts.get(report.report_id, LossFacts())
        news = {name: fact for name, fact in _customers_word(report).items() if getattr(first, name) is None}
        return replace(self, facts={**self.facts, report.report_id: replace(first, **news)})

    def corrected_by(self, report: LossReported) -> Statement:
        """Return the statement with what a newer version of the report that opened the claim tells more exactly."""
        return replace(
            self.with_more(report),
            loss=report.loss if _is_within(report.loss, self.loss) else self.loss,
            damage=report.damage if report.damage and not self.is_of_other_damage_than(report) else self.damage,
        )

    def is_of_other_damage_than(self, report: LossReported) -> bool:
        """Return whether the customer says something else of an item in `report`, which opened the claim."""
        return _is_no_longer_said(self.damage, now=report.damage)


def statement_of(reports: Sequence[LossReported]) -> Statement:
    """Return what these reports say, the one that opened the claim first."""
    opening = reports[0]
    statement = Statement(reported_at=opening.reported_at, loss=opening.loss, damage=opening.damage)
    for report in reports:
        statement = statement.with_more(report)
    return statement


def earlier_of(statement: Statement, *, reports: Sequence[LossReported], facts: LossFacts) -> EarlierStatement | None:
    """Return what customers said otherwise before; None when nothing turned.

    `reports` are those of the claim as they are now, the one that opened it first, and `facts` are theirs together. A
    fact has turned when the customer of a report no longer says what they said first. Where a handler, a partner or a
    register says it now, nobody turned anything. A moment told more exactly has not moved.

    Source: domain.md, "When the machine must not decide alone".
    """
    opening = reports[0]
    first_told = [replace(report, facts=statement.facts[report.report_id]) for report in reports]
    turned = [
        name
        for name in LossFacts.__struct_fields__
        if _is_customers(getattr(facts, name)) and _turned(name, first_told=first_told, now=reports)
    ]
    if not _is_within(opening.loss, statement.loss):
        turned.append(LOSS)
    damage_turned = statement.is_of_other_damage_than(opening)
    if damage_turned:
        turned.append(DAMAGE)
    if statement.policy_number not in {None, opening.policy_number}:
        turned.append(POLICY_NUMBER)
    if not turned:
        return None
    return EarlierStatement(
        turned=tuple(turned),
        loss=statement.loss,
        facts=facts_together(first_told),
        damage=statement.damage if damage_turned else (),
    )


def _turned(name: str, *, first_told: Sequence[LossReported], now: Sequence[LossReported]) -> bool:
    for told, report in zip(first_told, now, strict=True):
        first = getattr(told.facts, name)
        if first is not None and _customers_word(report).get(name) != first:
            return True
    return False


def _customers_word(report: LossReported) -> dict[str, Fact]:
    return {
        name: fact
        for name, fact in msgspec.structs.asdict(report.facts).items()
        if fact is not None and fact.source is FactSource.CUSTOMER and fact.value is not Truth.UNKNOWN
    }


def _is_customers(fact: Fact | None) -> bool:
    return fact is None or fact.source is FactSource.CUSTOMER


def _is_within(loss: LossInterval, outer: LossInterval) -> bool:
    return outer.from_at <= loss.from_at and loss.until_at <= outer.until_at


def _is_no_longer_said(first: Sequence[DamageItem], *, now: Sequence[DamageItem]) -> bool:
    """Return whether `now` leaves out an item of `first`, or says another kind, route or fire of it.

    Amounts do not matter. Whoever assesses items of a kind has the last word about them; a customer does not take an
    assessment back.
    """
    own = [item for item in now if item.estimated_by is FactSource.CUSTOMER]
    if not own:
        return False
    assessed = {item.kind for item in now if item.estimated_by is not FactSource.CUSTOMER}
    # What tells most chooses first: an item that left its route and fire open is repeated by any of its kind.
    for item in sorted(first, key=_left_open):
        if item.kind in assessed:
            continue
        again = next((each for each in own if _repeats(each, first=item)), None)
        if again is None:
            return True
        own.remove(again)
    return False


def _left_open(item: DamageItem) -> int:
    return (item.route, item.by_fire_or_explosion).count(None)


def _repeats(item: DamageItem, *, first: DamageItem) -> bool:
    return (
        first.estimated_by is FactSource.CUSTOMER
        and item.kind is first.kind
        and first.route in {None, item.route}
        and first.by_fire_or_explosion in {None, item.by_fire_or_explosion}
    )
