"""The claims that one unit of work touches, in memory: events are applied one after the other between two reads.

Two events about one claim, or two claims of one event, in one batch so give what they would give in two batches, while
the database is read once and written once, however many events there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from claims_svc.domain.claim import Claim, open_claim
from claims_svc.domain.deadlines import DEADLINE_OF, POLICY_DEADLINE
from claims_svc.domain.decision import Decision, StandingDecision
from claims_svc.domain.next_step import Step, advance
from claims_svc.domain.occurrence import DeductibleUse
from claims_svc.domain.redetermination import HumanReview
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged
from contracts.topic import Event
from contracts.weather import RainfallAssessed


@dataclass(slots=True)
class Changes:
    """What must be stored and published.

    Of what can change more than once (by its id) the last state only; decisions, reviews and published events, each
    with the trace it continues, in their order. Deadlines are by kind of timer and claim id; None: no longer needed.
    """

    policies: dict[str, PolicyChanged] = field(default_factory=dict)
    opened: dict[UUID, Claim] = field(default_factory=dict)
    updated: dict[UUID, Claim] = field(default_factory=dict)
    reports: dict[UUID, LossReported] = field(default_factory=dict)
    rainfall: dict[UUID, RainfallAssessed] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    deductible_uses: dict[UUID, DeductibleUse] = field(default_factory=dict)
    reviews: list[HumanReview] = field(default_factory=list)
    published: list[tuple[Event, str | None]] = field(default_factory=list)
    deadlines: dict[tuple[str, UUID], datetime | None] = field(default_factory=dict)


class WorkingSet:
    """Claims with all that their next steps depend on. `policies` holds None for a number without a known policy."""

    def __init__(
        self,
        *,
        policies: Mapping[str, PolicyChanged | None],
        claims: Mapping[UUID, Claim],
        uses: Iterable[DeductibleUse],
        standing: Mapping[UUID, StandingDecision],
        now: datetime,
    ) -> None:
        self.changes = Changes()
        self._policies = dict(policies)
        self._claims: dict[UUID, Claim] = {}
        self._claim_of_report: dict[UUID, UUID] = {}
        self._claims_of_policy: defaultdict[str, set[UUID]] = defaultdict(set)
        self._use_of_claim: dict[UUID, DeductibleUse] = {}
        self._uses_of_policy: defaultdict[str, dict[UUID, DeductibleUse]] = defaultdict(dict)
        self._standing = dict(standing)
        self._now = now
        for claim in claims.values():
            self._index(claim)
        for use in uses:
            self._index_use(use)

    def apply_report(self, report: LossReported, *, new_claim_id: UUID, trace: str | None) -> None:
        """Open a claim for a new report; a higher version replaces the facts of the claim it opened."""
        claim_id = self._claim_of_report.get(report.report_id)
        if claim_id is None:
            self._advance(open_claim(report, claim_id=new_claim_id, trace=trace, now=self._now))
            return
        claim = self._claims[claim_id]
        if report.report_version > claim.report.report_version:
            # A claim opened in this unit of work is inserted with its newest report: there is no row to update.
            if claim_id not in self.changes.opened:
                self.changes.reports[claim_id] = report
            same_policy = report.policy_number == claim.report.policy_number
            self._advance(replace(claim, report=report, policy_wait_over=claim.policy_wait_over and same_policy))

    def apply_policy(self, policy: PolicyChanged) -> None:
        """Replace an older version of a policy, and advance the claims that were loaded with it."""
        known = self._policies.get(policy.policy_number)
        if known is not None and known.version >= policy.version:
            return
        self._policies[policy.policy_number] = self.changes.policies[policy.policy_number] = policy
        # Sorted, because the order decides which claim of an event bears the deductible: a retry must give the same.
        for claim_id in sorted(self._claims_of_policy[policy.policy_number]):
            self._advance(self._claims[claim_id])

    def apply_rainfall(self, answer: RainfallAssessed, *, trace: str | None) -> bool:
        """Replace an older answer about a claim, and advance the claim; return whether there is such a claim at all."""
        claim = self._claims.get(answer.claim_id)
        if claim is None:
            return False
        known = claim.rainfall
        newer = known is None or (answer.request_version, answer.assessment_version) > (
            known.request_version,
            known.assessment_version,
        )
        if newer:
            self.changes.rainfall[answer.claim_id] = answer
            self._advance(replace(claim, rainfall=answer), trace=trace)
        return True

    def end_wait(self, claim_id: UUID, *, kind: str) -> None:
        """Advance a claim without what it still waits for; a claim that waits for something else stays as it is."""
        claim = self._claims.get(claim_id)
        if claim is None or DEADLINE_OF.get(claim.state) != kind:
            return
        if kind == POLICY_DEADLINE:
            self._advance(replace(claim, policy_wait_over=True))
        else:
            self._advance(replace(claim, rainfall_wait_over=True))

    def _advance(self, claim: Claim, *, trace: str | None = None) -> None:
        number = claim.report.policy_number
        step = advance(
            claim,
            policy=self._policies[number],
            uses=self._uses_of_policy[number].values(),
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
        self._index(claim)
        changes.published += [(event, trace) for event in step.published]
        changes.deadlines |= {(kind, claim.claim_id): due_at for kind, due_at in step.deadlines.items()}
        if step.decision:
            changes.decisions.append(step.decision)
            sha256 = step.decision.event.proof_sha256
            self._standing[claim.claim_id] = StandingDecision(proof=step.decision.proof, proof_sha256=sha256)
        if step.deductible_use:
            changes.deductible_uses[claim.claim_id] = step.deductible_use
            self._index_use(step.deductible_use)
        if step.review:
            changes.reviews.append(step.review)

    def _index(self, claim: Claim) -> None:
        """Make `claim` what is found under its id, its report and its policy."""
        before = self._claims.get(claim.claim_id)
        if before is not None:
            self._claims_of_policy[before.report.policy_number].discard(claim.claim_id)
        self._claims[claim.claim_id] = claim
        self._claim_of_report[claim.report.report_id] = claim.claim_id
        self._claims_of_policy[claim.report.policy_number].add(claim.claim_id)

    def _index_use(self, use: DeductibleUse) -> None:
        """Replace what its claim used before, on whatever policy that was."""
        before = self._use_of_claim.get(use.claim_id)
        if before is not None:
            del self._uses_of_policy[before.policy_number][use.claim_id]
        self._use_of_claim[use.claim_id] = self._uses_of_policy[use.policy_number][use.claim_id] = use
