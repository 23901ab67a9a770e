"""A claim in the words of the decision table: what is said, what is damaged, what was measured, what is insured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

from contracts.coverage import GroundCode, Outcome

YES, NO, UNKNOWN = "yes", "no", "unknown"
RAIN, FLOOD = "rain", "flood"
EITHER = "either"
"""Damage of other claims that belongs to the event of rain and to that of flood: nobody can tell which did it."""

LOSS_ON = date(2021, 7, 15)
BY_PEOPLE = frozenset({GroundCode.WITHDRAWN, GroundCode.JOINED, GroundCode.HANDLER_COVERS, GroundCode.HANDLER_DENIES})
"""What no rule decides on: a customer takes a claim back, a handler decides."""
NOTHING_SAID: Mapping[str, Said] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Said:
    """`value` is yes, no or unknown; `by` is who says so."""

    value: str
    by: str = "customer"


@dataclass(frozen=True, kw_only=True)
class Damage:
    """One amount. `cause` is the water that did it, where somebody named one; `by_fire` is None when nobody said."""

    kind: str
    cents: int
    cause: str | None = None
    by_fire: bool | None = None
    by: str = "customer"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What the nearest station says. `surface` and `ground`: established, not established or the name of a doubt.

    `ground` is None where nobody asked about ground water. `last_day` says whether rain worth the name fell in the 24
    hours before, `cloudburst` whether one was measured.
    """

    surface: str = "not established"
    ground: str | None = None
    last_day: str = YES
    cloudburst: str = NO


@dataclass(frozen=True, kw_only=True)
class Insured:
    """`state` is insured, not insured, changed during the loss, unknown or of an unknown product."""

    state: str = "insured"
    covers: tuple[str, ...] = ("buildings",)
    deductible_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class Others:
    """What other claims of the event have: covered and heavy damage, what they bore, what customers estimated."""

    covered_cents: int = 0
    heavy_cents: int = 0
    bore_cents: int = 0
    estimated_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class History:
    """What came before this version of the report, and what lies beside it.

    `first_said` holds the facts that the customer first said otherwise, `other_moment` that the moment of loss moved.
    """

    reported_on: date = LOSS_ON
    possible_duplicate: bool = False
    reporters_differ: bool = False
    first_said: Mapping[str, Said] = field(default_factory=lambda: NOTHING_SAID)
    other_moment: bool = False
    decided_before_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class LossCase:
    """All that a decision rests on. `measured` is None when no answer about rain ever came."""

    said: Mapping[str, Said]
    damage: tuple[Damage, ...]
    measured: Measured | None = field(default_factory=Measured)
    insured: Insured = field(default_factory=Insured)
    others: Mapping[str, Others] = field(default_factory=lambda: MappingProxyType({}))
    history: History = field(default_factory=History)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """`payable_cents` is None while nothing can be paid yet, `awaiting_cents` covered and still to be assessed."""

    outcome: Outcome
    ground: GroundCode
    payable_cents: int | None
    awaiting_cents: int = field(default=0, compare=False)
