"""What would be decided about a loss, for every kind of rain that can have been: nothing is kept of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Final, NamedTuple
from uuid import UUID

from claims_svc.domain.case import Case, product_of
from claims_svc.domain.claim import open_claim
from claims_svc.domain.decision import decide_within_event
from claims_svc.domain.insurance import InsuranceState, insurance_at
from claims_svc.domain.occurrence import EventUses
from claims_svc.domain.questions import Question, open_questions
from claims_svc.domain.rain import Heavy, Rain
from claims_svc.domain.verdict import Verdict, decide_given
from contracts.loss_reports import LossReported
from contracts.policy import PolicyChanged
from contracts.vocabulary import Truth


class RainKind(StrEnum):
    """What the nearest station can have measured around a loss."""

    CLOUDBURST = "cloudburst"
    """Heavy local precipitation is established, and so is a cloudburst."""
    HEAVY_RAIN = "heavy_rain"
    """Heavy local precipitation is established, without a cloudburst."""
    SOME_RAIN = "some_rain"
    """Enough for rain to have come straight in, and no heavy local precipitation."""
    NO_RAIN = "no_rain"


def _rain(*, heavy: Truth, recent: Truth, cloudburst: Truth) -> Rain:
    measured = Heavy(heavy, None)
    return Rain(measured, measured, recent, cloudburst, received=True, awaited=False)


_YES, _NO = Truth.TRUE, Truth.FALSE
RAIN_OF: Final[Mapping[RainKind, Rain]] = MappingProxyType(
    {
        RainKind.CLOUDBURST: _rain(heavy=_YES, recent=_YES, cloudburst=_YES),
        RainKind.HEAVY_RAIN: _rain(heavy=_YES, recent=_YES, cloudburst=_NO),
        RainKind.SOME_RAIN: _rain(heavy=_NO, recent=_YES, cloudburst=_NO),
        RainKind.NO_RAIN: _rain(heavy=_NO, recent=_NO, cloudburst=_NO),
    }
)


class WhatIf(NamedTuple):
    """What would be decided about a loss, by kind of rain, and what would still be asked."""

    insurance: InsuranceState
    verdicts: Mapping[RainKind, Verdict]
    questions: tuple[Question, ...]


def what_if(report: LossReported, *, policy: PolicyChanged | None, uses: EventUses, now: datetime) -> WhatIf:
    """Decide about `report` as if it had been sent now, under the policy as it is known now.

    `uses` hold what claims have of the events that the loss can belong to. Whether another claim is about the same
    damage is not looked at.
    """
    claim = open_claim(report, claim_id=_NO_CLAIM, trace=None, now=now)
    insurance = insurance_at(policy, loss=report.loss)
    case = Case(
        claim_id=claim.claim_id,
        report=report,
        facts=claim.facts,
        earlier=None,
        reported_at=report.reported_at,
        assessed=None,
        possible_duplicate_of=None,
        reporters_differ=False,
        policy=policy,
        insurance=insurance,
        question=None,
        rain=None,
        rain_wait_over=False,
        policy_wait_over=policy is None,
        product=product_of(insurance),
    )
    verdicts = {
        kind: decide_within_event(case, uses=uses, claim=claim, deciding=partial(decide_given, rain=rain))[1]
        for kind, rain in RAIN_OF.items()
    }
    return WhatIf(insurance.state, verdicts, open_questions(case.basis))


_NO_CLAIM: Final = UUID(int=0)
