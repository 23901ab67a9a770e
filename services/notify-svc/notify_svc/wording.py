"""What customers read, as a catalogue that each language fills in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contracts.claims import GroundCode, MoneyStepCode, Outcome
    from contracts.vocabulary import WaterRoute
    from notify_svc.domain import Case


@dataclass(frozen=True, kw_only=True)
class CaseWording:
    """What is said in one of the five cases. `{reference}` and `{amount}` are filled in."""

    subject: str
    headline: str
    opening: str
    next_steps: tuple[str, ...]
    sms: str
    """Fits one SMS together with either ending, whatever is filled in."""


@dataclass(frozen=True, kw_only=True)
class RainWording:
    """The account of what the rain station measured."""

    heading: str
    station: str
    """`{station}` and `{distance}` are filled in."""
    caption: str
    period: str
    measured: str
    needed: str
    result: str
    hours: str
    between: str
    """From `{start}` to `{end}`, local time."""
    reached: str
    short: str
    """`{shortfall}` is what misses, in millimetres."""
    undetermined: str
    unknown: str
    closest: str
    """For a threshold that was not reached: `{measured}`, `{hours}`, `{needed}`, `{shortfall}`."""
    corrections: str
    """What corrected figures can still change after a denial."""


@dataclass(frozen=True, kw_only=True)
class MoneyWording:
    """The account of the money."""

    heading: str
    caption: str
    step: str
    amount: str
    payable: str
    steps: Mapping[MoneyStepCode, str]


@dataclass(frozen=True, kw_only=True)
class Wording:
    """All customer texts of one language."""

    language_tag: str
    locale: str
    """Babel's name, for amounts, figures and dates."""
    greeting: str
    reference_label: str
    loss_label: str
    loss_between: str
    why_heading: str
    each_route: str
    routes: Mapping[WaterRoute, str]
    outcomes: Mapping[Outcome, str]
    grounds: Mapping[GroundCode, str]
    """The ground in words that need no policy document beside them."""
    second_look: str
    replaces_earlier: str
    rain: RainWording
    money: MoneyWording
    next_heading: str
    disagree_heading: str
    disagree: tuple[str, ...]
    closing: str
    cases: Mapping[Case, CaseWording]
    sms_with_email: str
    sms_without_email: str
