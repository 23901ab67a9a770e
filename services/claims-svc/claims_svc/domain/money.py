"""From damage to payment, item by item, in whole euro cents. `deductible.py` computes what events bear."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

import msgspec
from msgspec.structs import replace

from claims_svc.domain.basis import Basis
from claims_svc.domain.deductible import ChargedTo, Damage, Deductible, deductibles_of, perils_of
from claims_svc.domain.rain import Rain
from claims_svc.domain.rules.items import ItemVerdict
from contracts.coverage import DecidedItem, Finding, GroundCode, Outcome
from contracts.money import EventDeductible, Money, MoneyStep, MoneyStepCode
from contracts.vocabulary import FactSource, PerilFamily


class _Account(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The money of a claim whose items can be told apart, or are taken to be of one family where they cannot.

    `when_assessed` is what the claim would bear when the estimates that await an assessment prove right.
    """

    items: tuple[DecidedItem, ...]
    deductibles: tuple[EventDeductible, ...]
    when_assessed: tuple[EventDeductible, ...]

    # Lists are summed here and below: over one or two items a generator costs more than what it goes through.
    @property
    def payable_cents(self) -> int:
        paid = sum([item.amount_cents for item in self.items if _step_of(item) is None])
        return paid - _borne_cents(self.deductibles)

    @property
    def payable_when_assessed_cents(self) -> int:
        covered = sum([item.amount_cents for item in self.items if item.family is not None])
        return covered - _borne_cents(self.when_assessed)


def money_of(
    basis: Basis,
    *,
    items: Sequence[ItemVerdict],
    findings: Sequence[Finding],
    rain: Rain,
    claim_level: Outcome | None,
) -> tuple[Money, tuple[DecidedItem, ...]]:
    """Return the money of a claim and its items as decided.

    `claim_level` is the outcome when a rule about the claim as a whole decided, None when its items did: then no item
    is decided by itself. Covered damage is paid in full, without regard to the value insured. Damage that could be of
    either family is taken to be of the one that pays more in the end, even if that one awaits an assessment.

    Source: domain.md, "Money"; decision record 0028.
    """
    if claim_level is not None:
        damage_cents = sum(item.amount_cents for item in basis.damage)
        taken_off = {_STEP_OF[claim_level]: damage_cents}
        payable_cents = None if claim_level is Outcome.REFERRED else 0
        return _money(basis, damage_cents=damage_cents, taken_off=taken_off, payable_cents=payable_cents), ()
    perils = [perils_of(item, findings=findings, rain=rain) for item in items]
    tied = any(len(each) > 1 for each in perils) or any(use.either_cents for use in basis.event_uses)
    if tied:
        accounts = [_account(basis, items=items, perils=perils, either=either) for either in _FAMILIES]
        best = max(accounts, key=lambda account: (account.payable_when_assessed_cents, account.payable_cents))
    else:
        best = _account(basis, items=items, perils=perils, either=None)
    return _money_of_account(basis, best), best.items


def _account(
    basis: Basis,
    *,
    items: Sequence[ItemVerdict],
    perils: Sequence[Mapping[PerilFamily, ChargedTo]],
    either: PerilFamily | None,
) -> _Account:
    others = {use.family: use for use in basis.event_uses} if basis.event_uses else {}
    charged = [_chosen(each, either) for each in perils]
    estimated_cents = {family: use.estimated_cents for family, use in others.items()} if others else {}
    for verdict, peril in zip(items, charged, strict=True):
        if peril is not None and verdict.item.estimated_by is FactSource.CUSTOMER:
            estimated_cents[peril.family] = estimated_cents.get(peril.family, 0) + verdict.item.amount_cents
    above_limit: set[PerilFamily] = set()
    for family, cents in estimated_cents.items():
        if cents > basis.product.customer_estimate_limit_cents:
            above_limit.add(family)
    decided = [
        _decided(
            verdict,
            peril,
            either_family=len(each) > 1,
            awaits_assessment=peril is not None
            and peril.family in above_limit
            and verdict.item.estimated_by is FactSource.CUSTOMER,
        )
        for verdict, peril, each in zip(items, charged, perils, strict=True)
    ]
    terms = basis.insurance.terms
    deductible = Deductible(
        0 if terms is None else terms.deductible_cents, basis.product.weather_deductible_minimum_cents
    )
    borne = partial(deductibles_of, others=others, either=either, deductible=deductible)
    at_once = borne(_damage(item for item in decided if not item.awaits_assessment))
    if not above_limit:
        return _Account(items=tuple(decided), deductibles=at_once, when_assessed=at_once)
    in_all = _damage(decided)
    when_assessed = borne(in_all)
    # A family whose damage all awaits bears nothing yet, and its deductible is known already.
    awaiting = borne({family: Damage() for family in in_all})
    known = {each.family: each for each in (*awaiting, *at_once)}
    deductibles = tuple(replace(known[each.family], minimum_cents=each.minimum_cents) for each in when_assessed)
    return _Account(items=tuple(decided), deductibles=deductibles, when_assessed=when_assessed)


