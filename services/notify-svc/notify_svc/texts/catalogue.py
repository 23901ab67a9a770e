"""The form of a catalogue of customer texts; each language fills it in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.claim_messages import ClaimOccasion
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind
from contracts.message_requests import Occasion
from contracts.money import MoneyStepCode
from contracts.vocabulary import FactSource, PerilFamily, WaterReading, WaterRoute
from contracts.weather import UndeterminedReason
from notify_svc.domain.notice import NoticeKind


@dataclass(frozen=True, kw_only=True)
class NoticeTexts:
    """The texts of one kind of notice. Filled in: `{reference}`, `{amount}` now, `{before}` and `{total}`."""

    subject: str
    headline: str
    opening: str
    next_steps: tuple[str, ...]
    sms: str
    """Fits one SMS together with any ending, whatever is filled in."""


@dataclass(frozen=True, kw_only=True)
class GroundTexts:
    """One ground. `fact` says what is so and no word of cover; the others say what follows from it.

    A missing one means the general sentence of `ReasonTexts.follows`.
    """

    fact: str
    covered: str | None = None
    denied: str | None = None
    referred: str | None = None

    def follows(self, outcome: Outcome) -> str | None:
        """Return what follows when the ground leads to `outcome`."""
        by_outcome = {Outcome.COVERED: self.covered, Outcome.DENIED: self.denied, Outcome.REFERRED: self.referred}
        return by_outcome.get(outcome)


@dataclass(frozen=True, kw_only=True)
class FactTexts:
    """A fact of a report as the end of a sentence, after "that" or "whether"."""

    true: str
    false: str


@dataclass(frozen=True, kw_only=True)
class ReasonTexts:
    """Why: each damage item, each cause of the water, each ground."""

    heading: str
    each_cause: str
    item: str
    """`{kind}`, `{amount}`, `{estimate}` and `{outcome}` are filled in."""
    item_of_cause: str
    """The same with `{cause}`, for an item that names one."""
    cause: str
    """`{cause}` and `{outcome}` are filled in."""
    kinds: Mapping[DamageKind, str]
    estimates: Mapping[FactSource, str]
    causes: Mapping[WaterRoute, str]
    by_fire: str
    outcomes: Mapping[Outcome, str]
    awaits_assessment: str
    grounds: Mapping[GroundCode, GroundTexts]
    follows: Mapping[Outcome, str]
    also: str
    """A second reason of the same kind: `{fact}` is filled in."""
    clause: str
    """`{clause}` is filled in."""
    facts: Mapping[str, FactTexts]
    that: str
    whether: str
    """`{fact}` is filled in."""
    sources: Mapping[FactSource, str]
    """Who established it: `{facts}`, each with "that", is filled in."""
    own_records: str
    """Who established that a policy does not insure it: we did."""
    unknown: str
    looked_up: str
    turned: str
    """`{facts}`, each with "whether", is filled in."""
    turned_besides_facts: Mapping[str, str]
    """What else than a fact can be said otherwise than before."""
    cover_not_chosen: Mapping[DamageKind, str]
    groundwater_exception: str
    not_through_cellar_wall: str
    not_enough_rain: str
    primary_defence_exception: str


@dataclass(frozen=True, kw_only=True)
class UnitTexts:
    """A unit of time with `{count}`, for one and for more."""

    one: str
    more: str


@dataclass(frozen=True, kw_only=True)
class RainTexts:
    """The account of what the rain stations measured."""

    heading: str
    one_station: str
    several_stations: str
    """`{stations}` is filled in."""
    station: str
    """`{station}` and `{distance}` are filled in."""
    at_station: str
    """The heading of one of several."""
    no_station: str
    captions: Mapping[WaterReading, str]
    period: str
    measured: str
    needed: str
    result: str
    hours: str
    between: str
    """From `{start}` to `{end}`, local time."""
    enough: str
    short: str
    """`{shortfall}` is what is missing."""
    enough_too_late: str
    enough_too_early: str
    open: str
    cannot_be_told: str
    not_measured_yet: str
    no_figure: str
    reached: str
    """`{measured}`, `{hours}`, `{needed}`, `{by_loss}` and `{loss_hour}` are filled in, as in the next ones."""
    days: UnitTexts
    hours_long: UnitTexts
    minutes: UnitTexts
    ended_before: str
    """`{lag}` is filled in."""
    closest: str
    """With `{shortfall}` too."""
    too_late: str
    too_early: str
    """With `{lag}` too."""
    reasons: Mapping[UndeterminedReason, str]
    depends_on_hours_to_come: str
    hours_to_come: str
    recent: str
    """`{station}` and `{measured}` are filled in."""
    corrections: str
    """What corrected measurements can still change after a denial."""


@dataclass(frozen=True, kw_only=True)
class MoneyTexts:
    """The account of the money."""

    heading: str
    caption: str
    step: str
    amount: str
    steps: Mapping[MoneyStepCode, str]
    total: str
    before: str
    now: str
    families: Mapping[PerilFamily, str]
    """The event that sentences are about, when there are two: `{sentences}` is filled in."""
    chosen: str
    none_chosen: str
    minimum: str
    """`{minimum}` is filled in."""
    cloudburst: str
    heavy: str
    """`{station}`, `{measured}` and `{hours}` are filled in."""
    others_bore: str
    """`{others}` and `{borne}` are filled in."""
    still_to_bear: str
    repaired: str
    """The step that takes off what is repaired instead of being paid."""
    to_repair_firm: str
    """The step that names what is left of the deductible for the customer to pay."""


@dataclass(frozen=True, kw_only=True)
class DecisionTexts:
    """How the decision was made, and the rights that follow from it."""

    heading: str
    automated: str
    partly_automated: str
    referred: str
    by_hand: str
    partly_by_hand: str
    used: str
    report: str
    earlier_report: str
    policy: str
    """`{product}` is filled in."""
    rain: str
    other_reports: str
    sources: Mapping[FactSource, str]
    rights: str


@dataclass(frozen=True, kw_only=True)
class ContactTexts:
    """Where to turn to. `{phone}`, `{address}` and `{reference}` are filled in."""

    disagree_heading: str
    review: str
    review_by_post: str
    review_online: str
    """`{review_url}` is filled in."""
    complaint: str
    complaint_by_post: str
    institute: str
    question_heading: str
    question: str
    question_by_post: str
    check_heading: str
    check: str
    """`{proof}` is filled in."""
    measured_hours: str
    """`{stations}` is filled in."""
    station_number: str
    """`{station}` and `{number}` are filled in."""


@dataclass(frozen=True, kw_only=True)
class AccountMailTexts:
    """The mail about one thing that happened: what stands before its link, and after it.

    Filled in: `{insurer}`, `{phone}`, `{day}`, `{time}` and `{relation_number}`; where it is about a policy also
    `{policy_number}` and `{policy_day}`. No `link`: it has none.
    """

    subject: str
    before: tuple[str, ...]
    link: str | None = None
    """What opening the link does."""
    after: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class AccountTexts:
    """What is said about an account and who gets into it, about insurances and personal data."""

    mails: Mapping[Occasion, AccountMailTexts]
    never_asked: str
    """Ends every mail."""
    sms: Mapping[Occasion, str]
    """What goes by SMS, with `{code}`, `{phone}` and `{day}`; fits one whatever they are."""


@dataclass(frozen=True, kw_only=True)
class ClaimTexts:
    """What is told about a claim besides its decisions; the link of each mail leads to the claim.

    Filled in: `{reference}`, `{phone}` and `{review_url}`; where the occasion has them `{questions}`, which is a
    paragraph of its own, `{due_day}` and `{amount}`.
    """

    mails: Mapping[ClaimOccasion, AccountMailTexts]
    questions: Mapping[str, str]
    """By code. What is asked of an item of damage names it: `{item}`, counted from 1."""
    other_question: str
    """For a code that is younger than these texts."""


@dataclass(frozen=True, kw_only=True)
class TextCatalogue:
    """All customer texts of one language."""

    language_tag: str
    locale: str
    """Babel's name, for amounts, figures and dates."""
    greeting: str
    date_label: str
    reference_label: str
    loss_label: str
    loss_between: str
    postal_address: tuple[str, ...]
    """The lines on the envelope: `{name}`, `{postcode}` and `{house_number}` are filled in."""
    replaces_earlier: str
    nothing_before: str
    paid_before: str
    paid_before_and_kept: str
    """`{before}` is filled in."""
    repaired: str
    """`{repaired}` is filled in."""
    deductible_to_repair_firm: str
    """`{borne}` is filled in."""
    next_heading: str
    closing: str
    reasons: ReasonTexts
    rain: RainTexts
    money: MoneyTexts
    decision: DecisionTexts
    contact: ContactTexts
    notices: Mapping[NoticeKind, NoticeTexts]
    account: AccountTexts
    claim: ClaimTexts
    sms_with_email: str
    sms_with_letter: str
    sms_alone: str
    """`{phone}` is filled in."""
    sms_review: str
    """`{review_url}` is filled in, and ends it."""
