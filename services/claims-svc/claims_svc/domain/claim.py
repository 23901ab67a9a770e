"""One claim as this service keeps it, from the report to the standing decision."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from uuid import UUID

import msgspec
from msgspec.structs import replace

from claims_svc.domain.basis import EarlierStatement
from claims_svc.domain.likeness import Outline, outline_of
from claims_svc.domain.reporters import damage_by_others, differ, facts_together, outline_together
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.statement import Statement, earlier_of, statement_of
from claims_svc.domain.supplement import Supplement, completed
from contracts.loss_reports import LOSS_AFTER_REPORT_TOLERANCE, DamageItem, LossFacts, LossReported
from contracts.weather import RainfallAssessed

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Douglas Crockford's base 32: no I, L, O or U, which people mistake for something else."""
_CROCKFORD_PAIRS = tuple(first + second for first in _CROCKFORD for second in _CROCKFORD)
"""Ten bits at a time: five look-ups a reference, not ten."""
_REFERENCE_SHIFTS = range(40, -1, -10)

MOST_REPORTS = 20
"""More reports of one loss than people send. Each event about a claim reads all of them, so a portal that sends one
again and again under new ids must not make them thousands."""


class ClaimState(StrEnum):
    """The state of a claim. Later evidence can return it to a wait; its decision stands meanwhile."""

    REPORTED = "reported"
    """Opened in this unit of work; never stored."""
    WAITING_FOR_POLICY = "waiting_for_policy"
    WAITING_FOR_RAINFALL = "waiting_for_rainfall"
    DECIDED = "decided"
    WAITING_FOR_ANSWER = "waiting_for_answer"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"


