"""Claims as handlers read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal, TypeAlias
from uuid import UUID

from pydantic import Field

from chassis.http.values import Day, ExactModel, Moment
from claims_svc.domain.claim import Claim, claim_reference
from claims_svc.domain.decision import StandingDecision
from claims_svc.domain.left_open import LeftOpen, left_open
from claims_svc.domain.questions import Question
from claims_svc.domain.rules.rule import decisive_ground
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.told_by_hand import ToldByHand
from claims_svc.repository.additions import AskedQuestion
from claims_svc.repository.desk_cases import DeskCase
from claims_svc.repository.files import ListedFile
from claims_svc.repository.proposals import Proposal
from claims_svc.routes.claims import State
from claims_svc.routes.file_views import ListedFileView
from claims_svc.routes.loss_bodies import FACT_NAMES
from contracts.coverage import DecidedItem, Finding
from contracts.loss_reports import DamageItem, LossFacts

CauseName: TypeAlias = Literal[
    "referred",
    "assessment",
    "evidence_against",
    "answered",
    "unanswered",
    "proposed",
    "review",
    "payment_failed",
    "repair_consent",
    "repair_late",
    "payment_unsettled",
]
OutcomeName: TypeAlias = Literal["covered", "denied", "referred", "withdrawn"]
_ID = "0198c5f2-7d1a-7c43-9a51-6f2f3b1c7d11"


class DeskCaseView(ExactModel):
    """A claim that waits for a person."""

    reference: str = Field(examples=["W7XK2M9QD4T"])
    policy_number: str = Field(examples=["123456-531-04"])
    state: State = Field(examples=["referred"])
    causes: list[CauseName] = Field(description="Why it waits", examples=[["referred"]])
    outcome: OutcomeName | None = Field(description="Of its newest decision", examples=["referred"])
    ground: str | None = Field(description="On which that was decided", examples=["source_missing"])
    since: Moment
    due_at: Moment = Field(description="Until when somebody is to have taken it up")
    taken_by: str | None = Field(description="The account of who has it; null: it is free", examples=["handler-1"])
    taken_as: str | None = Field(description="In which role", examples=["claims-handler"])
    taken_in: str | None = Field(description="In which team, if they work in one", examples=["storm-north"])
    taken_at: Moment | None

    @classmethod
    def of(cls, waiting: DeskCase) -> DeskCaseView:
        return cls(
            reference=waiting.reference,
            policy_number=waiting.policy_number,
            state=waiting.state,
            causes=[each.value for each in waiting.causes],
            outcome=waiting.outcome,
            ground=waiting.ground,
            since=waiting.since,
            due_at=waiting.due_at,
            taken_by=waiting.taken_by,
            taken_as=waiting.taken_as,
            taken_in=waiting.taken_in,
            taken_at=waiting.taken_at,
        )


class FactView(ExactModel):
    """One fact of a loss, by all that was told."""

    name: str = Field(examples=["sewer_water_entered"])
    value: Literal["true", "false", "unknown"]
    source: str = Field(description="Who says so", examples=["customer"])


class ItemView(ExactModel):
    """One amount of damage as it is told now, and what the newest decision makes of it."""

    kind: str = Field(examples=["buildings"])
    amount_cents: int = Field(examples=[184_000])
    estimated_by: str = Field(examples=["customer"])
    route: str | None = Field(examples=["sewer_backflow"])
    outcome: OutcomeName | None = Field(description="Null: not decided by itself", examples=["referred"])
    ground: str | None = Field(examples=["fact_missing"])
    awaits_assessment: bool = Field(examples=[False])


class FindingView(ExactModel):
    """What the newest decision finds about one water."""

    route: str = Field(examples=["sewer_backflow"])
    by_fire: bool = Field(examples=[False])
    outcome: OutcomeName = Field(examples=["referred"])
    decisive: str = Field(examples=["sewer_water_without_cause"])
    second_look: bool = Field(examples=[False])

    @classmethod
    def of(cls, finding: Finding) -> FindingView:
        return cls(
            route=finding.route,
            by_fire=finding.by_fire,
            outcome=finding.outcome.value,
            decisive=decisive_ground(finding),
            second_look=finding.second_look,
        )


class OpenView(ExactModel):
    """What can be decided by hand. Send these words back in a ruling."""

    because: str = Field(description="The ground that leaves it open", examples=["sewer_water_without_cause"])
    outcomes: list[OutcomeName] = Field(examples=[["covered", "denied"]])
    ground: str | None = Field(examples=[None])
    route: str | None = Field(examples=["sewer_backflow"])
    by_fire: bool = Field(examples=[False])
    item: int | None = Field(examples=[None])
    overrules: bool = Field(description="The rules deny it: only a ruling that overrules them covers", examples=[False])

    @classmethod
    def of(cls, opened: LeftOpen) -> OpenView:
        return cls(
            because=opened.because,
            outcomes=[outcome.value for outcome in opened.outcomes],
            ground=opened.ground,
            route=opened.route,
            by_fire=opened.by_fire,
            item=opened.item,
            overrules=opened.overrules,
        )


class RulingView(ExactModel):
    """What was decided by hand, or is proposed."""

    outcome: OutcomeName | None = Field(description="Null: left to the rules", examples=["covered"])
    reason: str = Field(examples=["Seen on the spot"])
    ground: str | None = Field(examples=[None])
    route: str | None = Field(examples=["sewer_backflow"])
    by_fire: bool = Field(examples=[False])
    item: int | None = Field(examples=[None])
    overrules: bool = Field(examples=[False])
    decided_by: str = Field(description="An account", examples=["handler-1"])
    approved_by: str | None = Field(examples=["handler-2"])
    decided_at: Moment

    @classmethod
    def of(cls, ruling: Ruling) -> RulingView:
        return cls(
            outcome=None if ruling.outcome is None else ruling.outcome.value,
            reason=ruling.reason,
            ground=ruling.ground,
            route=ruling.route,
            by_fire=ruling.by_fire,
            item=ruling.item,
            overrules=ruling.overrules,
            decided_by=ruling.decided_by,
            approved_by=ruling.approved_by,
            decided_at=ruling.decided_at,
        )


class ToldView(ExactModel):
    """Facts that a handler found, or the damage as one assessed it, and why."""

    reason: str = Field(examples=["Visited on 3 August"])
    facts: list[FactView]
    damage: list[ItemView]

    @classmethod
    def of(cls, told: ToldByHand) -> ToldView:
        return cls(
            reason=told.reason,
            facts=facts_of(told.supplement.facts),
            damage=[_item(item, None) for item in told.supplement.damage],
        )


class ProposalView(ExactModel):
    """What one handler wants decided and a second person must approve."""

    proposal_id: UUID = Field(examples=[_ID])
    state: Literal["open", "approved", "declined", "stale"] = Field(
        description="stale: the claim was decided otherwise in the meantime"
    )
    rulings: list[RulingView]
    told: ToldView | None = Field(description="Null: rulings are proposed")
    joins: str | None = Field(description="The claim that is to be joined to this one", examples=[None])
    parts: UUID | None = Field(description="The report that is to have a claim of its own", examples=[None])
    withdraws: bool = Field(description="The claim is to be taken back, as its customer said", examples=[False])
    more_cents: int = Field(description="What would, or can, be paid besides", examples=[620_000])
    needs_senior: bool = Field(description="Only a senior handler can approve it", examples=[True])
    proposed_by: str = Field(examples=["handler-1"])
    proposed_at: Moment
    judged_by: str | None = Field(examples=[None])
    judged_at: Moment | None
    reason: str | None = Field(description="Of who judged it", examples=[None])

    @classmethod
    def of(cls, proposal: Proposal) -> ProposalView:
        state: Any = proposal.state
        move = proposal.move
        return cls(
            proposal_id=proposal.proposal_id,
            state=state,
            rulings=[RulingView.of(each) for each in proposal.rulings],
            told=None if proposal.told is None else ToldView.of(proposal.told),
            joins=None if move is None or move.other_id is None else claim_reference(move.other_id),
            parts=None if move is None else move.report_id,
            withdraws=move is not None and move.withdraws,
            more_cents=proposal.more_cents,
            needs_senior=proposal.needs_senior,
            proposed_by=proposal.proposed_by,
            proposed_at=proposal.proposed_at,
            judged_by=proposal.judged_by,
            judged_at=proposal.judged_at,
            reason=proposal.reason,
        )


class EvidenceView(ExactModel):
    """Evidence that goes against the customer, and what was done about it."""

    claim_version: int = Field(description="Of the decision that stood then", examples=[1])
    reason: str = Field(examples=["new evidence gives denied (window_or_door_open), payable 0 cents"])
    raised_at: Moment
    closed_at: Moment | None
    closed_as: Literal["upheld", "decided"] | None = Field(examples=[None])


class ReporterView(ExactModel):
    """One report of the loss."""

    report_id: UUID = Field(examples=[_ID])
    channel: str = Field(examples=["app"])
    reported_at: Moment


class AskedView(ExactModel):
    """One question that was asked."""

    code: str = Field(examples=["facts.toilet_overflowed"])
    asked_at: Moment
    asked_by: str | None = Field(description="The account of a handler; null: the rules ask", examples=["handler-1"])
    due_on: Day | None


class ClaimAtDeskView(ExactModel):
    """All that is known of a claim, and what can be decided about it by hand."""

    reference: str = Field(examples=["W7XK2M9QD4T"])
    policy_number: str = Field(examples=["123456-531-04"])
    state: State = Field(examples=["referred"])
    opened_at: Moment
    claim_version: int = Field(description="Of the newest decision; 0: none yet", examples=[1])
    waiting: DeskCaseView | None = Field(description="Null: it waits for nobody")
    loss_from_at: Moment
    loss_until_at: Moment
    reports: list[ReporterView]
    facts: list[FactView]
    items: list[ItemView]
    outcome: OutcomeName | None = Field(examples=["referred"])
    deciding_ground: str | None = Field(examples=["sewer_water_without_cause"])
    grounds: list[str] = Field(description="Of the claim as a whole, that hold", examples=[["possible_duplicate"]])
    payable_cents: int | None = Field(examples=[None])
    findings: list[FindingView]
    can_be_decided: list[OpenView]
    questions_for_handlers: list[str] = Field(
        description="What only a register or somebody who went to look can tell, and could still change the decision",
        examples=[["facts.flood_defence_is_primary"]],
    )
    asked: list[AskedView]
    rulings: list[RulingView]
    proposals: list[ProposalView]
    evidence_against: list[EvidenceView]
    files: list[ListedFileView] = Field(description="Photos and documents, also those of claims joined to it")


def view_of(
    claim: Claim,
    *,
    standing: StandingDecision | None,
    waiting: DeskCase | None,
    asked: Sequence[AskedQuestion],
    proposals: Iterable[Proposal],
    reviews: Iterable[EvidenceView],
    files: Iterable[ListedFile],
    questions: Iterable[Question],
) -> ClaimAtDeskView:
    """Return a claim with all that is known of it."""
    state: Any = claim.state.value
    verdict = None if standing is None else standing.document.verdict
    return ClaimAtDeskView(
        reference=claim.claim_reference,
        policy_number=claim.report.policy_number,
        state=state,
        opened_at=claim.opened_at,
        claim_version=claim.claim_version,
        waiting=None if waiting is None else DeskCaseView.of(waiting),
        loss_from_at=claim.report.loss.from_at,
        loss_until_at=claim.report.loss.until_at,
        reports=[
            ReporterView(report_id=report.report_id, channel=report.channel, reported_at=report.reported_at)
            for report in claim.reports
        ],
        facts=facts_of(claim.facts),
        items=items_of(claim, standing),
        outcome=None if verdict is None else verdict.outcome.value,
        deciding_ground=None if verdict is None else verdict.deciding_ground,
        grounds=[] if verdict is None else [ground.code.value for ground in verdict.grounds],
        payable_cents=None if verdict is None else verdict.money.payable_cents,
        findings=[] if verdict is None else [FindingView.of(finding) for finding in verdict.findings],
        can_be_decided=[] if verdict is None else [OpenView.of(each) for each in left_open(verdict)],
        questions_for_handlers=[question.code for question in questions],
        asked=[
            AskedView(code=each.code, asked_at=each.asked_at, asked_by=each.asked_by, due_on=each.due_on)
            for each in asked
        ],
        rulings=[RulingView.of(each) for each in claim.rulings],
        proposals=[ProposalView.of(each) for each in proposals],
        evidence_against=list(reviews),
        files=[ListedFileView.listed(each) for each in files],
    )


def facts_of(facts: LossFacts) -> list[FactView]:
    """Return the facts of which something was told."""
    told = [(name, getattr(facts, name)) for name in FACT_NAMES]
    return [FactView(name=name, value=fact.value.value, source=fact.source) for name, fact in told if fact]


def items_of(claim: Claim, standing: StandingDecision | None) -> list[ItemView]:
    """Return the damage as it is told now, with what was decided about each item where the list is still the same."""
    decided = () if standing is None else standing.document.verdict.items
    if [item.kind for item in decided] == [item.kind for item in claim.damage]:
        return [_item(*pair) for pair in zip(claim.damage, decided, strict=True)]
    return [_item(item, None) for item in claim.damage]


def _item(told: DamageItem, decided: DecidedItem | None) -> ItemView:
    return ItemView(
        kind=told.kind,
        amount_cents=told.amount_cents,
        estimated_by=told.estimated_by,
        route=told.route,
        outcome=None if decided is None else decided.outcome.value,
        ground=None if decided is None else decided.ground,
        awaits_assessment=decided is not None and decided.awaits_assessment,
    )