def _chosen(perils: Mapping[PerilFamily, ChargedTo], either: PerilFamily | None) -> ChargedTo | None:
    if either is not None and either in perils:
        return perils[either]
    return next(iter(perils.values()), None)


def _decided(
    verdict: ItemVerdict, charged_to: ChargedTo | None, *, either_family: bool, awaits_assessment: bool
) -> DecidedItem:
    item = verdict.item
    return DecidedItem(
        kind=item.kind,
        amount_cents=item.amount_cents,
        estimated_by=item.estimated_by,
        route=item.route,
        outcome=verdict.outcome,
        ground=charged_to.ground if charged_to and verdict.ground is not GroundCode.HANDLER_COVERS else verdict.ground,
        awaits_assessment=awaits_assessment,
        family=charged_to.family if charged_to else None,
        rests_on_heavy_weather=charged_to is not None and charged_to.heavy,
        either_family=either_family,
    )


def _damage(items: Iterable[DecidedItem]) -> Mapping[PerilFamily, Damage]:
    damage: dict[PerilFamily, Damage] = {}
    for item in items:
        if item.family is not None:
            covered_cents, heavy_cents = damage.get(item.family, (0, 0))
            damage[item.family] = Damage(
                covered_cents + item.amount_cents,
                heavy_cents + (item.amount_cents if item.rests_on_heavy_weather else 0),
            )
    return damage


def _step_of(item: DecidedItem) -> MoneyStepCode | None:
    """Return the step that takes this item off the damage; None when it is paid."""
    return MoneyStepCode.AWAITING_ASSESSMENT if item.awaits_assessment else _STEP_OF[item.outcome]


def _money_of_account(basis: Basis, account: _Account) -> Money:
    taken_off: dict[MoneyStepCode | None, int] = {}
    for item in account.items:
        step = _step_of(item)
        taken_off[step] = taken_off.get(step, 0) + item.amount_cents
    in_doubt = MoneyStepCode.UNDECIDED in taken_off or MoneyStepCode.AWAITING_ASSESSMENT in taken_off
    return _money(
        basis,
        damage_cents=sum(taken_off.values()),
        taken_off=taken_off,
        payable_cents=None if in_doubt and None not in taken_off else account.payable_cents,
        deductibles=account.deductibles,
    )


def _money(
    basis: Basis,
    *,
    damage_cents: int,
    taken_off: Mapping[MoneyStepCode | None, int],
    payable_cents: int | None,
    deductibles: tuple[EventDeductible, ...] = (),
) -> Money:
    steps = [MoneyStep(code=MoneyStepCode.DAMAGE, amount_cents=damage_cents)]
    steps += [MoneyStep(code=code, amount_cents=-taken_off[code]) for code in _TAKEN_OFF if taken_off.get(code)]
    if deductibles and (borne_cents := _borne_cents(deductibles)):
        steps.append(MoneyStep(code=MoneyStepCode.DEDUCTIBLE, amount_cents=-borne_cents))
    before_cents = basis.decided_before_cents
    return Money(
        steps=tuple(steps),
        payable_cents=payable_cents,
        awaits_assessment=MoneyStepCode.AWAITING_ASSESSMENT in taken_off,
        deductibles=deductibles,
        decided_before_cents=before_cents,
        to_pay_cents=None if payable_cents is None else max(0, payable_cents - before_cents),
    )


def _borne_cents(deductibles: Sequence[EventDeductible]) -> int:
    return sum([deductible.borne_cents for deductible in deductibles])


_FAMILIES = (PerilFamily.RAIN, PerilFamily.FLOOD)
"""In the order in which damage is taken to be of them when that makes no difference to what is paid."""
_TAKEN_OFF = (MoneyStepCode.NOT_COVERED, MoneyStepCode.UNDECIDED, MoneyStepCode.AWAITING_ASSESSMENT)
_STEP_OF = {
    Outcome.COVERED: None,
    Outcome.DENIED: MoneyStepCode.NOT_COVERED,
    Outcome.REFERRED: MoneyStepCode.UNDECIDED,
    Outcome.WITHDRAWN: MoneyStepCode.NOT_COVERED,
}
