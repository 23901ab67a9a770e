"""The form of a catalogue of customer texts; each language fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.coverage import GroundCode, Outcome
from contracts.money import MoneyStepCode
from contracts.vocabulary import WaterRoute
from notify_svc.domain.notice import NoticeKind


@dataclass(frozen=True, kw_only=True)
class NoticeTexts:
    """The texts of one kind of notice. `{reference}` and `{amount}` are filled in."""

    subject: str
    headline: str
    opening: str
    next_steps: tuple[str, ...]
    sms: str
    """Fits one SMS together with either ending, whatever is filled in."""


@dataclass(frozen=True, kw_only=True)
class RainTexts:
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
    """`{shortfall}` is what is missing, in millimetres."""
    undetermined: str
    unknown: str
    closest: str
    """For a threshold that was not reached: `{measured}`, `{hours}`, `{needed}`, `{shortfall}`."""
    corrections: str
    """What corrected measurements can still change after a denial."""


@dataclass(frozen=True, kw_only=True)
class MoneyTexts:
    """The account of the money."""

    heading: str
    caption: str
    step: str
    amount: str
    payable: str
    steps: Mapping[MoneyStepCode, str]


@dataclass(frozen=True, kw_only=True)
class TextCatalogue:
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
    rain: RainTexts
    money: MoneyTexts
    next_heading: str
    disagree_heading: str
    disagree: tuple[str, ...]
    closing: str
    notices: Mapping[NoticeKind, NoticeTexts]
    sms_with_email: str
    sms_without_email: str