class Claim(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One claim. `trace` is the W3C trace context of the report that opened it.

    `outline` is that report's, with the damage of another one where it lists none. `former` are all others that any of
    its reports ever had: what a claim was about once, no other claim is paid for. `joined` are other reports of the
    same loss, in the order in which they joined. `statement` is what customers said first; None as long as nobody has
    said anything else. `possible_duplicate_of` is another claim that can be about the same damage; while there is one a
    handler decides.
    `joined_to` is the claim to which somebody joined this one by hand; it has ended then, at `withdrawn_at`.
    `brought_cents` is what was decided to be paid for claims joined to this one since its newest decision, less what
    was for such as were parted from it.
    `policy_version` is the version of its policy under which it was advanced last; 0: the policy was unknown.
    `sent` is the report as it was sent when `supplements` have completed it since; None: it is `report`. `rulings` are
    what handlers decided by hand. `asked` are the questions that were ever asked of the reporter, by their codes, and
    `asked_at` is when the rules asked one of them last.
    `request_version` and `question_digest` are those of the question about rain last asked; 0 and None: never asked.
    `rainfall` is the newest answer about rain, to whichever question. `waits_until` is when a claim that waits is to be
    decided without what it waits for. `claim_version` is that of the standing decision; 0: none yet.
    """

    claim_id: UUID
    claim_reference: str
    report: LossReported
    outline: Outline
    trace: str | None
    opened_at: datetime
    former: tuple[Outline, ...] = ()
    joined: tuple[LossReported, ...] = ()
    sent: LossReported | None = None
    supplements: tuple[Supplement, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    withdrawn_at: datetime | None = None
    joined_to: UUID | None = None
    brought_cents: int = 0
    asked: tuple[str, ...] = ()
    asked_at: datetime | None = None
    statement: Statement | None = None
    possible_duplicate_of: UUID | None = None
    state: ClaimState = ClaimState.REPORTED
    policy_wait_over: bool = False
    rainfall_wait_over: bool = False
    answer_wait_over: bool = False
    policy_version: int = 0
    request_version: int = 0
    question_digest: UUID | None = None
    rainfall: RainfallAssessed | None = None
    waits_until: datetime | None = None
    claim_version: int = 0

    @property
    def reports(self) -> tuple[LossReported, ...]:
        """All reports of the loss, the one that opened the claim first."""
        return (self.report, *self.joined)

    @property
    def facts(self) -> LossFacts:
        """What all reports say together."""
        return facts_together(self.reports)

    @property
    def not_known(self) -> frozenset[str]:
        """The codes of questions about water and damage that were answered so, since damage was listed last."""
        codes: frozenset[str] = frozenset()
        for each in self.supplements:
            codes = (frozenset() if each.damage else codes) | frozenset(each.not_known)
        return codes

    @property
    def assessed(self) -> tuple[DamageItem, ...] | None:
        """The damage as a report that joined lists or assesses it; None where none does."""
        return damage_by_others(self.report, self.joined) if self.joined else None

    @property
    def damage(self) -> tuple[DamageItem, ...]:
        """The damage as it is told now."""
        return self.report.damage if self.assessed is None else self.assessed

    @property
    def earlier(self) -> EarlierStatement | None:
        """What customers said otherwise before; None when nothing turned."""
        if self.statement is None:
            return None
        return earlier_of(self.statement, reports=self.reports, facts=self.facts)

    @property
    def reporters_differ(self) -> bool:
        """Whether joined reports no longer tell of the same loss."""
        return bool(self.joined) and differ(self.report, self.joined)

    @property
    def can_be_joined(self) -> bool:
        """Whether another report of its loss becomes one of it: not of one taken back, which decides nothing."""
        return self.withdrawn_at is None and len(self.joined) + 1 < MOST_REPORTS

    @property
    def reported_at(self) -> datetime:
        """When the loss was reported first. One that now lies later than that report was reported by its correction."""
        if (
            self.statement is None
            or self.statement.reported_at < self.report.loss.until_at - LOSS_AFTER_REPORT_TOLERANCE
        ):
            return self.report.reported_at
        return self.statement.reported_at

    def decided_before_cents(self, to_be_paid_cents: int) -> int:
        """Return what was decided to be paid before, where the standing decision and those before it come to that."""
        return max(0, to_be_paid_cents + self.brought_cents)

    def with_all_of(self, other: Claim, *, decided_before_cents: int) -> Claim:
        """Return the claim with the reports of another one that is about the same loss; what was paid for it counts."""
        joined: Claim = self
        for report in other.reports:
            joined = joined.joined_by(report)
        former = joined.former
        for outline in (*other.former, other.outline):
            former = former if outline == joined.outline else _with(former, outline)
        held_for = [
            each
            for each in (self.possible_duplicate_of, other.possible_duplicate_of)
            if each not in {None, self.claim_id, other.claim_id}
        ]
        return replace(
            joined,
            former=former,
            possible_duplicate_of=held_for[0] if held_for else None,
            brought_cents=joined.brought_cents + decided_before_cents,
        )

    def ended_in(self, other: UUID, *, now: datetime) -> Claim:
        """Return the claim as it ends when all its reports go to another one; it keeps the one that opened it."""
        outline = outline_together(self.report, ())
        return replace(self, joined=(), outline=outline, joined_to=other, withdrawn_at=now)

    def corrected_by(self, report: LossReported, *, possible_duplicate_of: UUID | None, settled: bool = False) -> Claim:
        """Return the claim with a newer version of the report that opened it.

        What was told since the report was sent completes the newer version as well. `settled`: the standing decision
        pays, covers or denies, under a known policy.
        """
        sent = report if self.supplements else None
        report = completed(report, self.supplements)
        statement = self._first_statement().corrected_by(report)
        if settled and statement.policy_number is None and report.policy_number != self.report.policy_number:
            statement = replace(statement, policy_number=self.report.policy_number)
        outline = outline_together(report, self.joined)
        # Who calls the same damage another kind does not make it other damage.
        held = self.possible_duplicate_of if statement.is_of_other_damage_than(report) else None
        return replace(
            self,
            report=report,
            sent=sent,
            outline=outline,
            former=self._former_once(outline),
            statement=statement,
            possible_duplicate_of=possible_duplicate_of or held,
            policy_wait_over=self.policy_wait_over and report.policy_number == self.report.policy_number,
        )

    def supplemented_by(self, supplement: Supplement, *, possible_duplicate_of: UUID | None) -> Claim:
        """Return the claim with what was told about its loss."""
        supplemented = replace(self, supplements=(*self.supplements, supplement))
        return supplemented.corrected_by(self.sent or self.report, possible_duplicate_of=possible_duplicate_of)

    def joined_by(self, report: LossReported) -> Claim:
        """Return the claim with another report of its loss, or with a newer version of one that had joined it."""
        if any(each.report_id == report.report_id for each in self.joined):
            joined = tuple(report if each.report_id == report.report_id else each for each in self.joined)
        else:
            joined = (*self.joined, report)
        outline = outline_together(self.report, joined)
        told = outline_of(report)
        former = self._former_once(outline)
        return replace(
            self,
            outline=outline,
            former=former if told == outline else _with(former, told),
            joined=joined,
            statement=self._first_statement().with_more(report),
        )

    def left_by(self, report_id: UUID) -> Claim:
        """Return the claim without a report that turned out to be about another loss."""
        joined = tuple(each for each in self.joined if each.report_id != report_id)
        outline = outline_together(self.report, joined)
        return replace(self, joined=joined, outline=outline, former=self._former_once(outline))

    def outline_corrected_by(self, report: LossReported) -> Outline:
        """Return what the claim is about with a newer version of the report that opened it."""
        return outline_together(completed(report, self.supplements), self.joined)

    def outline_supplemented_by(self, supplement: Supplement) -> Outline:
        """Return what the claim is about once that is told of its loss."""
        return outline_together(completed(self.sent or self.report, (*self.supplements, supplement)), self.joined)

    def _former_once(self, outline: Outline) -> tuple[Outline, ...]:
        """Return what the claim was about before when it is about `outline` from now on."""
        return self.former if outline == self.outline else _with(self.former, self.outline)

    def _first_statement(self) -> Statement:
        return self.statement or statement_of(self.reports)


def _with(former: tuple[Outline, ...], outline: Outline) -> tuple[Outline, ...]:
    # For a loss without damage nothing was ever paid.
    return former if outline in former or not outline.damage_kinds else (*former, outline)


def open_claim(report: LossReported, *, claim_id: UUID, trace: str | None, now: datetime) -> Claim:
    """Return the claim that `report` opens; everything published about it continues `trace`."""
    return Claim(
        claim_id=claim_id,
        claim_reference=claim_reference(claim_id),
        report=report,
        outline=outline_of(report),
        trace=trace,
        opened_at=now,
    )


def claim_reference(claim_id: UUID) -> str:
    """Return the reference people use: W and ten letters or digits that are not mistaken for one another.

    Fifty bits can collide: the database holds references unique, and a claim that is retried gets another id.
    """
    number = int.from_bytes(blake2b(claim_id.bytes, digest_size=8).digest(), "big")
    return "W" + "".join([_CROCKFORD_PAIRS[number >> shift & 1023] for shift in _REFERENCE_SHIFTS])
