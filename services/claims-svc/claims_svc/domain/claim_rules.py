"""The rules about a claim as a whole: its insurance, its reported causes, its damage items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from claims_svc.domain.basis import Basis
from claims_svc.domain.damage import ItemVerdict
from claims_svc.domain.insurance import InsuranceState
from claims_svc.domain.rule import Rule, excludes, refers, weight_of
from claims_svc.domain.truth import known
from contracts.claims import Finding, Ground, GroundCode, GroundEffect, Outcome
from contracts.upstream import DamageKind
from contracts.vocabulary import Truth

_OUTCOME_OF = {
    GroundEffect.COVERS: Outcome.COVERED,
    GroundEffect.EXCLUDES: Outcome.DENIED,
    GroundEffect.REFERS: Outcome.REFERRED,
}
_EFFECT_OF = {outcome: effect for effect, outcome in _OUTCOME_OF.items()}
_ABOUT_ITEMS = frozenset({GroundCode.COVER_NOT_CHOSEN, GroundCode.DAMAGE_NOT_ATTRIBUTED})


def before_the_water(basis: Basis, *, findings: Sequence[Finding]) -> tuple[Rule, ...]:
    """Return the rules that decide, the first one that holds, before any finding can."""
    return _before_the_water(
        basis.insurance.state,
        known(holds=not product_is_known(basis)),
        known(holds=not findings),
        known(holds=_causes_inseparable(basis)),
    )


@lru_cache(maxsize=64)
def _before_the_water(
    state: InsuranceState, other_product: Truth, without_route: Truth, inseparable: Truth
) -> tuple[Rule, ...]:
    unknown = known(holds=state is InsuranceState.UNKNOWN)
    changed = known(holds=state is InsuranceState.CHANGED_DURING_LOSS)
    return (
        refers(GroundCode.POLICY_UNKNOWN, holds=unknown, facts=()),
        excludes(GroundCode.NOT_INSURED_AT_LOSS, holds=_UNINSURED[state], facts=()),
        refers(GroundCode.TERMS_CHANGED_DURING_LOSS, holds=changed, facts=()),
        refers(GroundCode.PRODUCT_UNKNOWN, holds=other_product, facts=()),
        refers(GroundCode.NO_ROUTE_REPORTED, holds=without_route, facts=()),
        refers(GroundCode.CAUSES_INSEPARABLE, holds=inseparable, facts=()),
    )


def product_is_known(basis: Basis) -> bool:
    """Return whether the parameters applied are those of the policy's own product."""
    terms = basis.insurance.terms
    return terms is None or terms.product_version == basis.product.version


def about_items(items: Iterable[ItemVerdict]) -> Iterator[Rule]:
    """Return the rules that decided on items apart from their water."""
    for verdict in items:
        pumping = verdict.item.kind is DamageKind.CELLAR_PUMPING
        if pumping or verdict.ground in _ABOUT_ITEMS:
            code = GroundCode.CELLAR_PUMPING if verdict.ground not in _ABOUT_ITEMS else verdict.ground
            yield Rule(code, _EFFECT_OF[verdict.outcome], Truth.TRUE, (), Truth.TRUE)


def decision(rules: Iterable[Rule], *, items: Sequence[ItemVerdict]) -> tuple[Outcome, GroundCode]:
    """Return the outcome of the claim and the ground that decided.

    A claim is as doubtful as its damage: one item in doubt leaves it to a handler; a finding in doubt that no damage
    rests on holds nothing back. Without doubt it is covered as soon as one item is.
    """
    for rule in rules:
        if rule.holds is Truth.TRUE:
            return _OUTCOME_OF[rule.effect], rule.code
    for outcome in (Outcome.REFERRED, Outcome.COVERED):
        for verdict in items:
            if verdict.outcome is outcome:
                return outcome, verdict.ground
    return Outcome.DENIED, items[0].ground


def listed(rules: Iterable[Rule], *, outcome: Outcome, deciding: GroundCode) -> tuple[Ground, ...]:
    """Return the rules that hold or could not be told, each kind once."""
    telling = dict.fromkeys(rule for rule in rules if rule.holds is not Truth.FALSE)
    return tuple(
        Ground(
            code=rule.code,
            effect=rule.effect,
            holds=rule.holds,
            weight=weight_of(rule.holds, decisive=rule.code is deciding and _OUTCOME_OF[rule.effect] is outcome),
        )
        for rule in telling
    )


def _causes_inseparable(basis: Basis) -> bool:
    """Who says that nobody knows whether the causes can be told apart cannot tell them apart."""
    fact = basis.facts.causes_inseparable
    return fact is not None and fact.value is not Truth.FALSE


_UNINSURED = {
    InsuranceState.INSURED: Truth.FALSE,
    InsuranceState.NOT_INSURED: Truth.TRUE,
    InsuranceState.CHANGED_DURING_LOSS: Truth.UNKNOWN,
    InsuranceState.UNKNOWN: Truth.UNKNOWN,
}
