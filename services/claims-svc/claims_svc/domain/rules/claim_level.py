"""The claim-level rules: insurance, reports, reported causes, and how damage items decide the claim."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from claims_svc.domain.basis import Basis
from claims_svc.domain.dutch_time import dutch_day
from claims_svc.domain.insurance import InsuranceState
from claims_svc.domain.rules.items import ItemVerdict, deny_any_damage
from claims_svc.domain.rules.rule import Rule, decisive_ground, excludes, refers, weight_of
from claims_svc.domain.truth import certain
from contracts.coverage import DecidedItem, Finding, Ground, GroundCode, GroundEffect, Outcome
from contracts.loss_reports import DamageKind
from contracts.vocabulary import Truth

_OUTCOME_OF = {
    GroundEffect.COVERS: Outcome.COVERED,
    GroundEffect.EXCLUDES: Outcome.DENIED,
    GroundEffect.REFERS: Outcome.REFERRED,
    GroundEffect.ENDS: Outcome.WITHDRAWN,
}
_EFFECT_OF = {outcome: effect for effect, outcome in _OUTCOME_OF.items()}
_ITEM_GROUNDS = frozenset(
    {
        GroundCode.COVER_NOT_CHOSEN,
        GroundCode.DAMAGE_NOT_ATTRIBUTED,
        GroundCode.EXCLUDED_FLOOD_WITH_OTHER_WATER,
        GroundCode.SECOND_LOOK,
        GroundCode.HANDLER_COVERS,
        GroundCode.HANDLER_DENIES,
    }
)


def claim_level_rules(
    basis: Basis, *, findings: Sequence[Finding], items: Sequence[ItemVerdict], statement_turned: bool
) -> tuple[Rule, ...]:
    """Return the rules that come before any finding and do not plainly fail: the first that holds decides the claim.

    `statement_turned`: the customer's own earlier statement turned round, and with it the outcome in their favour.
    That no water is known is a doubt only where `items` are not denied whichever it was, and that no damage is known
    only where `findings` do not deny all of it.

    Source: domain.md, "When the machine must not decide alone"; decision records 0027 and 0063; the product's `version`
    and `reported_within_years`.
    """
    return _claim_level_rules(
        _ClaimFacts(
            basis.insurance.state,
            joined=basis.joined_to is not None,
            withdrawn=basis.withdrawn_at is not None and basis.joined_to is None,
            other_product=not basis.product_is_known,
            reported_late=_reported_late(basis),
            possible_duplicate=basis.possible_duplicate_of is not None,
            reporters_differ=basis.reporters_differ,
            statement_turned=statement_turned,
            without_route=not (findings or items),
            without_damage=not (basis.damage or deny_any_damage(findings)),
            inseparable=_causes_inseparable(basis),
        )
    )


class _ClaimFacts(NamedTuple):
    insurance: InsuranceState
    joined: bool
    withdrawn: bool
    other_product: bool
    reported_late: bool
    possible_duplicate: bool
    reporters_differ: bool
    statement_turned: bool
    without_route: bool
    without_damage: bool
    inseparable: bool


@lru_cache(maxsize=128)
def _claim_level_rules(facts: _ClaimFacts) -> tuple[Rule, ...]:
    rules = (
        _ends(GroundCode.JOINED, holds=facts.joined),
        _ends(GroundCode.WITHDRAWN, holds=facts.withdrawn),
        _refers(GroundCode.POLICY_UNKNOWN, holds=facts.insurance is InsuranceState.UNKNOWN),
        _refers(GroundCode.PRODUCT_UNKNOWN, holds=facts.other_product),
        # What makes the report itself doubtful comes before a denial, which would rest on it.
        _refers(GroundCode.REPORTED_LATE, holds=facts.reported_late),
        _refers(GroundCode.POSSIBLE_DUPLICATE, holds=facts.possible_duplicate),
        _refers(GroundCode.REPORTERS_DIFFER, holds=facts.reporters_differ),
        _refers(GroundCode.STATEMENT_TURNED, holds=facts.statement_turned),
        excludes(GroundCode.NOT_INSURED_AT_LOSS, holds=_UNINSURED[facts.insurance], facts=()),
        _refers(GroundCode.TERMS_CHANGED_DURING_LOSS, holds=facts.insurance is InsuranceState.CHANGED_DURING_LOSS),
        _refers(GroundCode.NO_ROUTE_REPORTED, holds=facts.without_route),
        _refers(GroundCode.DAMAGE_NOT_REPORTED, holds=facts.without_damage),
        _refers(GroundCode.CAUSES_INSEPARABLE, holds=facts.inseparable),
    )
    return tuple(rule for rule in rules if rule.holds is not Truth.FALSE)


def _ends(code: GroundCode, *, holds: bool) -> Rule:
    truth = certain(holds=holds)
    return Rule(code, GroundEffect.ENDS, truth, (), truth)


def _refers(code: GroundCode, *, holds: bool) -> Rule:
    return refers(code, holds=certain(holds=holds), facts=())


def item_rules(items: Iterable[ItemVerdict]) -> Iterator[Rule]:
    """Yield the rules that decided items for another reason than their cause (domain.md, "Damage items")."""
    for verdict in items:
        about_item = verdict.ground in _ITEM_GROUNDS
        if about_item or verdict.item.kind is DamageKind.CELLAR_PUMPING:
            code = verdict.ground if about_item else GroundCode.CELLAR_PUMPING
            yield Rule(code, _EFFECT_OF[verdict.outcome], Truth.TRUE, (), Truth.TRUE)


def decided_by(rules: Iterable[Rule]) -> tuple[Outcome, GroundCode] | None:
    """Return what the rules about the claim as a whole decide, and on which ground; None when its items decide."""
    rule = next((rule for rule in rules if rule.stands is Truth.TRUE), None)
    return None if rule is None else (_OUTCOME_OF[rule.effect], rule.code)


def decided_by_items(items: Sequence[DecidedItem], *, findings: Sequence[Finding]) -> tuple[Outcome, GroundCode]:
    """Return the outcome of the claim and the ground that decided.

    A claim is as doubtful as its damage: one item in doubt leaves it to a handler; a finding in doubt that no damage
    rests on holds nothing back. Without doubt it is covered as soon as one item is. Without items, `findings` deny all
    that can have been damaged.

    Source: decision record 0010.
    """
    for outcome in (Outcome.REFERRED, Outcome.COVERED):
        for item in items:
            if item.outcome is outcome:
                return outcome, item.ground
    return Outcome.DENIED, items[0].ground if items else decisive_ground(findings[0])


def grounds_of(rules: Iterable[Rule], *, outcome: Outcome, deciding: GroundCode) -> tuple[Ground, ...]:
    """Return the grounds a decision lists, of rules that hold or could not be evaluated: each kind once."""
    return tuple(
        Ground(
            code=rule.code,
            effect=rule.effect,
            holds=rule.holds,
            weight=weight_of(rule.holds, decisive=rule.code is deciding and _OUTCOME_OF[rule.effect] is outcome),
        )
        for rule in dict.fromkeys(rules)
    )


def _reported_late(basis: Basis) -> bool:
    """Return whether the report came more than the product's years after the loss, by Dutch calendar days."""
    # Nearly all come within them whatever the calendar says: a year has no fewer days, and clocks differ by hours.
    if basis.reported_at - basis.loss.until_at < _DAYS_OF_A_YEAR * basis.product.reported_within_years - _TWO_DAYS:
        return False
    last_day = _years_later(dutch_day(basis.loss.until_at), years=basis.product.reported_within_years)
    return dutch_day(basis.reported_at) > last_day


def _years_later(day: date, *, years: int) -> date:
    """Return the day with the same number; 29 February becomes 28, as terms end in law (Regulation 1182/71)."""
    year = day.year + years
    is_leap_day = (day.month, day.day) == (2, 29) and not isleap(year)
    return day.replace(year=year, day=28 if is_leap_day else day.day)


def _causes_inseparable(basis: Basis) -> bool:
    """Unknown counts as inseparable: a reporter unsure whether the causes can be told apart cannot tell them apart."""
    fact = basis.facts.causes_inseparable
    return fact is not None and fact.value is not Truth.FALSE


_DAYS_OF_A_YEAR, _TWO_DAYS = timedelta(days=365), timedelta(days=2)
_UNINSURED = {
    InsuranceState.INSURED: Truth.FALSE,
    InsuranceState.NOT_INSURED: Truth.TRUE,
    InsuranceState.CHANGED_DURING_LOSS: Truth.UNKNOWN,
    InsuranceState.UNKNOWN: Truth.UNKNOWN,
}
