"""How evaluated rules become a finding: an exclusion beats a cover, and a doubt refers unless an exclusion stands."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from claims_svc.domain.facts import Known, ground_fact, lacks_source
from claims_svc.domain.truth import all_of, any_of, negation
from contracts.coverage import Finding, Ground, GroundCode, GroundEffect, GroundWeight, Outcome
from contracts.vocabulary import FactSource, Truth, WaterRoute


class Rule(NamedTuple):
    """One evaluated rule. `stands` differs from `holds` when a write-back undoes an exclusion."""

    code: GroundCode
    effect: GroundEffect
    holds: Truth
    facts: tuple[Known, ...]
    stands: Truth


def covers(code: GroundCode, *, holds: Truth, facts: Sequence[Known]) -> Rule:
    return Rule(code, GroundEffect.COVERS, holds, tuple(facts), holds)


def excludes(code: GroundCode, *, holds: Truth, facts: Sequence[Known], unless: Truth = Truth.FALSE) -> Rule:
    """Return a rule that excludes when it holds, `unless` a write-back undoes it."""
    stands = holds if unless is Truth.FALSE else all_of(holds, negation(unless))
    return Rule(code, GroundEffect.EXCLUDES, holds, tuple(facts), stands)


def refers(code: GroundCode, *, holds: Truth, facts: Sequence[Known]) -> Rule:
    """Return a rule that leaves the verdict to a handler when it holds."""
    return Rule(code, GroundEffect.REFERS, holds, tuple(facts), holds)


def conclude(
    route: WaterRoute,
    *,
    rules: Sequence[Rule],
    trusted: tuple[FactSource, ...] = (),
    second_look: bool = False,
    by_fire: bool = False,
) -> Finding:
    """Return the finding on one route with every rule in it.

    Denied by an exclusion that stands. Covered by a cover that stands when no exclusion can stand any more and no rule
    refers. Else referred, with the doubts that led there. The first rule with the effect of the outcome is the
    decisive one. `second_look` marks a covered finding only.

    Source: decision record 0010, "Within a route".
    """
    outcome = outcome_of(rules)
    listed = [*rules, *_doubts(rules, trusted=trusted)] if outcome is Outcome.REFERRED else rules
    effect = _DECIDED_BY[outcome]
    decisive = next(each for each in listed if each.effect is effect and each.stands is Truth.TRUE)
    return Finding(
        route=route,
        outcome=outcome,
        grounds=tuple(_ground(each, decisive=each is decisive) for each in listed),
        second_look=second_look and outcome is Outcome.COVERED,
        by_fire=by_fire,
    )


def weight_of(holds: Truth, *, decisive: bool) -> GroundWeight:
    if decisive:
        return GroundWeight.DECISIVE
    return _WEIGHT_OF_OTHERS[holds]


def decisive_ground(finding: Finding) -> GroundCode:
    """Return the ground that decided `finding`."""
    return next(ground.code for ground in finding.grounds if ground.weight is GroundWeight.DECISIVE)


def covering_grounds(finding: Finding) -> tuple[GroundCode, ...]:
    """Return every ground that covers and holds; an exclusion can overrule them."""
    return tuple(
        ground.code for ground in finding.grounds if ground.effect is GroundEffect.COVERS and ground.holds is Truth.TRUE
    )


def outcome_of(rules: Sequence[Rule]) -> Outcome:
    """Return the outcome of the rules of one route (decision record 0010, "Within a route")."""
    excluded = _strongest(rules, effect=GroundEffect.EXCLUDES)
    if excluded is Truth.TRUE:
        return Outcome.DENIED
    referred = _strongest(rules, effect=GroundEffect.REFERS)
    if excluded is Truth.UNKNOWN or referred is not Truth.FALSE:
        return Outcome.REFERRED
    covered = _strongest(rules, effect=GroundEffect.COVERS)
    return Outcome.COVERED if covered is Truth.TRUE else Outcome.REFERRED


def _strongest(rules: Sequence[Rule], *, effect: GroundEffect) -> Truth:
    return any_of(*(each.stands for each in rules if each.effect is effect))


def _doubts(rules: Sequence[Rule], *, trusted: tuple[FactSource, ...]) -> Iterator[Rule]:
    """Yield why rules could not be evaluated, first what somebody can still tell.

    Facts nobody gave come before facts without a trusted source, and rain that will stay unknown comes last.
    """
    not_reached = [each for each in rules if each.stands is Truth.UNKNOWN]
    excluding = [each for each in not_reached if each.effect is GroundEffect.EXCLUDES]
    unknown = [fact for fact in _facts_of(not_reached) if fact.value is Truth.UNKNOWN]
    unsourced = [
        fact for fact in _facts_of(excluding) if fact.value is Truth.TRUE and lacks_source(fact, trusted=trusted)
    ]
    missing = [fact for fact in unknown if fact.doubt is None]
    if missing:
        yield refers(GroundCode.FACT_MISSING, holds=Truth.TRUE, facts=missing)
    if unsourced:
        yield refers(GroundCode.SOURCE_MISSING, holds=Truth.TRUE, facts=unsourced)
    for fact in unknown:
        if fact.doubt is not None:
            yield refers(fact.doubt, holds=Truth.TRUE, facts=[fact])


def _facts_of(rules: Sequence[Rule]) -> Iterable[Known]:
    return dict.fromkeys(fact for each in rules for fact in each.facts)


def _ground(rule: Rule, *, decisive: bool) -> Ground:
    return Ground(
        code=rule.code,
        effect=rule.effect,
        holds=rule.holds,
        weight=weight_of(rule.holds, decisive=decisive),
        facts=tuple(ground_fact(fact) for fact in rule.facts),
    )


_DECIDED_BY = {
    Outcome.COVERED: GroundEffect.COVERS,
    Outcome.DENIED: GroundEffect.EXCLUDES,
    Outcome.REFERRED: GroundEffect.REFERS,
}
_WEIGHT_OF_OTHERS = {
    Truth.TRUE: GroundWeight.CONTRIBUTORY,
    Truth.FALSE: GroundWeight.DOES_NOT_HOLD,
    Truth.UNKNOWN: GroundWeight.NOT_REACHED,
}
