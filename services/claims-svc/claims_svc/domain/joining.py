"""Claims joined and parted by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec
from msgspec.structs import replace

from claims_svc.domain.claim import Claim, open_claim
from claims_svc.domain.decision import StandingDecision
from claims_svc.domain.likeness import outline_of
from claims_svc.domain.redetermination import Change, compare
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.working_set import WorkingSet
from contracts.coverage import GroundCode, Outcome
from contracts.money import MoneyStepCode

_NOT_DENIED: Final = frozenset({MoneyStepCode.DAMAGE, MoneyStepCode.NOT_COVERED})


class Move(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is to be joined to a claim or parted from it: another claim, as decided in `other_version`, or a report.

    `withdraws`: neither; its customer told a handler that they take the claim back.
    """

    other_id: UUID | None = None
    other_version: int = 0
    report_id: UUID | None = None
    withdraws: bool = False


class Weighed(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What joining or parting does with money. `more_cents` is what would be paid besides."""

    more_cents: int
    is_against: bool


def weigh(
    working_set: WorkingSet,
    claim_id: UUID,
    *,
    claims: Mapping[UUID, Claim],
    before: Mapping[UUID, StandingDecision | None],
) -> Weighed:
    """Return what the claims of `working_set` are decided to be paid more, or less, than `before`.

    It goes against the customer when less is decided to be paid for all of them together, though nothing is clawed
    back; when the claim `claim_id` itself is decided worse; and when no claim is left with as much damage that is
    covered, or can be, as one of the `claims` had, as they were before.
    """
    decisions = working_set.changes.decisions
    after = {each: working_set.standing(each) for each in before.keys() | {each.event.claim_id for each in decisions}}
    standing, stands_now = before[claim_id], after[claim_id]
    is_worse = standing is not None and stands_now is not None and _compare(standing, stands_now) is Change.AGAINST
    had_cents = max(_open_cents(claim, before[each]) for each, claim in claims.items())
    has_cents = max(_open_cents(working_set.claim(each), standing) for each, standing in after.items())
    return Weighed(
        more_cents=sum(decision.event.money.to_pay_cents or 0 for decision in decisions),
        is_against=is_worse or has_cents < had_cents or _payable_cents(after) < _payable_cents(before),
    )


def _open_cents(claim: Claim, standing: StandingDecision | None) -> int:
    """Return the damage of a claim that is not denied: it is covered, or nobody knows yet."""
    if standing is None:
        return sum(item.amount_cents for item in claim.damage)
    steps = standing.document.verdict.money.steps
    return sum(step.amount_cents for step in steps if step.code in _NOT_DENIED)


def _compare(standing: StandingDecision, now: StandingDecision) -> Change:
    return compare(standing.document.verdict, now.document.verdict)


def _payable_cents(standing: Mapping[UUID, StandingDecision | None]) -> int:
    return sum(each.payable_cents for each in standing.values() if each is not None)


def join(working_set: WorkingSet, claim_id: UUID, *, other_id: UUID, ruling: Ruling, ruling_on_other: Ruling) -> None:
    """End another claim and let its reports join this one, with which it is decided; what was paid for it counts.

    `ruling` and `ruling_on_other` say who joined them and why. When only now reporters differ, that holds nothing back:
    who joined them says that they tell of one loss. The damage of this claim is what counts.
    """
    claim, other = working_set.follow_policy(claim_id), working_set.follow_policy(other_id)
    changes = working_set.changes
    changes.left |= {report.report_id for report in other.joined}
    changes.joined |= {report.report_id: (claim_id, report) for report in other.reports}
    together = claim.with_all_of(other, decided_before_cents=working_set.to_be_paid_cents(other_id))
    if together.reporters_differ and not claim.reporters_differ:
        ruling = replace(ruling, ground=GroundCode.REPORTERS_DIFFER, outcome=Outcome.COVERED)
    changes.rulings += [(other_id, ruling_on_other), (claim_id, ruling)]
    ended = other.ended_in(claim_id, now=working_set.now)
    # First, so that the event no longer has what that claim had of it.
    working_set.restate(replace(ended, rulings=(*ended.rulings, ruling_on_other)))
    working_set.restate(replace(together, rulings=(*together.rulings, ruling)))


def part(
    working_set: WorkingSet,
    claim_id: UUID,
    *,
    report_id: UUID,
    new_claim_id: UUID,
    ruling: Ruling,
    ruling_on_other: Ruling,
) -> UUID:
    """Let a report that joined a claim have one of its own; return that.

    It goes on with the claim that it opened once, if that was joined by hand, and with what was paid for that. Its
    claim is held for the one that it left, so that nothing is paid twice before somebody has ruled on it.
    """
    claim = working_set.follow_policy(claim_id)
    report = next(each for each in claim.joined if each.report_id == report_id)
    # From now on the rules say again whether reporters differ.
    again = replace(ruling, ground=GroundCode.REPORTERS_DIFFER)
    working_set.changes.rulings.append((claim_id, again))
    working_set.leave(claim, report_id, rulings=[again])
    left, outline = working_set.claim(claim_id), outline_of(report)
    held_for = claim_id if any(outline.is_alike(each) for each in (left.outline, *left.former)) else None
    if working_set.opened_one_that_ended(report_id):
        own_id = working_set.go_on(report, held_for=held_for, rulings=[ruling_on_other])
    else:
        own_id = new_claim_id
        opened = open_claim(report, claim_id=own_id, trace=claim.trace, now=working_set.now)
        working_set.advance(replace(opened, possible_duplicate_of=held_for, rulings=(ruling_on_other,)))
    working_set.changes.rulings.append((own_id, ruling_on_other))
    return own_id
