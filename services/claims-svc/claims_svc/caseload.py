"""The claims of one unit of work in memory: events take effect one after the other, in any number, between two reads.

Two events about one claim, or two claims of one event, in one batch so give what they would give in two batches.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from claims_svc.claim import Claim, Decision, DeductibleUse, HumanReview, StandingDecision, open_claim
from claims_svc.progress import DEADLINE_OF, POLICY_DEADLINE, Step, advance
from contracts.policy import PolicyChanged
from contracts.topic import Event
from contracts.upstream import LossReported
from contracts.weather import RainfallAssessed


@dataclass(slots=True)
class Changes:
    """What must be stored and said, the last state of each thing only; decisions and announcements in their order."""

    policies: dict[str, PolicyChanged] = field(default_factory=dict)
    opened: dict[UUID, Claim] = field(default_factory=dict)
    moved: dict[UUID, Claim] = field(default_factory=dict)
    reports: dict[UUID, LossReported] = field(default_factory=dict)
    rainfall: dict[UUID, RainfallAssessed] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    uses: dict[UUID, DeductibleUse] = field(default_factory=dict)
    reviews: list[HumanReview] = field(default_factory=list)
    announced: list[tuple[Event, str | None]] = field(default_factory=list)
    deadlines: dict[tuple[str, UUID], datetime | None] = field(default_factory=dict)


class Caseload:
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
            self._file(claim)
        for use in uses:
            self._file_use(use)

    def take_report(self, report: LossReported, *, new_claim_id: UUID, trace: str | None) -> None:
        """Open a claim for a new report; a higher version replaces the facts of the claim it opened."""
        claim_id = self._claim_of_report.get(report.report_id)
        if claim_id is None:
            self._advance(open_claim(report, claim_id=new_claim_id, trace=trace, now=self._now))
            return
        claim = self._claims[claim_id]
        if report.report_version > claim.report.report_version:
            if claim_id not in self.changes.opened:
                self.changes.reports[claim_id] = report
            same_policy = report.policy_number == claim.report.policy_number
            self._advance(replace(claim, report=report, policy_wait_over=claim.policy_wait_over and same_policy))

    def take_policy(self, policy: PolicyChanged) -> None:
        """Know a higher version of a policy, and let the claims that were loaded with it go on."""
        known = self._policies.get(policy.policy_number)
        if known is not None and known.version >= policy.version:
            return
        self._policies[policy.policy_number] = self.changes.policies[policy.policy_number] = policy
        for claim_id in sorted(self._claims_of_policy[policy.policy_number]):
            self._advance(self._claims[claim_id])

    def take_rainfall(self, answer: RainfallAssessed, *, trace: str | None) -> bool:
        """Know a newer answer about a claim, and let the claim go on; return whether there is such a claim at all."""
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
        """Stop counting on what the claim still waits for, if it does wait for that."""
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
        self._keep(step, trace=trace or claim.trace)

    def _keep(self, step: Step, *, trace: str | None) -> None:
        claim, changes = step.claim, self.changes
        before = self._claims.get(claim.claim_id)
        if before is None or claim.claim_id in changes.opened:
            changes.opened[claim.claim_id] = claim
        elif claim != before:
            changes.moved[claim.claim_id] = claim
        self._file(claim)
        changes.announced += [(event, trace) for event in step.announced]
        changes.deadlines |= {(kind, claim.claim_id): due_at for kind, due_at in step.deadlines.items()}
        if step.decision:
            changes.decisions.append(step.decision)
            sha256 = step.decision.event.proof_sha256
            self._standing[claim.claim_id] = StandingDecision(proof=step.decision.proof, proof_sha256=sha256)
        if step.use:
            changes.uses[claim.claim_id] = step.use
            self._file_use(step.use)
        if step.review:
            changes.reviews.append(step.review)

    def _file(self, claim: Claim) -> None:
        """Make `claim` what is found under its id, its report and its policy."""
        before = self._claims.get(claim.claim_id)
        if before is not None:
            self._claims_of_policy[before.report.policy_number].discard(claim.claim_id)
        self._claims[claim.claim_id] = claim
        self._claim_of_report[claim.report.report_id] = claim.claim_id
        self._claims_of_policy[claim.report.policy_number].add(claim.claim_id)

    def _file_use(self, use: DeductibleUse) -> None:
        """Let `use` take the place of what its claim used before, on whatever policy that was."""
        before = self._use_of_claim.get(use.claim_id)
        if before is not None:
            del self._uses_of_policy[before.policy_number][use.claim_id]
        self._use_of_claim[use.claim_id] = self._uses_of_policy[use.policy_number][use.claim_id] = use
