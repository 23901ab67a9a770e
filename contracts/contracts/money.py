"""How a decision accounts for its money: from damage to payment."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from contracts.topic import Part
from contracts.vocabulary import MOST_CENTS, Cents, PerilFamily, SignedCents


class MoneyStepCode(StrEnum):
    """The steps from damage to payment, in order."""

    DAMAGE = "damage"
    NOT_COVERED = "not_covered"
    UNDECIDED = "undecided"
    """Damage that a handler decides about; it may be paid later."""
    AWAITING_ASSESSMENT = "awaiting_assessment"
    """Covered damage whose amount is still to be assessed."""
    DEDUCTIBLE = "deductible"
    """What this claim bears of the deductibles of its events."""


class MoneyStep(Part):
    """One step. The payable amount is the sum of all steps."""

    code: MoneyStepCode
    amount_cents: SignedCents


class EventDeductible(Part):
    """The deductible of the event that this claim's covered damage of one family belongs to.

    The event bears its deductible once, over all its claims: `borne_by_event_cents` in all, of which other claims bore
    `borne_by_others_cents` before and this one bears `borne_cents`.
    """

    family: PerilFamily
    chosen_cents: Annotated[Cents, Meta(description="The deductible of the policy at loss")]
    minimum_cents: Annotated[
        Cents, Meta(description="The least that damage by heavy weather bears; 0 when there is none here")
    ]
    event_covered_cents: Annotated[Cents, Meta(description="Covered damage of the event, this claim's included")]
    event_heavy_cents: Annotated[Cents, Meta(description="Of that, damage that rests on heavy weather")]
    borne_by_event_cents: Cents
    borne_by_others_cents: Cents
    borne_cents: Cents

    def __post_init__(self) -> None:
        # No report's limit bounds the sum over an event's claims: what a reader would refuse is not decided.
        if self.event_covered_cents > MOST_CENTS:
            raise ValueError("event_covered_cents must be at most a billion euros")


class Money(Part):
    """From damage to payment. Amounts count for the claim as a whole, not for one version of its decision."""

    steps: tuple[MoneyStep, ...]
    payable_cents: Annotated[
        Cents | None,
        Meta(
            description="What is undisputed, paid at once; "
            "None while nothing is: a handler or an assessment comes first"
        ),
    ]
    awaits_assessment: Annotated[
        bool, Meta(description="Some covered damage is above what customers may estimate themselves")
    ] = False
    deductibles: tuple[EventDeductible, ...] = ()
    decided_before_cents: Annotated[
        Cents, Meta(description="What the version before had decided to pay, part of payable_cents")
    ] = 0
    to_pay_cents: Annotated[
        Cents | None, Meta(description="What this version adds to that; None when payable_cents is")
    ] = None
