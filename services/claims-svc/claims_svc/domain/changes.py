"""What a unit of work changes in claims, to be stored and published at its end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from claims_svc.domain.claim import Claim
from claims_svc.domain.corrections import Correction
from claims_svc.domain.decision import Decision
from claims_svc.domain.likeness import Outline
from claims_svc.domain.occurrence import ClaimUse
from claims_svc.domain.questions import Question
from claims_svc.domain.redetermination import HumanReview
from claims_svc.domain.ruling import Ruling
from claims_svc.domain.supplement import Supplement
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged
from contracts.topic import Event
from contracts.weather import RainfallAssessed


@dataclass(slots=True)
class Changes:
    """What must be stored and published.

    Of what can change more than once (by its id) the last state only; decisions, reviews and published events, each
    with the trace it continues, in their order. `waits` are those that began, by claim id; some may be over already.
    `waits_anew` are the claims of those that had asked for rain before.
    `rainfall` are answers that the standing decision does not rest on.
    `restated` are claims stored before of which the reports or what was concluded from them changed. `joined` and
    `left` are by report id, `corrections` in their order.
    `former` are outlines that claims had, or have by a report that joined, in that order.
    `ground_moved` is what claims had of events, where others can rest on it and they have something else now.
    `supplements` and `rulings` are in their order, `asked` are questions that were never asked before,
    `asked_by_hand` the claims of those that a handler asks, who tells of them as well.
    """

    policies: dict[str, PolicyChanged] = field(default_factory=dict)
    opened: dict[UUID, Claim] = field(default_factory=dict)
    updated: dict[UUID, Claim] = field(default_factory=dict)
    restated: set[UUID] = field(default_factory=set)
    joined: dict[UUID, tuple[UUID, LossReported]] = field(default_factory=dict)
    left: set[UUID] = field(default_factory=set)
    corrections: list[Correction] = field(default_factory=list)
    former: list[tuple[UUID, Outline]] = field(default_factory=list)
    supplements: list[tuple[UUID, Supplement]] = field(default_factory=list)
    rulings: list[tuple[UUID, Ruling]] = field(default_factory=list)
    asked: list[tuple[Claim, tuple[Question, ...]]] = field(default_factory=list)
    asked_by_hand: set[UUID] = field(default_factory=set)
    rainfall: dict[UUID, RainfallAssessed] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    event_uses: dict[UUID, tuple[ClaimUse, ...]] = field(default_factory=dict)
    ground_moved: list[ClaimUse] = field(default_factory=list)
    reviews: list[HumanReview] = field(default_factory=list)
    published: list[tuple[Event, str | None]] = field(default_factory=list)
    waits: dict[UUID, datetime] = field(default_factory=dict)
    waits_anew: set[UUID] = field(default_factory=set)

    @property
    def decided_before(self) -> Collection[UUID]:
        """The claims whose newest decision here is not their first one at all."""
        return {decision.event.claim_id for decision in self.decisions if decision.event.claim_version > 1}

    @property
    def ordered_before(self) -> Collection[UUID]:
        """The claims of which something can have been ordered or repaired before, be it of one joined to them."""
        together = {each.event.claim_id for each in self.decisions if len(each.event.report_ids) > 1}
        return {*self.decided_before, *together}

    @property
    def moved(self) -> Collection[UUID]:
        """The claims between which reports moved once they were claims of their own; none where none did."""
        is_joined = any(self.updated[claim_id].joined_to is not None for claim_id in self.restated)
        return self.restated if is_joined or self.left else ()
