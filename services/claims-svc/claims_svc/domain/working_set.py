"""The claims that one unit of work touches, in memory: events are applied one after the other between two reads.

Two events about one claim, or two claims of one event, in one batch so give what they would give in two batches, while
the database is read once and written once, however many events there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from msgspec.structs import replace

from claims_svc.domain import deadlines
from claims_svc.domain.changes import Changes
from claims_svc.domain.claim import Claim, ClaimState, open_claim
from claims_svc.domain.corrections import Correction
from claims_svc.domain.deadlines import is_over
from claims_svc.domain.decision import Decision, StandingDecision
from claims_svc.domain.likeness import NOTHING_FOUND, Found, LikeClaim, Outline, Outlines, Sought, outline_of
from claims_svc.domain.next_step import Step, advance, still_asked
from claims_svc.domain.occurrence import EventUses, rests_on
from claims_svc.domain.questions import Question
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.statement import Statement
from claims_svc.domain.supplement import Supplement
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged
from contracts.weather import RainfallAssessed


class WorkingSet:
    """Claims with all that their next steps depend on.

    `policies` holds the newest version of each policy, None for a number without a known policy; `versions_behind` the
    versions that not all claims have followed yet, oldest first, of the policies of which a claim here is behind.
    `found` are the claims, other than those here, that are alike to what the events of this unit of work report.
    """

    def __init__(
        self,
        *,
        policies: Mapping[str, PolicyChanged | None],
        claims: Mapping[UUID, Claim],
        uses: EventUses,
        standing: Mapping[UUID, StandingDecision],
        now: datetime,
        versions_behind: Mapping[str, Sequence[PolicyChanged]] = MappingProxyType({}),
        found: Mapping[Sought, Found] = MappingProxyType({}),
    ) -> None:
        self.changes = Changes()
        self._policies = dict(policies)
        self._claims: dict[UUID, Claim] = {}
        self._claim_of_report: dict[UUID, UUID] = {}
        self._ended: dict[UUID, UUID] = {}
        self._claims_of_policy: defaultdict[str, set[UUID]] = defaultdict(set)
        self._versions = defaultdict(list, {number: list(behind) for number, behind in versions_behind.items()})
        self._uses = uses
        self._standing = dict(standing)
        self.now = now
        self._found = found
        self._outlines = Outlines()
        for claim in claims.values():
            self._index(with_rainfall_of_proof(claim, standing=standing.get(claim.claim_id)))

    def apply_report(self, report: LossReported, *, new_claim_id: UUID, trace: str | None) -> None:
        """Open a claim for a new report, or let it join the claim of the same loss; a higher version replaces it."""
        claim_id = self._claim_of_report.get(report.report_id)
        if claim_id is None:
            self._receive(report, new_claim_id=new_claim_id, trace=trace)
            return
        claim = self.follow_policy(claim_id)
        known = next(each for each in claim.reports if each.report_id == report.report_id)
        if report.report_version <= known.report_version:
            return
        correction = Correction(claim_id=claim_id, before=self._as_sent(claim, known), after=report)
        self._replace(claim, known, report, new_claim_id=new_claim_id, trace=trace)
        now_of = self._claims[self._claim_of_report[report.report_id]]
        moved_to = None if now_of.claim_id == claim_id else now_of.claim_reference
        self.changes.corrections.append(replace(correction, moved_to=moved_to))

    def _as_sent(self, claim: Claim, known: LossReported) -> LossReported:
        """Return a report of a claim without what was told since it was sent."""
        if known is claim.report:
            return claim.sent or known
        ended_id = self._ended.get(known.report_id)
        return known if ended_id is None else self._claims[ended_id].sent or known

    def _replace(
        self, claim: Claim, known: LossReported, report: LossReported, *, new_claim_id: UUID, trace: str | None
    ) -> None:
        """Let a claim go on with a newer version of one of its reports, which can be about another loss."""
        claim_id = claim.claim_id
        if known is claim.report:
            alike = self._alike(claim.outline_corrected_by(report), own=claim_id).alike
            moved = report.policy_number != claim.report.policy_number
            standing = self._standing.get(claim_id) if moved else None
            corrected = claim.corrected_by(
                report,
                possible_duplicate_of=alike and alike.claim_id,
                settled=standing is not None and standing.is_settled,
            )
            self.restate(corrected)
        elif outline_of(report).is_of_one_event(claim.outline):
            self._join(claim, self._completed_where_it_ended(report))
        else:
            self.leave(claim, report.report_id)
            if report.report_id in self._ended:
                self.go_on(report, held_for=None)
                return
            # What was said about the loss that it was about first is not forgotten by naming another.
            self._receive(report, new_claim_id=new_claim_id, trace=trace, statement=claim.statement)

    def _receive(
        self, report: LossReported, *, new_claim_id: UUID, trace: str | None, statement: Statement | None = None
    ) -> None:
        opened = open_claim(report, claim_id=new_claim_id, trace=trace, now=self.now)
        found = self._alike(opened.outline, own=None)
        same = found.same or found.undamaged
        if same is not None and self._claims[same.claim_id].can_be_joined:
            self._join(self.follow_policy(same.claim_id), report)
            return
        duplicate_of = found.alike and found.alike.claim_id
        self.advance(replace(opened, possible_duplicate_of=duplicate_of, statement=statement))

    def _join(self, claim: Claim, report: LossReported) -> None:
        self.changes.joined[report.report_id] = (claim.claim_id, report)
        joined = claim.joined_by(report)
        if joined.outline != claim.outline:
            joined = replace(joined, possible_duplicate_of=self._alike_to_joined(report, claim_id=claim.claim_id))
        self.restate(joined)

    def _alike_to_joined(self, report: LossReported, *, claim_id: UUID) -> UUID | None:
        """Return the claim because of which this one is held, now that `report` tells it what was damaged."""
        outline = outline_of(report)
        here = self._outlines.find(Sought(outline=outline, own=claim_id)).alike
        stored = self._found.get(Sought(outline=outline, own=None), NOTHING_FOUND).alike
        alike = _first(here, None if stored is not None and stored.claim_id == claim_id else stored)
        return alike and alike.claim_id

    def leave(self, claim: Claim, report_id: UUID, *, rulings: Sequence[Ruling] = ()) -> None:
        """Let a report that joined a claim leave it, with what was paid for a claim that it opened once."""
        self.changes.joined.pop(report_id, None)
        self.changes.left.add(report_id)
        del self._claim_of_report[report_id]
        left = claim.left_by(report_id)
        if report_id in self._ended:
            left = replace(left, brought_cents=left.brought_cents - self.to_be_paid_cents(self._ended[report_id]))
        self.restate(replace(left, rulings=(*left.rulings, *rulings)))

    def _completed_where_it_ended(self, report: LossReported) -> LossReported:
        """Return a report with what was told at the claim that it opened, if that has been joined to another one."""
        ended_id = self._ended.get(report.report_id)
        if ended_id is None:
            return report
        ended = self.follow_policy(ended_id)
        before = ended.sent or ended.report
        self.changes.corrections.append(Correction(claim_id=ended_id, before=before, after=report))
        self.restate(ended.corrected_by(report, possible_duplicate_of=None))
        return self._claims[ended_id].report

    def opened_one_that_ended(self, report_id: UUID) -> bool:
        """Return whether this report opened a claim that has been joined to another one."""
        return report_id in self._ended

    def go_on(self, report: LossReported, *, held_for: UUID | None, rulings: Sequence[Ruling] = ()) -> UUID:
        """Let the claim that `report` opened, and that was joined to another one, be one of its own again."""
        claim_id = self._ended.pop(report.report_id)
        ended = self.follow_policy(claim_id)
        own = replace(ended, joined_to=None, withdrawn_at=None, rulings=(*ended.rulings, *rulings))
        if report.report_version > own.report.report_version:
            before = own.sent or own.report
            self.changes.corrections.append(Correction(claim_id=claim_id, before=before, after=report))
            own = own.corrected_by(report, possible_duplicate_of=None)
        if held_for is None:
            alike = self._alike(own.outline, own=claim_id).alike
            held_for = alike and alike.claim_id
        self.restate(replace(own, possible_duplicate_of=held_for))
        return claim_id

    def to_be_paid_cents(self, claim_id: UUID) -> int:
        """Return what has been decided to be paid for a claim until now, all in all."""
        standing = self._standing.get(claim_id)
        return 0 if standing is None else standing.to_be_paid_cents

    def restate(self, claim: Claim) -> None:
        """Advance a claim of which the reports, or what was concluded from them, changed."""
        # A claim opened in this unit of work is inserted with its newest report: there is no row to update.
        if claim.claim_id not in self.changes.opened:
            self.changes.restated.add(claim.claim_id)
        self.advance(claim)

    def _alike(self, outline: Outline, *, own: UUID | None) -> Found:
        """Return the claims alike to `outline`, as if all that is here were stored already."""
        here = self._outlines.find(Sought(outline=outline, own=own))
        stored_own = None if own in self.changes.opened else own
        stored = self._found.get(Sought(outline=outline, own=stored_own), NOTHING_FOUND)
        return Found(
            same=_first(here.same, stored.same),
            undamaged=_first(here.undamaged, stored.undamaged),
            alike=_first(here.alike, stored.alike),
        )

    def apply_policy(self, policy: PolicyChanged) -> Sequence[UUID]:
        """Replace an older version of a policy; return the claims here that now are to follow it, in that order.

        Ordered, because that decides which claim of an event bears the deductible: a retry must give the same.
        """
        number = policy.policy_number
        known = self._policies.get(number)
        if known is not None and known.version >= policy.version:
            return ()
        self._policies[number] = self.changes.policies[number] = policy
        self._versions[number].append(policy)
        return sorted(self._claims_of_policy[number])

    def follow_policy(self, claim_id: UUID) -> Claim:
        """Advance a claim under each version of its policy that it has not followed yet, one after the other.

        Every event about a claim does so first. A claim then goes through the same steps whether all claims of a policy
        followed a version at once or in slices, between which events arrived.
        """
        claim = self._claims[claim_id]
        for version in self._versions[claim.report.policy_number]:
            if version.version > claim.policy_version:
                self.advance(claim, policy=version)
                claim = self._claims[claim_id]
        return claim

    def apply_rainfall(self, answer: RainfallAssessed, *, trace: str | None) -> bool:
        """Replace an older answer about a claim, and advance the claim; return whether there is such a claim at all."""
        if answer.claim_id not in self._claims:
            return False
        claim = self.follow_policy(answer.claim_id)
        if _is_newer(answer, claim.rainfall):
            self.changes.rainfall[answer.claim_id] = answer
            self.advance(replace(claim, rainfall=answer), trace=trace)
        return True

    def end_wait(self, claim_id: UUID, *, kind: str) -> None:
        """Advance a claim without what it still waits for; a claim that waits for something else stays as it is."""
        if claim_id not in self._claims:
            return
        claim = self.follow_policy(claim_id)
        if not is_over(claim, kind=kind, now=self.now):
            return
        match kind:
            case deadlines.POLICY_DEADLINE:
                self.advance(replace(claim, policy_wait_over=True))
            case deadlines.RAINFALL_DEADLINE:
                self.advance(replace(claim, rainfall_wait_over=True))
            case _:
                self.advance(replace(claim, answer_wait_over=True))

    def follow_others(self, claim_id: UUID) -> None:
        """Decide a claim again when its decision rests on what another claim of its event no longer has."""
        if claim_id not in self._claims:
            return
        claim = self.follow_policy(claim_id)
        standing = self._standing.get(claim_id)
        if standing is not None and not self._uses.stand(rests_on(standing.document.basis.event_uses)):
            self.advance(claim)

    def apply_supplement(self, claim_id: UUID, supplement: Supplement) -> None:
        """Complete a report by what was told about its loss, once."""
        claim = self.follow_policy(claim_id)
        if any(each.supplement_id == supplement.supplement_id for each in claim.supplements):
            return
        outline = claim.outline_supplemented_by(supplement)
        held = claim.possible_duplicate_of
        if outline != claim.outline:
            alike = self._alike(outline, own=claim_id).alike
            held = alike and alike.claim_id
        self.changes.supplements.append((claim_id, supplement))
        self.restate(claim.supplemented_by(supplement, possible_duplicate_of=held))

    def apply_rulings(self, claim_id: UUID, rulings: Sequence[Ruling]) -> None:
        """Decide a claim again with what handlers decided by hand."""
        claim = self.follow_policy(claim_id)
        self.changes.rulings += [(claim_id, ruling) for ruling in rulings]
        self.advance(replace(claim, rulings=(*claim.rulings, *rulings)))

    def apply_questions(self, claim_id: UUID, questions: Sequence[Question]) -> None:
        """Let a handler ask something; what was asked before is not asked again."""
        claim = self.follow_policy(claim_id)
        new = tuple(question for question in questions if question.code not in claim.asked)
        if new:
            asked = (*claim.asked, *(question.code for question in new))
            self.changes.asked_by_hand.add(claim_id)
            self._apply(Step(claim=replace(claim, asked=asked), asked=new), trace=claim.trace)

    def withdraw(self, claim_id: UUID) -> None:
        """End a claim that was taken back."""
        claim = self.follow_policy(claim_id)
        if claim.withdrawn_at is None:
            self.advance(replace(claim, withdrawn_at=self.now))

    def standing(self, claim_id: UUID) -> StandingDecision | None:
        """Return the newest decision about a claim."""
        return self._standing.get(claim_id)

    def claim(self, claim_id: UUID) -> Claim:
        """Return a claim as it is now."""
        return self._claims[claim_id]

    def open_questions(self, claim_id: UUID) -> tuple[Question, ...]:
        """Return what is still asked of those who reported the loss of a claim."""
        claim = self._claims[claim_id]
        if not claim.asked and claim.state is not ClaimState.WAITING_FOR_POLICY:
            return ()
        policy = self._policies[claim.report.policy_number]
        return still_asked(claim, policy=policy, standing=self._standing.get(claim_id))

    def claim_of_report(self, report_id: UUID) -> Claim | None:
        """Return the claim that a report opened or joined."""
        claim_id = self._claim_of_report.get(report_id)
        return None if claim_id is None else self._claims[claim_id]

    def advance(self, claim: Claim, *, policy: PolicyChanged | None = None, trace: str | None = None) -> None:
        """Advance `claim` under this version of its policy; by default the newest."""
        step = advance(
            claim,
            policy=policy or self._policies[claim.report.policy_number],
            uses=self._uses,
            standing=self._standing.get(claim.claim_id),
            now=self.now,
        )
        self._apply(step, trace=trace or claim.trace)

    def _apply(self, step: Step, *, trace: str | None) -> None:
        claim, changes = step.claim, self.changes
        before = self._claims.get(claim.claim_id)
        if before is None or claim.claim_id in changes.opened:
            changes.opened[claim.claim_id] = claim
        elif claim != before:
            changes.updated[claim.claim_id] = claim
        if claim.former:
            former = () if before is None else before.former
            changes.former += [(claim.claim_id, outline) for outline in claim.former[len(former) :]]
        for event in step.published:
            changes.published.append((event, trace))
        if claim.waits_until is not None and (before is None or claim.waits_until != before.waits_until):
            self._begin_wait(
                claim, ends_at=claim.waits_until, had_asked=before is not None and before.request_version > 0
            )
        if step.decision:
            changes.decisions.append(step.decision)
            self._standing[claim.claim_id] = step.decision.standing
            self._keep_rainfall(claim, decision=step.decision)
        if step.event_uses is not None:
            changes.event_uses[claim.claim_id] = step.event_uses
            changes.ground_moved += self._uses.record(claim.claim_id, step.event_uses)
        if step.review:
            changes.reviews.append(step.review)
        if step.asked:
            changes.asked.append((claim, step.asked))
        self._index(claim)

    def _begin_wait(self, claim: Claim, *, ends_at: datetime, had_asked: bool) -> None:
        self.changes.waits[claim.claim_id] = ends_at
        if had_asked:
            self.changes.waits_anew.add(claim.claim_id)

    def _keep_rainfall(self, claim: Claim, *, decision: Decision) -> None:
        """Let the newest answer about a claim stand either in its newest proof or beside it."""
        if claim.rainfall is None:
            return
        if decision.rests_on(claim.rainfall):
            self.changes.rainfall.pop(claim.claim_id, None)
        else:
            self.changes.rainfall[claim.claim_id] = claim.rainfall

    def _index(self, claim: Claim) -> None:
        """Make `claim` what is found under its id, its reports, its policy and what it is alike to."""
        claim_id = claim.claim_id
        before = self._claims.get(claim_id)
        self._claims[claim_id] = claim
        if before is None:
            self._claims_of_policy[claim.report.policy_number].add(claim_id)
        elif before.report.policy_number != claim.report.policy_number:
            self._claims_of_policy[before.report.policy_number].discard(claim_id)
            self._claims_of_policy[claim.report.policy_number].add(claim_id)
        if claim.joined_to is not None:
            # Its reports, and what it was about, are found with the claim that it was joined to.
            self._ended[claim.report.report_id] = claim.claim_id
            return
        for report in claim.reports:
            self._claim_of_report[report.report_id] = claim.claim_id
        standing = self._standing.get(claim.claim_id)
        is_paid = standing is not None and standing.payable_cents > 0
        self._outlines.put(
            claim.claim_id,
            claim.outline,
            former=claim.former,
            gives_way_to=None if is_paid else claim.possible_duplicate_of,
        )


def with_rainfall_of_proof(claim: Claim, *, standing: StandingDecision | None) -> Claim:
    """Return the claim with the answer about rain in its newest proof, unless a newer one is stored beside it."""
    if standing is None or claim.request_version == 0:
        return claim
    held = standing.rainfall
    return claim if held is None or not _is_newer(held, claim.rainfall) else replace(claim, rainfall=held)


def _is_newer(answer: RainfallAssessed, known: RainfallAssessed | None) -> bool:
    return known is None or (answer.request_version, answer.assessment_version) > (
        known.request_version,
        known.assessment_version,
    )


def _first(here: LikeClaim | None, stored: LikeClaim | None) -> LikeClaim | None:
    if here is None or stored is None:
        return here or stored
    return min(here, stored)
