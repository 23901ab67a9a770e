"""What a story is: a report to publish, and what should become of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum, auto
from uuid import UUID, uuid5

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.notify import Settlement
from contracts.vocabulary import Fact, FactSource, LossInterval, Truth

_NAMESPACE = UUID("5d2d2f6e-7e0a-4c53-8a77-2f6f4f3c2b10")

YES = Fact(value=Truth.TRUE)
NO = Fact(value=Truth.FALSE)
UNCLEAR = Fact(value=Truth.UNKNOWN)
REGISTERED = Fact(value=Truth.TRUE, source=FactSource.REGISTER)
REGISTERED_NOT = Fact(value=Truth.FALSE, source=FactSource.REGISTER)


class Wait(Enum):
    """What a claim is made to wait for, so that it can be seen waiting."""

    NOTHING = auto()
    LATE_HOURS = auto()
    LATE_POLICY = auto()


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What should become of a story. `payable_cents` None: nothing is settled yet; None elsewhere: not looked at.

    `sums_tenths_mm` are the highest sums of 24, 48 and 72 hours.
    """

    outcome: Outcome
    ground: GroundCode
    payable_cents: int | None
    deciding_hours: int | None = None
    sums_tenths_mm: tuple[int, int, int] | None = None
    email: Settlement = Settlement.SENT
    sms: Settlement = Settlement.SENT


@dataclass(frozen=True, kw_only=True)
class Story:
    """One loss, with its report. `deliveries` is how often the publisher sends the same record."""

    title: str
    policy_number: str
    loss_at: datetime
    facts: LossFacts
    expected: Expected
    damage: tuple[DamageItem, ...] = field(default=())
    wait: Wait = Wait.NOTHING
    deliveries: int = 1

    @property
    def report_id(self) -> UUID:
        """The same for every run, so that people can compare runs."""
        return uuid5(_NAMESPACE, self.title)

    def report(self) -> LossReported:
        """Return the report an upstream system would publish."""
        return LossReported(
            report_id=self.report_id,
            policy_number=self.policy_number,
            channel=ReportChannel.APP,
            reported_at=datetime(2021, 7, 19, 7, 30, tzinfo=UTC),
            loss=LossInterval(from_at=self.loss_at, until_at=self.loss_at),
            facts=self.facts,
            damage=self.damage,
        )


def buildings(euros: int) -> DamageItem:
    """Return damage to the building."""
    return DamageItem(kind=DamageKind.BUILDINGS, amount_cents=euros * 100)


def pumping(euros: int) -> DamageItem:
    """Return the cost of pumping a cellar dry."""
    return DamageItem(kind=DamageKind.CELLAR_PUMPING, amount_cents=euros * 100)


def july(day: int, hour: int, minute: int = 30) -> datetime:
    """Return a moment in July 2021, UTC."""
    return datetime(2021, 7, day, hour, minute, tzinfo=UTC)
