"""Repair instead of money: when it is offered, the life of a job, and how its completion assesses the damage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec
from msgspec.structs import replace

from claims_svc.domain.decision import StandingDecision
from claims_svc.domain.handling import REPAIR_OFFERED
from claims_svc.domain.payment import REPAIRABLE, in_kind_cents, is_repairable
from claims_svc.domain.reporters import weight_of
from claims_svc.domain.supplement import Supplement
from contracts.coverage import Outcome
from contracts.loss_reports import DamageItem, DamageKind
from contracts.repairs import AffectedArea, RepairedItem, Urgency
from contracts.vocabulary import FactSource, WaterRoute


class JobState(StrEnum):
    """Where a job stands."""

    REQUESTED = "requested"
    """Any partner can accept it."""
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    ENDED = "ended"
    """Nothing is repaired: the customer gets in money what is covered."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a customer tells about the repair they want."""

    areas: tuple[AffectedArea, ...] = ()
    urgency: Urgency = Urgency.NORMAL


class RepairJob(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One job of a claim. `agreed_at` is when its customer let the partner know how to call.

    `repaired_cents` is how much of the claim its repair stands for: that is never paid. None as long as it is not
    completed: then it is all that can be repaired.
    """

    job_id: UUID
    claim_id: UUID
    state: JobState
    wanted: Wanted
    requested_at: datetime
    partner_id: str | None = None
    accepted_at: datetime | None = None
    agreed_at: datetime | None = None
    over_at: datetime | None = None
    repaired_cents: int | None = None

    @property
    def releases_contact(self) -> bool:
        """Whether the partner may read how the customer is reached: only who has the job, and is agreed to."""
        return self.state is JobState.ACCEPTED and self.agreed_at is not None

    @property
    def needs_consent(self) -> bool:
        """Whether a partner has the job and may not call: nothing goes on before the customer agrees."""
        return self.state is JobState.ACCEPTED and self.agreed_at is None

    @property
    def is_open(self) -> bool:
        return self.state in {JobState.REQUESTED, JobState.ACCEPTED}

    @property
    def is_ended(self) -> bool:
        """Whether nothing is repaired."""
        return self.state is JobState.ENDED

    @property
    def is_completed(self) -> bool:
        return self.state is JobState.COMPLETED

    def accepted_by(self, partner_id: str, *, now: datetime) -> RepairJob:
        return replace(self, state=JobState.ACCEPTED, partner_id=partner_id, accepted_at=now)

    def given_back(self) -> RepairJob:
        """Return the job as one that anybody can accept again."""
        return replace(self, state=JobState.REQUESTED, partner_id=None, accepted_at=None)

    def completed(self, repaired_cents: int, *, now: datetime) -> RepairJob:
        return replace(self.over(JobState.COMPLETED, now=now), repaired_cents=repaired_cents)

    def over(self, state: JobState, *, now: datetime) -> RepairJob:
        return replace(self, state=state, over_at=now)


def is_offered(standing: StandingDecision, *, ordered_cents: int) -> bool:
    """Return whether the product offers repair, and none of the damage that can be repaired was paid already."""
    at_most = ordered_at_most_cents(standing)
    return at_most is not None and ordered_cents <= at_most


def ordered_at_most_cents(standing: StandingDecision) -> int | None:
    """Return how much can have been ordered as long as repair is offered; None where it is not.

    It is not either where the deductible leaves nothing.
    """
    basis, items = standing.document.basis, standing.document.verdict.items
    if basis.product.version not in REPAIR_OFFERED or basis.insurance.terms is None:
        return None
    repairable = [item for item in items if is_repairable(item)]
    if not repairable or not (standing.payable_cents or any(item.awaits_assessment for item in repairable)):
        return None
    return max(0, standing.payable_cents - in_kind_cents(items))


def kinds_of(standing: StandingDecision) -> tuple[DamageKind, ...]:
    """Return the kinds of damage that a job is about."""
    return tuple(dict.fromkeys(item.kind for item in standing.document.verdict.items if is_repairable(item)))


def routes_of(standing: StandingDecision) -> tuple[WaterRoute, ...]:
    """Return the ways in which the covered water came."""
    covered = [each.route for each in standing.document.verdict.findings if each.outcome is Outcome.COVERED]
    return tuple(dict.fromkeys(covered))


def assessment(
    job: RepairJob, repaired: Sequence[RepairedItem], *, damage: Sequence[DamageItem], now: datetime
) -> Supplement:
    """Return the damage as its repair shows it; what the job was not about stays as it is.

    A partner need not say again which water did the damage, where the report lists one such item.
    """
    kinds = {item.kind for item in repaired}
    return Supplement(
        supplement_id=job.job_id,
        source=FactSource.REPAIR_PARTNER,
        told_at=now,
        damage=(
            *(_as_damage(item, damage) for item in repaired),
            *(item for item in damage if item.kind not in kinds),
        ),
    )


def repaired_cents(repaired: Sequence[RepairedItem], *, damage: Sequence[DamageItem]) -> int:
    """Return how much of `damage` a repair stands for: what it cost, or what somebody said whose word counts for more.

    Damage found later is none of it, and is paid.
    """
    partners = weight_of(FactSource.REPAIR_PARTNER)
    assessed = [
        item.amount_cents for item in damage if item.kind in REPAIRABLE and weight_of(item.estimated_by) > partners
    ]
    return max(sum(item.amount_cents for item in repaired), sum(assessed))


def _as_damage(repaired: RepairedItem, damage: Sequence[DamageItem]) -> DamageItem:
    assessed = DamageItem(
        kind=repaired.kind,
        amount_cents=repaired.amount_cents,
        estimated_by=FactSource.REPAIR_PARTNER,
        route=repaired.route,
    )
    same = [item for item in damage if item.kind is repaired.kind]
    if len(same) != 1 or repaired.route not in {None, same[0].route}:
        return assessed
    return replace(assessed, route=same[0].route, by_fire_or_explosion=same[0].by_fire_or_explosion)
