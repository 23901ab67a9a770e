"""The claims that one unit of work touches, in memory: events are applied one after the other between two reads.

Two events about one claim, or two claims of one event, in one batch so give what they would give in two batches, while
the database is read once and written once, however many events there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from msgspec.structs import replace

from claims_svc.domain.claim import Claim, open_claim
from claims_svc.domain.deadlines import POLICY_DEADLINE, is_over
from claims_svc.domain.decision import Decision, StandingDecision
from claims_svc.domain.likeness import NOTHING_FOUND, Found, LikeClaim, Outline, Outlines, Sought, outline_of
from claims_svc.domain.next_step import Step, advance
from claims_svc.domain.occurrence import ClaimUse, EventUses
from claims_svc.domain.redetermination import HumanReview
from claims_svc.domain.statement import Statement
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged
from contracts.topic import Event
from contracts.weather import RainfallAssessed


@dataclass(slots=True)
class Changes:
    """What must be stored and published.

    Of what can change more than once (by its id) the last state only; decisions, reviews and published events, each
    with the trace it continues, in their order. `waits` are those that began, by claim id; some may be over already.
    `rainfall` are answers that the standing decision does not rest on.
    `restated` are claims stored before of which the reports or what was concluded from them changed. `joined` and
    `left` are by report id. `former` are outlines that claims had, or have by a report that joined, in that order.
    """

    policies: dict[str, PolicyChanged] = field(default_factory=dict)
    opened: dict[UUID, Claim] = field(default_factory=dict)
    updated: dict[UUID, Claim] = field(default_factory=dict)
    restated: set[UUID] = field(default_factory=set)
    joined: dict[UUID, tuple[UUID, LossReported]] = field(default_factory=dict)
    left: set[UUID] = field(default_factory=set)
    former: list[tuple[UUID, Outline]] = field(default_factory=list)
    rainfall: dict[UUID, RainfallAssessed] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    event_uses: dict[UUID, tuple[ClaimUse, ...]] = field(default_factory=dict)
    reviews: list[HumanReview] = field(default_factory=list)
    published: list[tuple[Event, str | None]] = field(default_factory=list)
    waits: dict[UUID, datetime] = field(default_factory=dict)

    @property
    def decided_before(self) -> Collection[UUID]:
        """The claims whose newest decision here is not their first one at all."""
        return {decision.event.claim_id for decision in self.decisions if decision.event.claim_version > 1}


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
        self._claims_of_policy: defaultdict[str, set[UUID]] = defaultdict(set)
        self._versions = defaultdict(list, {number: list(behind) for number, behind in versions_behind.items()})
        self._uses = uses
        self._standing = dict(standing)
        self._now = now
        self._found = found
        self._outlines = Outlines()
        for claim in claims.values():
            self._index(_with_rainfall_of_proof(claim, standing=standing.get(claim.claim_id)))

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
        outline = outline_of(report)
        if known is claim.report:
            alike = self._alike(outline, own=claim_id).alike
            moved = report.policy_number != claim.report.policy_number
            standing = self._standing.get(claim_id) if moved else None
            corrected = claim.corrected_by(
                report,
                possible_duplicate_of=alike and alike.claim_id,
                settled=standing is not None and standing.is_settled,
            )
            self._restate(corrected)
        elif outline.is_of_one_event(claim.outline):
            self._join(claim, report)
        else:
            self._leave(claim, report)
            # What was said about the loss that it was about first is not forgotten by naming another.
            self._receive(report, new_claim_id=new_claim_id, trace=trace, statement=claim.statement)

    def _receive(
        self, report: LossReported, *, new_claim_id: UUID, trace: str | None, statement: Statement | None = None
    ) -> None:
        opened = open_claim(report, claim_id=new_claim_id, trace=trace, now=self._now)
        found = self._alike(opened.outline, own=None)
        if found.same is not None and self._claims[found.same.claim_id].can_be_joined:
            self._join(self.follow_policy(found.same.claim_id), report)
            return
        duplicate_of = found.alike and found.alike.claim_id
        self._advance(replace(opened, possible_duplicate_of=duplicate_of, statement=statement))

    def _join(self, claim: Claim, report: LossReported) -> None:
        self.changes.joined[report.report_id] = (claim.claim_id, report)
        self._restate(claim.joined_by(report))

    def _leave(self, claim: Claim, report: LossReported) -> None:
        self.changes.joined.pop(report.report_id, None)
        self.changes.left.add(report.report_id)
        del self._claim_of_report[report.report_id]
        self._restate(claim.left_by(report.report_id))

    def _restate(self, claim: Claim) -> None:
        # A claim opened in this unit of work is inserted with its newest report: there is no row to update.
        if claim.claim_id not in self.changes.opened:
            self.changes.restated.add(claim.claim_id)
        self._advance(claim)

    def _alike(self, outline: Outline, *, own: UUID | None) -> Found:
        """Return the claims alike to `outline`, as if all that is here were stored already."""
        here = self._outlines.find(Sought(outline=outline, own=own))
        stored_own = None if own in self.changes.opened else own
        stored = self._found.get(Sought(outline=outline, own=stored_own), NOTHING_FOUND)
        return Found(same=_first(here.same, stored.same), alike=_first(here.alike, stored.alike))

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
                self._advance(claim, policy=version)
                claim = self._claims[claim_id]
        return claim

    def apply_rainfall(self, answer: RainfallAssessed, *, trace: str | None) -> bool:
        """Replace an older answer about a claim, and advance the claim; return whether there is such a claim at all."""
        if answer.claim_id not in self._claims:
            return False
        claim = self.follow_policy(answer.claim_id)
        if _is_newer(answer, claim.rainfall):
            self.changes.rainfall[answer.claim_id] = answer
            self._advance(replace(claim, rainfall=answer), trace=trace)
        return True

    def end_wait(self, claim_id: UUID, *, kind: str) -> None:
        """Advance a claim without what it still waits for; a claim that waits for something else stays as it is."""
        if claim_id not in self._claims:
            return
        claim = self.follow_policy(claim_id)
        if not is_over(claim, kind=kind, now=self._now):
            return
        if kind == POLICY_DEADLINE:
            self._advance(replace(claim, policy_wait_over=True))
        else:
            self._advance(replace(claim, rainfall_wait_over=True))

    def _advance(self, claim: Claim, *, policy: PolicyChanged | None = None, trace: str | None = None) -> None:
        """Advance `claim` under this version of its policy; by default the newest."""
        step = advance(
            claim,
            policy=policy or self._policies[claim.report.policy_number],
            uses=self._uses,
            standing=self._standing.get(claim.claim_id),
            now=self._now,
        )
        self._apply(step, trace=trace or claim.trace)

    def _apply(self, step: Step, *, trace: str | None) -> None:
        claim, changes = step.claim, self.changes
        before = self._claims.get(claim.claim_id)
        if before is None or claim.claim_id in changes.opened:
            changes.opened[claim.claim_id] = claim
        elif claim != before:
            changes.updated[claim.claim_id] = claim
        former = () if before is None else before.former
        changes.former += [(claim.claim_id, outline) for outline in claim.former[len(former) :]]
        changes.published += [(event, trace) for event in step.published]
        if claim.waits_until is not None and (before is None or claim.waits_until != before.waits_until):
            changes.waits[claim.claim_id] = claim.waits_until
        if step.decision:
            changes.decisions.append(step.decision)
            self._standing[claim.claim_id] = step.decision.standing
            self._keep_rainfall(claim, decision=step.decision)
        if step.event_uses is not None:
            changes.event_uses[claim.claim_id] = step.event_uses
            self._uses.record(claim.claim_id, step.event_uses)
        if step.review:
            changes.reviews.append(step.review)
        self._index(claim)

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
        before = self._claims.get(claim.claim_id)
        if before is not None:
            self._claims_of_policy[before.report.policy_number].discard(claim.claim_id)
        self._claims[claim.claim_id] = claim
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
        self._claims_of_policy[claim.report.policy_number].add(claim.claim_id)


def _with_rainfall_of_proof(claim: Claim, *, standing: StandingDecision | None) -> Claim:
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
