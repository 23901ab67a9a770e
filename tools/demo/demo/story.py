"""What a story is: reports to publish, and what should become of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from uuid import UUID, uuid5

from msgspec.structs import replace

from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageItem, DamageKind, LossFacts, LossReported, ReportChannel
from contracts.notify import Settlement
from contracts.vocabulary import Channel, Fact, FactSource, LossInterval, Truth, WaterReading, WaterRoute
from contracts.weather import UndeterminedReason

_NAMESPACE = UUID("5d2d2f6e-7e0a-4c53-8a77-2f6f4f3c2b10")
_REPORTED_AT = datetime(2021, 7, 19, 7, 30, tzinfo=UTC)
_BETWEEN_REPORTS = timedelta(minutes=40)

YES = Fact(value=Truth.TRUE)
NO = Fact(value=Truth.FALSE)
UNCLEAR = Fact(value=Truth.UNKNOWN)
REGISTERED = Fact(value=Truth.TRUE, source=FactSource.REGISTER)
REGISTERED_NOT = Fact(value=Truth.FALSE, source=FactSource.REGISTER)
OVER_LAND = LossFacts(precipitation_left_its_course=YES, came_through_open_window_or_door=NO)


def report_id_of(title: str) -> UUID:
    """Return an id that is the same for every run, so that people can compare runs."""
    return uuid5(_NAMESPACE, title)


class Wait(Enum):
    """What a claim is made to wait for, so that it can be seen waiting."""

    NOTHING = auto()
    LATE_HOURS = auto()
    LATE_POLICY = auto()


class Phase(Enum):
    """When a report is published."""

    FIRST = auto()
    LATER = auto()
    """Once every report of the first phase has its outcome."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What should become of a claim. `payable_cents` None: nothing is undisputed; None elsewhere: not looked at.

    `sums_tenths_mm` are the sums shown for 24, 48 and 72 hours, and `deciding_hours` is the window that decided, both
    of the water named by `reading` at the nearest station; `undetermined` is why all stations together tell nothing of
    it. `items` are the outcomes of the damage items. `post` None: no letter.
    """

    outcome: Outcome
    ground: GroundCode
    payable_cents: int | None
    deciding_hours: int | None = None
    sums_tenths_mm: tuple[int, int, int] | None = None
    reading: WaterReading = WaterReading.SURFACE_WATER
    undetermined: UndeterminedReason | None = None
    items: tuple[Outcome, ...] | None = None
    email: Settlement = Settlement.SENT
    sms: Settlement = Settlement.SENT
    post: Settlement | None = None

    @property
    def settlements(self) -> dict[Channel, Settlement]:
        """How the message by each channel should end."""
        both = {Channel.EMAIL: self.email, Channel.SMS: self.sms}
        return both if self.post is None else {**both, Channel.POST: self.post}


@dataclass(frozen=True, kw_only=True)
class Correction:
    """A later version of a report: what it says instead, and what was decided on the version before."""

    expected_before: Expected
    channel: ReportChannel = ReportChannel.APP
    facts: LossFacts | None = None
    damage: tuple[DamageItem, ...] | None = None

    def changes(self) -> dict[str, object]:
        """Return what the later version says instead, by field of the report."""
        said = {"channel": self.channel, "facts": self.facts, "damage": self.damage}
        return {field: value for field, value in said.items() if value is not None}


@dataclass(frozen=True, kw_only=True)
class CorrectedHour:
    """KNMI publishes another figure of an hour than before, in tenths of a millimetre; and what was decided before."""

    expected_before: Expected
    was: int
    becomes: int


@dataclass(frozen=True, kw_only=True)
class Story:
    """One loss, its reports, and what should become of its claim.

    `deliveries` is how often the publisher sends the same record. `also_by` is how somebody else reports the same loss
    at the same time. `phase` is when the first report is published; a correction, and a corrected hour of rain, always
    follow in the later one. A story has one of them at most.
    """

    title: str
    policy_number: str
    loss_at: datetime
    facts: LossFacts
    expected: Expected
    damage: tuple[DamageItem, ...]
    reported_at: datetime = field(default=_REPORTED_AT)
    wait: Wait = Wait.NOTHING
    deliveries: int = 1
    also_by: ReportChannel | None = None
    correction: Correction | None = None
    corrected_hour: CorrectedHour | None = None
    phase: Phase = Phase.FIRST

    @property
    def report_ids(self) -> frozenset[UUID]:
        """The ids of all reports of this loss."""
        return frozenset(report.report_id for phase in Phase for report in self.reports(phase))

    @property
    def versions(self) -> tuple[Expected, ...]:
        """What should be decided, version by version."""
        correction = self.correction or self.corrected_hour
        return (self.expected,) if correction is None else (correction.expected_before, self.expected)

    def versions_after(self, phase: Phase) -> tuple[Expected, ...]:
        """Return what should be decided on the reports of all phases up to `phase`."""
        if phase is Phase.LATER:
            return self.versions
        return self.versions[:1] if self.phase is Phase.FIRST else ()

    def reports(self, phase: Phase) -> Iterator[LossReported]:
        """Yield what an upstream system publishes in `phase`."""
        first = self._first_report()
        again = {"reported_at": self.reported_at + _BETWEEN_REPORTS}
        if phase is self.phase:
            yield first
            if self.also_by is not None:
                other = report_id_of(f"{self.title}/{self.also_by}")
                yield replace(first, **again, report_id=other, channel=self.also_by)
        if phase is Phase.LATER and self.correction is not None:
            yield replace(first, **again, report_version=2, **self.correction.changes())

    def _first_report(self) -> LossReported:
        return LossReported(
            report_id=report_id_of(self.title),
            policy_number=self.policy_number,
            channel=ReportChannel.APP,
            reported_at=self.reported_at,
            loss=LossInterval(from_at=self.loss_at, until_at=self.loss_at),
            facts=self.facts,
            damage=self.damage,
        )


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A record on the topic of reports that cannot be processed, and the code of the reason why."""

    title: str
    key: bytes
    value: bytes
    reason_code: str


def buildings(
    euros: int, *, route: WaterRoute | None = None, estimated_by: FactSource = FactSource.CUSTOMER
) -> DamageItem:
    """Return damage to the building."""
    return DamageItem(kind=DamageKind.BUILDINGS, amount_cents=euros * 100, route=route, estimated_by=estimated_by)


def contents(euros: int, *, route: WaterRoute | None = None) -> DamageItem:
    """Return damage to what stands in the home."""
    return DamageItem(kind=DamageKind.CONTENTS, amount_cents=euros * 100, route=route)


def pumping(euros: int) -> DamageItem:
    """Return the cost of pumping a cellar dry."""
    return DamageItem(kind=DamageKind.CELLAR_PUMPING, amount_cents=euros * 100)


def july(day: int, hour: int, minute: int = 30) -> datetime:
    """Return a moment in July 2021, UTC."""
    return datetime(2021, 7, day, hour, minute, tzinfo=UTC)
