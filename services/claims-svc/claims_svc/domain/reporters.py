"""Several reports of one loss: their facts together, and whether they still tell of the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from claims_svc.domain.likeness import Outline, outline_of
from contracts.loss_reports import DamageItem, LossFacts, LossReported
from contracts.vocabulary import Fact, FactSource, Truth

_WEIGHT = {FactSource.HANDLER: 2, FactSource.REGISTER: 2, FactSource.REPAIR_PARTNER: 1, FactSource.CUSTOMER: 0}


def facts_together(reports: Sequence[LossReported]) -> LossFacts:
    """Return what these reports say together, the one that opened the claim first.

    What one leaves open another one fills. A handler's or register's word counts for more than a partner's, and that
    for more than a customer's; where two of one weight contradict each other the fact is unknown.
    """
    if len(reports) == 1:
        return reports[0].facts
    said = {
        name: [fact for report in reports if (fact := getattr(report.facts, name)) is not None]
        for name in LossFacts.__struct_fields__
    }
    return LossFacts(**{name: _together(facts) for name, facts in said.items() if facts})


def _together(facts: Sequence[Fact]) -> Fact:
    known = [fact for fact in facts if fact.value is not Truth.UNKNOWN]
    heaviest = max(known or facts, key=_weight)
    equals = [fact for fact in known if _weight(fact) == _weight(heaviest)]
    if any(fact.value is not heaviest.value for fact in equals):
        return Fact(value=Truth.UNKNOWN, source=heaviest.source)
    return heaviest


def weight_of(source: FactSource) -> int:
    """Return how much a word of `source` counts beside others."""
    return _WEIGHT[source]


def _weight(fact: Fact) -> int:
    return _WEIGHT[fact.source]


def differ(opening: LossReported, joined: Sequence[LossReported]) -> bool:
    """Return whether a joined report no longer tells of the loss of the `opening` one: its policy, moment or damage.

    Once somebody has assessed the damage it no longer matters how customers estimated it; but what another report
    assesses must be the damage of the first one that lists any. A report without damage contradicts none.
    """
    telling = _first_with_damage(opening, joined)
    assessed = _assessed_in(telling, joined)
    if assessed is not None and _items_assessed(telling.damage, assessed.damage) is None:
        return True
    return any(_differs(report, opening=opening, telling=telling) for report in joined)


def _differs(report: LossReported, *, opening: LossReported, telling: LossReported) -> bool:
    outline, other = outline_of(opening), outline_of(report)
    both_list_damage = bool(opening.damage and report.damage)
    is_of_moment = other.is_of_one_moment if both_list_damage else other.can_be_of_one_moment
    if other.policy_number != outline.policy_number or not is_of_moment(outline):
        return True
    if not report.damage or _is_assessed(telling) or _is_assessed(report):
        return False
    return other.damage_digest != outline_of(telling).damage_digest


def outline_together(opening: LossReported, joined: Sequence[LossReported]) -> Outline:
    """Return what a claim with these reports is about: the `opening` report, and the first damage that is listed."""
    telling = _first_with_damage(opening, joined)
    outline = outline_of(telling)
    return outline if telling is opening else replace(outline, policy_number=opening.policy_number, loss=opening.loss)


def _first_with_damage(opening: LossReported, joined: Sequence[LossReported]) -> LossReported:
    if opening.damage or not joined:
        return opening
    return next((each for each in joined if each.damage), opening)


def damage_by_others(opening: LossReported, joined: Sequence[LossReported]) -> tuple[DamageItem, ...] | None:
    """Return the damage of the `opening` report as the newest assessment in a joined one has it.

    When the opening report lists none, the damage is that of the first one that does. None when no joined report adds
    to what the opening one says: there is no assessment, it is assessed itself, or the assessment lists other damage.
    """
    telling = _first_with_damage(opening, joined)
    assessed = _assessed_in(telling, joined)
    damage = None if assessed is None else _items_assessed(telling.damage, assessed.damage)
    return telling.damage if damage is None and telling is not opening else damage


def _assessed_in(telling: LossReported, joined: Sequence[LossReported]) -> LossReported | None:
    """Return the newest assessed report of those that joined; None when the `telling` one is assessed itself."""
    if _is_assessed(telling):
        return None
    return max(reversed([each for each in joined if _is_assessed(each)]), key=_reported_at, default=None)


def _reported_at(report: LossReported) -> datetime:
    return report.reported_at


def _items_assessed(damage: Sequence[DamageItem], assessed: Sequence[DamageItem]) -> tuple[DamageItem, ...] | None:
    """Return the items of `damage` as they were assessed, in their order; None when `assessed` lists other damage."""
    left = list(assessed)
    found = []
    for item in damage:
        match = next((each for each in left if _repeats(each, item)), None)
        if match is None:
            return None
        left.remove(match)
        # An assessment need not say again which water did the damage.
        unsaid = {name: getattr(item, name) for name in _CAUSES if getattr(match, name) is None}
        found.append(replace(match, **unsaid))
    return None if left else tuple(found)


_CAUSES = ("route", "by_fire_or_explosion")


def _repeats(assessed: DamageItem, item: DamageItem) -> bool:
    said = ((getattr(assessed, name), getattr(item, name)) for name in _CAUSES)
    return assessed.kind is item.kind and all(None in pair or len(set(pair)) == 1 for pair in said)


def _is_assessed(report: LossReported) -> bool:
    return any(item.estimated_by is not FactSource.CUSTOMER for item in report.damage)
