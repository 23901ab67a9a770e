"""The form of a catalogue of customer texts; the files of each language fill it in.

Every text says which placeholders it may have: what its reader is told by it, and nothing else, is filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from contracts.claim_messages import ClaimOccasion
from contracts.coverage import GroundCode, Outcome
from contracts.loss_reports import DamageKind, LossFacts
from contracts.message_requests import Occasion
from contracts.money import MoneyStepCode
from contracts.vocabulary import FactSource, PerilFamily, WaterReading, WaterRoute
from contracts.weather import UndeterminedReason
from notify_svc.domain.notice import NoticeKind
from notify_svc.domain.requests import SMS_OCCASIONS

PLACEHOLDERS, EVERY_KEY = "placeholders", "every_key"


def filled(*placeholders: str) -> Meta:
    """A text that is never empty, with what may be filled in."""
    return Meta(min_length=1, extra={PLACEHOLDERS: frozenset(placeholders)})


def each(keys: Iterable[str]) -> Meta:
    """A table that has all of `keys`."""
    return Meta(extra={EVERY_KEY: frozenset(keys)})


class Texts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, eq=False):
    """Some texts of one language, as their file has them. Read once, they are the same as nothing but themselves."""


Text: TypeAlias = Annotated[str, filled()]
_Told: TypeAlias = Annotated[str, filled("reference", "amount", "before", "total")]
_Contact: TypeAlias = Annotated[str, filled("phone", "address", "reference", "review_url")]
_Measured: TypeAlias = Annotated[str, filled("measured", "hours", "needed", "shortfall", "by_loss", "loss_hour", "lag")]
_AboutAccount: TypeAlias = Annotated[
    str, filled("insurer", "phone", "day", "time", "relation_number", "policy_number", "policy_day")
]
_AboutClaim: TypeAlias = Annotated[
    str, filled("insurer", "reference", "phone", "review_url", "questions", "due_day", "amount")
]
_Count: TypeAlias = Annotated[str, filled("count")]
_Fact: TypeAlias = Annotated[str, filled("fact")]
_Facts: TypeAlias = Annotated[str, filled("facts")]


class NoticeTexts(Texts, frozen=True):
    """The texts of one kind of notice: `{amount}` is paid now, `{before}` was decided before, `{total}` is both."""

    subject: _Told
    headline: Text
    opening: _Told
    next_steps: tuple[Text, ...]
    sms: Annotated[str, filled("reference", "amount")]
    """Fits one SMS together with any ending, whatever is filled in."""
    next_steps_by_post: tuple[Text, ...] = ()
    """Stands in the place of `next_steps` on paper, where no mail follows that tells of a transfer."""


class GroundTexts(Texts, frozen=True):
    """One ground. `fact` says what is so and no word of cover; the others say what follows from it.

    A missing one means the general sentence of `ReasonTexts.follows`.
    """

    fact: Text
    covered: Text | None = None
    denied: Text | None = None
    referred: Text | None = None

    def follows(self, outcome: Outcome) -> str | None:
        """Return what follows when the ground leads to `outcome`."""
        by_outcome = {Outcome.COVERED: self.covered, Outcome.DENIED: self.denied, Outcome.REFERRED: self.referred}
        return by_outcome.get(outcome)


class FactTexts(Texts, frozen=True):
    """A fact of a report as the end of a sentence, after "that" or "whether"."""

    true: Text
    false: Text


class ReasonTexts(Texts, frozen=True):
    """Why: each damage item, each cause of the water, each ground."""

    heading: Text
    each_cause: Text
    item: Annotated[str, filled("kind", "amount", "estimate", "outcome")]
    item_of_cause: Annotated[str, filled("kind", "cause", "amount", "estimate", "outcome")]
    """An item that names its cause."""
    cause: Annotated[str, filled("cause", "outcome")]
    kinds: Annotated[Mapping[DamageKind, Text], each(DamageKind)]
    estimates: Annotated[Mapping[FactSource, Text], each(FactSource)]
    causes: Annotated[Mapping[WaterRoute, Text], each(WaterRoute)]
    by_fire: Text
    outcomes: Annotated[Mapping[Outcome, Text], each(Outcome)]
    awaits_assessment: Text
    grounds: Annotated[Mapping[GroundCode, GroundTexts], each(GroundCode)]
    follows: Annotated[Mapping[Outcome, Text], each(Outcome)]
    also: _Fact
    """A second reason of the same kind."""
    clause: Annotated[str, filled("clause")]
    facts: Annotated[Mapping[str, FactTexts], each(LossFacts.__struct_fields__)]
    that: _Fact
    whether: _Fact
    sources: Annotated[Mapping[FactSource, _Facts], each(FactSource)]
    """Who established it: `{facts}` each begin with "that"."""
    own_records: Text
    """Who established that a policy does not insure it: we did."""
    other_policy: Text
    """What to do when another policy does."""
    unknown: _Facts
    looked_up: _Facts
    turned: _Facts
    """`{facts}` each begin with "whether"."""
    turned_besides_facts: Mapping[str, Text]
    """What else than a fact can be said otherwise than before."""
    cover_not_chosen: Mapping[DamageKind, Text]
    groundwater_exception: Text
    not_through_cellar_wall: Text
    not_enough_rain: Text
    primary_defence_exception: Text


class UnitTexts(Texts, frozen=True):
    """A unit of time, for one and for more."""

    one: _Count
    more: _Count


class RainTexts(Texts, frozen=True):
    """The account of what the rain stations measured."""

    heading: Text
    one_station: Annotated[str, filled("stations")]
    several_stations: Annotated[str, filled("stations")]
    station: Annotated[str, filled("station", "distance")]
    at_station: Annotated[str, filled("station")]
    """The heading of one of several."""
    no_station: Text
    captions: Annotated[Mapping[WaterReading, Text], each(WaterReading)]
    period: Text
    measured: Text
    needed: Text
    result: Text
    hours: Annotated[str, filled("hours")]
    between: Annotated[str, filled("start", "end")]
    """Local time."""
    enough: Text
    short: Annotated[str, filled("shortfall")]
    """`{shortfall}` is what is missing."""
    enough_too_late: Text
    enough_too_early: Text
    open: Text
    cannot_be_told: Text
    not_measured_yet: Text
    no_figure: Text
    reached: _Measured
    days: UnitTexts
    hours_long: UnitTexts
    minutes: UnitTexts
    ended_before: _Measured
    closest: _Measured
    too_late: _Measured
    too_early: _Measured
    chart: Annotated[str, filled("station", "periods")]
    """What the picture shows, for who does not see it."""
    chart_period: Annotated[str, filled("hours", "measured", "needed")]
    """One of `{periods}`."""
    chart_period_open: Annotated[str, filled("hours", "measured", "needed")]
    """The same where `{measured}` says that there is no figure."""
    chart_bar: Annotated[str, filled("hours", "measured", "needed")]
    """What stands above a bar: short."""
    chart_legend: Text
    """What the line in the picture means: short."""
    reasons: Annotated[Mapping[UndeterminedReason, Text], each(UndeterminedReason)]
    depends_on_hours_to_come: Text
    hours_to_come: Text
    recent: Annotated[str, filled("station", "measured")]
    corrections: Text
    """What corrected measurements can still change after a denial."""


class MoneyTexts(Texts, frozen=True):
    """The account of the money."""

    heading: Text
    caption: Text
    step: Text
    amount: Text
    steps: Annotated[Mapping[MoneyStepCode, Text], each(MoneyStepCode)]
    total: Text
    before: Text
    now: Text
    families: Annotated[Mapping[PerilFamily, Annotated[str, filled("sentences")]], each(PerilFamily)]
    """The event that sentences are about, when there are two."""
    chosen: Annotated[str, filled("chosen")]
    none_chosen: Text
    minimum: Annotated[str, filled("minimum")]
    cloudburst: Annotated[str, filled("station", "measured")]
    heavy: Annotated[str, filled("station", "measured", "hours")]
    others_bore: Annotated[str, filled("others", "borne")]
    still_to_bear: Text
    repaired: Text
    """The step that takes off what is repaired instead of being paid."""
    to_repair_firm: Text
    """The step that names what is left of the deductible for the customer to pay."""


class DecisionTexts(Texts, frozen=True):
    """How the decision was made, and the rights that follow from it."""

    heading: Text
    automated: Text
    partly_automated: Text
    referred: Text
    by_hand: Text
    partly_by_hand: Text
    used: Annotated[str, filled("used")]
    report: Text
    earlier_report: Text
    policy: Annotated[str, filled("product")]
    rain: Text
    other_reports: Text
    sources: Mapping[FactSource, Text]
    """What came from the report itself is told as such."""
    rights: Text


class ContactTexts(Texts, frozen=True):
    """Where to turn to."""

    disagree_heading: Text
    review: _Contact
    review_by_post: _Contact
    review_online: _Contact
    complaint: _Contact
    complaint_by_post: _Contact
    institute: _Contact
    question_heading: Text
    question: _Contact
    question_by_post: _Contact
    check_heading: Text
    check: Annotated[str, filled("proof")]
    measured_hours: Annotated[str, filled("stations")]
    station_number: Annotated[str, filled("station", "number")]


class AccountMailTexts(Texts, frozen=True):
    """The mail about one thing that happened to an account, a policy or a customer.

    `before` and `after` stand around its link; without a `link` it has none. Only what is about a policy has its
    number and day.
    """

    subject: Text
    before: tuple[_AboutAccount, ...]
    link: Text | None = None
    """What opening the link does."""
    after: tuple[_AboutAccount, ...] = ()
    by_post: tuple[_AboutAccount, ...] = ()
    """Stands in the place of all that on paper, where there can be no link."""


class AccountTexts(Texts, frozen=True):
    """What is said about an account and who gets into it, about insurances and personal data."""

    mails: Annotated[Mapping[Occasion, AccountMailTexts], each(set(Occasion) - SMS_OCCASIONS)]
    never_asked: Text
    """Ends every mail."""
    sms: Annotated[Mapping[Occasion, Annotated[str, filled("code", "phone", "day")]], each(SMS_OCCASIONS)]
    """What goes by SMS; fits one whatever is filled in."""


class ClaimMailTexts(Texts, frozen=True):
    """The mail about one thing that happened to a claim besides its decisions; its link leads to the claim.

    A paragraph that is `{questions}` becomes one paragraph for each question.
    """

    subject: _AboutClaim
    before: tuple[_AboutClaim, ...]
    link: Text
    after: tuple[_AboutClaim, ...] = ()
    after_by_post: tuple[Annotated[str, filled("insurer", "reference", "phone", "review_url", "address")], ...] = ()
    """Stands in the place of `after` on paper, where that cannot be as in an e-mail."""


class ClaimTexts(Texts, frozen=True):
    """What is told about a claim besides its decisions."""

    mails: Annotated[Mapping[ClaimOccasion, ClaimMailTexts], each(ClaimOccasion)]
    questions: Mapping[str, Annotated[str, filled("item")]]
    """By code. What is asked of an item of damage names it: `{item}`, counted from 1."""
    other_question: Text
    """For a code that is younger than these texts."""


class TextCatalogue(Texts, frozen=True):
    """All customer texts of one language."""

    language_tag: Text
    locale: Text
    """Babel's name, for amounts, figures and dates."""
    greeting: Annotated[str, filled("name")]
    date_label: Text
    reference_label: Text
    loss_label: Text
    loss_between: Annotated[str, filled("start", "end")]
    postal_address: tuple[Annotated[str, filled("name", "postcode", "house_number")], ...]
    """The lines on the envelope."""
    replaces_earlier: Text
    nothing_before: Text
    paid_before: Annotated[str, filled("before")]
    paid_before_and_kept: Annotated[str, filled("before")]
    repaired: Annotated[str, filled("repaired")]
    deductible_to_repair_firm: Annotated[str, filled("borne")]
    next_heading: Text
    closing: Text
    reasons: ReasonTexts
    rain: RainTexts
    money: MoneyTexts
    decision: DecisionTexts
    contact: ContactTexts
    notices: Annotated[Mapping[NoticeKind, NoticeTexts], each(NoticeKind)]
    account: AccountTexts
    claim: ClaimTexts
    sms_with_email: Text
    sms_with_letter: Text
    sms_alone: Annotated[str, filled("phone")]
    sms_review: Annotated[str, filled("review_url")]
    """Ends an SMS."""
