"""How evaluated rules become a finding: an exclusion beats a cover, and a doubt refers unless an exclusion stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from claims_svc.domain.facts import Known, ground_fact, lacks_source
from claims_svc.domain.rain import HEAVY_LOCAL_PRECIPITATION, Rain
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
    rain: Rain,
    trusted: tuple[FactSource, ...] = (),
    second_look: bool = False,
) -> Finding:
    """Return the finding on one route with every rule in it.

    Denied by an exclusion that stands. Covered by a cover that stands when no exclusion can stand any more and no rule
    refers. Else referred, with the doubts that led there. The first rule with the effect of the outcome is the
    decisive one. `second_look` marks a covered finding only.

    Source: decision record 0010, "Within a route".
    """
    outcome = _outcome(rules)
    listed = [*rules, *_doubts(rules, rain=rain, trusted=trusted)] if outcome is Outcome.REFERRED else rules
    effect = _DECIDED_BY[outcome]
    decisive = next(each for each in listed if each.effect is effect and each.stands is Truth.TRUE)
    return Finding(
        route=route,
        outcome=outcome,
        grounds=tuple(_ground(each, decisive=each is decisive) for each in listed),
        second_look=second_look and outcome is Outcome.COVERED,
    )


def weight_of(holds: Truth, *, decisive: bool) -> GroundWeight:
    if decisive:
        return GroundWeight.DECISIVE
    return _WEIGHT_OF_OTHERS[holds]


def decisive_ground(finding: Finding) -> GroundCode:
    """Return the ground that decided `finding`."""
    return next(ground.code for ground in finding.grounds if ground.weight is GroundWeight.DECISIVE)


def _outcome(rules: Sequence[Rule]) -> Outcome:
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


def _doubts(rules: Sequence[Rule], *, rain: Rain, trusted: tuple[FactSource, ...]) -> Iterator[Rule]:
    """Yield why rules could not be evaluated: rain, then facts nobody gave, then facts without a trusted source."""
    facts = dict.fromkeys(fact for each in rules if each.stands is Truth.UNKNOWN for fact in each.facts)
    missing = [fact for fact in facts if fact.value is Truth.UNKNOWN]
    unsourced = [fact for fact in facts if fact.value is Truth.TRUE and lacks_source(fact, trusted=trusted)]
    if not rain.awaited and any(fact.name == HEAVY_LOCAL_PRECIPITATION for fact in missing):
        yield refers(_RAIN_DOUBT[rain.received], holds=Truth.TRUE, facts=[rain.heavy_fact])
        missing.remove(rain.heavy_fact)
    if missing:
        yield refers(GroundCode.FACT_MISSING, holds=Truth.TRUE, facts=missing)
    if unsourced:
        yield refers(GroundCode.SOURCE_MISSING, holds=Truth.TRUE, facts=unsourced)


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
_RAIN_DOUBT = {True: GroundCode.RAINFALL_UNDETERMINED, False: GroundCode.RAINFALL_NOT_RECEIVED}
