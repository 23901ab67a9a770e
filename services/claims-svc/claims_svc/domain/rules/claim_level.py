"""The claim-level rules: insurance, reported causes, and how damage items decide the claim."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from claims_svc.domain.basis import Basis
from claims_svc.domain.insurance import InsuranceState
from claims_svc.domain.rules.items import ItemVerdict
from claims_svc.domain.rules.rule import Rule, excludes, refers, weight_of
from claims_svc.domain.truth import certain
from contracts.coverage import Finding, Ground, GroundCode, GroundEffect, Outcome
from contracts.loss_reports import DamageKind
from contracts.vocabulary import Truth

_OUTCOME_OF = {
    GroundEffect.COVERS: Outcome.COVERED,
    GroundEffect.EXCLUDES: Outcome.DENIED,
    GroundEffect.REFERS: Outcome.REFERRED,
}
_EFFECT_OF = {outcome: effect for effect, outcome in _OUTCOME_OF.items()}
_ITEM_GROUNDS = frozenset({GroundCode.COVER_NOT_CHOSEN, GroundCode.DAMAGE_NOT_ATTRIBUTED})


def claim_level_rules(basis: Basis, *, findings: Sequence[Finding]) -> tuple[Rule, ...]:
    """Return the rules that come before any finding: the first one that holds decides the claim.

    Source: domain.md, "Cover by route", last paragraph; the product's `version`.
    """
    return _claim_level_rules(
        basis.insurance.state,
        certain(holds=not basis.product_is_known),
        certain(holds=not findings),
        certain(holds=_causes_inseparable(basis)),
    )


@lru_cache(maxsize=64)
def _claim_level_rules(
    state: InsuranceState, other_product: Truth, without_route: Truth, inseparable: Truth
) -> tuple[Rule, ...]:
    unknown = certain(holds=state is InsuranceState.UNKNOWN)
    changed = certain(holds=state is InsuranceState.CHANGED_DURING_LOSS)
    return (
        refers(GroundCode.POLICY_UNKNOWN, holds=unknown, facts=()),
        excludes(GroundCode.NOT_INSURED_AT_LOSS, holds=_UNINSURED[state], facts=()),
        refers(GroundCode.TERMS_CHANGED_DURING_LOSS, holds=changed, facts=()),
        refers(GroundCode.PRODUCT_UNKNOWN, holds=other_product, facts=()),
        refers(GroundCode.NO_ROUTE_REPORTED, holds=without_route, facts=()),
        refers(GroundCode.CAUSES_INSEPARABLE, holds=inseparable, facts=()),
    )


def item_rules(items: Iterable[ItemVerdict]) -> Iterator[Rule]:
    """Yield the rules that decided items for another reason than their water (domain.md, "Damage items")."""
    for verdict in items:
        about_item = verdict.ground in _ITEM_GROUNDS
        if about_item or verdict.item.kind is DamageKind.CELLAR_PUMPING:
            code = verdict.ground if about_item else GroundCode.CELLAR_PUMPING
            yield Rule(code, _EFFECT_OF[verdict.outcome], Truth.TRUE, (), Truth.TRUE)


def decided_by(rules: Iterable[Rule]) -> Rule | None:
    """Return the rule about the claim as a whole that decides it; None when its damage items do."""
    return next((rule for rule in rules if rule.holds is Truth.TRUE), None)


def claim_outcome(rules: Sequence[Rule], *, items: Sequence[ItemVerdict]) -> tuple[Outcome, GroundCode]:
    """Return the outcome of the claim and the ground that decided.

    A claim is as doubtful as its damage: one item in doubt leaves it to a handler; a finding in doubt that no damage
    rests on holds nothing back. Without doubt it is covered as soon as one item is.

    Source: decision record 0010.
    """
    rule = decided_by(rules)
    if rule is not None:
        return _OUTCOME_OF[rule.effect], rule.code
    for outcome in (Outcome.REFERRED, Outcome.COVERED):
        for verdict in items:
            if verdict.outcome is outcome:
                return outcome, verdict.ground
    return Outcome.DENIED, items[0].ground


def grounds_of(rules: Iterable[Rule], *, outcome: Outcome, deciding: GroundCode) -> tuple[Ground, ...]:
    """Return the grounds a decision lists: the rules that hold or could not be evaluated, each kind once."""
    relevant = dict.fromkeys(rule for rule in rules if rule.holds is not Truth.FALSE)
    return tuple(
        Ground(
            code=rule.code,
            effect=rule.effect,
            holds=rule.holds,
            weight=weight_of(rule.holds, decisive=rule.code is deciding and _OUTCOME_OF[rule.effect] is outcome),
        )
        for rule in relevant
    )


def _causes_inseparable(basis: Basis) -> bool:
    """Unknown counts as inseparable: a reporter unsure whether the causes can be told apart cannot tell them apart."""
    fact = basis.facts.causes_inseparable
    return fact is not None and fact.value is not Truth.FALSE


_UNINSURED = {
    InsuranceState.INSURED: Truth.FALSE,
    InsuranceState.NOT_INSURED: Truth.TRUE,
    InsuranceState.CHANGED_DURING_LOSS: Truth.UNKNOWN,
    InsuranceState.UNKNOWN: Truth.UNKNOWN,
}
