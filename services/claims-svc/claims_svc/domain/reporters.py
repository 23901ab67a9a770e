"""Several reports of one loss: their facts together, and whether they still tell of the same."""

from __future__ import annotations

from collections.abc import Sequence

from claims_svc.domain.likeness import outline_of
from contracts.loss_reports import LossFacts, LossReported
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
        for name in LossFacts.model_fields
    }
    return LossFacts(**{name: _together(facts) for name, facts in said.items() if facts})


def _together(facts: Sequence[Fact]) -> Fact:
    known = [fact for fact in facts if fact.value is not Truth.UNKNOWN]
    heaviest = max(known or facts, key=_weight_of)
    equals = [fact for fact in known if _weight_of(fact) == _weight_of(heaviest)]
    if any(fact.value is not heaviest.value for fact in equals):
        return Fact(value=Truth.UNKNOWN, source=heaviest.source)
    return heaviest


def _weight_of(fact: Fact) -> int:
    return _WEIGHT[fact.source]


def differ(opening: LossReported, joined: Sequence[LossReported]) -> bool:
    """Return whether a joined report no longer tells of the loss of the `opening` one: its policy, moment or damage.

    Once somebody has assessed the damage it no longer matters how customers estimated it.
    """
    outline = outline_of(opening)
    for report in joined:
        other = outline_of(report)
        if other.policy_number != outline.policy_number or not other.is_of_one_moment(outline):
            return True
        if other.damage_digest != outline.damage_digest and not (_is_assessed(opening) or _is_assessed(report)):
            return True
    return False


def _is_assessed(report: LossReported) -> bool:
    return any(item.estimated_by is not FactSource.CUSTOMER for item in report.damage)
