"""Changes of a policy: what each makes of its terms, from when, what is lost by it, and why one is refused."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from msgspec.structs import replace

from contracts.policy import (
    HOME_KINDS,
    Car,
    Deductible,
    Home,
    PolicyChanged,
    PolicyCover,
    PolicyKind,
    PolicyTerms,
)
from contracts.topic import Part
from contracts.vocabulary import Cents
from policy_svc.domain import acceptance
from policy_svc.domain.addresses import comparable
from policy_svc.domain.cancellation import Ending, ending
from policy_svc.domain.premium import changed_premium, is_priced_by_model
from policy_svc.domain.renewal import last_renewal
from policy_svc.domain.timeline import changed_from, ended_on, in_force
from policy_svc.domain.versions import VersionReason
from policy_svc.products import PRODUCTS
from policy_svc.products.product import KindTerms, Product

MOST_DAYS_AHEAD: Final = 365
"""A change begins so many days from now at the latest."""
LEAST_IN_HEAVY_WEATHER_CENTS: Final = 25_000
"""The deductible at storm, heavy local precipitation and cloudbursts, whatever lower one was chosen (domain.md §3)."""


class ChangeOfCover(Part, tag_field="kind", tag="cover"):
    """Other covers: all of those that are to be."""

    covers: tuple[PolicyCover, ...]


class ChangeOfDeductible(Part, tag_field="kind", tag="deductible"):
    """Another deductible."""

    deductible_cents: Deductible


class Move(Part, tag_field="kind", tag="move"):
    """Another home. Its position is looked up later."""

    home: Home


class ChangeOfLicencePlate(Part, tag_field="kind", tag="licence_plate"):
    """Another licence plate: of another car when a make is given, else of the same."""

    licence_plate: str
    make: str | None = None
    model: str = ""
    list_price_cents: Cents | None = None


class Cancellation(Part, tag_field="kind", tag="cancellation"):
    """The end of the policy, on the day that is asked for or the first one possible after it."""


class ChangeKind(StrEnum):
    """What is to be changed. Tells changes apart where they are kept."""

    COVER = "cover"
    DEDUCTIBLE = "deductible"
    MOVE = "move"
    LICENCE_PLATE = "licence_plate"
    CANCELLATION = "cancellation"


Change: TypeAlias = ChangeOfCover | ChangeOfDeductible | Move | ChangeOfLicencePlate | Cancellation

REASONS: Final = {
    ChangeOfCover: VersionReason.COVER_CHANGED,
    ChangeOfDeductible: VersionReason.DEDUCTIBLE_CHANGED,
    Move: VersionReason.MOVED,
    ChangeOfLicencePlate: VersionReason.LICENCE_PLATE_CHANGED,
    Cancellation: VersionReason.CANCELLED,
}
"""Why a policy has a new version, by the kind of change."""


def kind_of(change: Change) -> ChangeKind:
    """Return what a change is about."""
    return ChangeKind(str(change.__struct_config__.tag))


class Caution(StrEnum):
    """What the customer should know before they confirm."""

    MINIMUM_IN_HEAVY_WEATHER = "minimum_in_heavy_weather"
    """At storm, heavy local precipitation and cloudbursts the deductible is higher than the one that was chosen."""
    NO_WAY_BACK = "no_way_back"
    """The home that is left is of a kind that is no longer accepted: it cannot be insured here again."""
    OTHER_CONDITIONS = "other_conditions"
    """The product of today has replaced the one of the policy: its conditions hold from then on."""
    REPLACES_LATER_CHANGE = "replaces_later_change"
    """What was to change on a later day changes otherwise now."""
    PREMIUM_IS_ESTIMATE = "premium_is_estimate"
    """Something the premium depends on is not known, and was assumed."""
    PREMIUM_NOT_RECOMPUTED = "premium_not_recomputed"
    """Our model has no premium for what is insured then: it stays what it was."""


class Why(StrEnum):
    """Why a change is not made."""

    KEPT_ELSEWHERE = "kept_elsewhere"
    NOT_OF_THIS_KIND = "not_of_this_kind"
    NOT_INSURED_THEN = "not_insured_then"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    NOTHING_CHANGES = "nothing_changes"
    NOT_OFFERED = "not_offered"
    PREMIUM_NOT_COMPUTED = "premium_not_computed"
    """Our model has no premium for what is insured, so that a higher deductible would not lower it."""
    HOME_NOT_ACCEPTED = "home_not_accepted"
    ENDS_ALREADY = "ends_already"
    """What is to be cancelled ends by then, without that."""


class Refused(Part):
    """A change that is not made, and why.

    `detail` says what is wrong with covers, as a sentence's second half, `ends_on` when the policy ends already.
    """

    why: Why
    detail: str = ""
    ends_on: date | None = None
    of_home: tuple[acceptance.Refusal, ...] = ()


class Outcome(Part):
    """What a change makes of a policy.

    `terms` are all its periods then; `before` and `after` those of the day from which it is changed, `after` None when
    nothing is insured from then on. `ending` goes with a cancellation.
    """

    effective_on: date
    before: PolicyTerms
    after: PolicyTerms | None
    terms: tuple[PolicyTerms, ...]
    lost: tuple[PolicyCover, ...]
    cautions: tuple[Caution, ...]
    ending: Ending | None = None


def outcome(
    policy: PolicyChanged, change: Change, *, wished: date | None, today: date, recorded_at: datetime
) -> Outcome | Refused:
    """Return what a change makes of a policy from the `wished` day on, or else from the first one possible.

    It begins tomorrow at the earliest (the product may say later), so that it never alters the cover of a loss that
    happened before. A change that was to begin later, and is about the same, is replaced by it.
    """
    if policy.kind is PolicyKind.HEALTH:
        return Refused(why=Why.KEPT_ELSEWHERE)
    product = _product(policy, today)
    if wished is not None and wished > today + timedelta(days=MOST_DAYS_AHEAD):
        return Refused(why=Why.TOO_LATE)
    if isinstance(change, Cancellation):
        return _cancelled(policy, product, wished=wished, today=today, recorded_at=recorded_at)
    earliest = today + timedelta(days=product.changes_from_days)
    if wished is not None and wished < earliest:
        return Refused(why=Why.TOO_EARLY)
    return _changed(policy, change, on=wished or earliest, recorded_at=recorded_at)


def _product(policy: PolicyChanged, today: date) -> Product:
    """Return the product of the policy, whose rules hold for it; of one not known here, the present product."""
    present = next((period for period in policy.terms if not ended(period, by=today)), policy.terms[-1])
    return PRODUCTS.of(present.product_version) or PRODUCTS.current(policy.kind, today)


def ended(period: PolicyTerms, *, by: date) -> bool:
    """Return whether a period is over on a day."""
    return period.ends_on is not None and period.ends_on <= by


def _changed(policy: PolicyChanged, change: Change, *, on: date, recorded_at: datetime) -> Outcome | Refused:
    later = [period for period in policy.terms if not ended(period, by=on)]
    if not later:
        return Refused(why=Why.NOT_INSURED_THEN)
    present = later[0]
    change = _of_the_same(change, present)
    # What was to change later only may be all that does: then the change begins there.
    before = next((period for period in later if _made(change, period) != period), None)
    on = max(on, (before or present).effective_on)
    offered = PRODUCTS.current(policy.kind, last_renewal(policy.terms, on=on)).kinds[policy.kind]
    if refused := _refused(offered, change, present, on):
        return refused
    if before is None:
        return Refused(why=Why.NOTHING_CHANGES)

    def made_and_priced(period: PolicyTerms) -> PolicyTerms:
        # Between renewals the tariff stays: who changes one thing pays for that, not for a year more of the pet's age.
        tariff_of = last_renewal(policy.terms, on=period.effective_on)
        return changed_premium(policy.kind, period, _made(change, period), on=tariff_of)

    terms = changed_from(policy.terms, on=on, change=made_and_priced, recorded_at=recorded_at)
    after = in_force(terms, on=on)
    assert after is not None  # noqa: S101 - `later` begins there
    is_priced = all(
        is_priced_by_model(policy.kind, period, on=last_renewal(policy.terms, on=period.effective_on))
        for period in terms
        if not ended(period, by=on)
    )
    if isinstance(change, ChangeOfDeductible) and not is_priced:
        return Refused(why=Why.PREMIUM_NOT_COMPUTED)
    cautions = _cautions(policy.kind, change, later, before, after)
    return Outcome(
        effective_on=on,
        before=before,
        after=after,
        terms=terms,
        lost=tuple(cover for cover in before.covers if cover not in after.covers),
        cautions=(*cautions, *(() if is_priced else (Caution.PREMIUM_NOT_RECOMPUTED,))),
    )


def _of_the_same(change: Change, present: PolicyTerms) -> Change:
    """Return the change with what is insured now where it stays the same, whatever was to follow it later.

    Who "moves" to the home that is insured stays in it; a plate alone is the present car's.
    """
    match change:
        case Move(home=home) if present.home is not None and comparable(home) == comparable(present.home):
            return Move(home=present.home)
        case ChangeOfLicencePlate(make=None) if present.car is not None:
            car = present.car
            return replace(change, make=car.make, model=car.model, list_price_cents=car.list_price_cents)
        case _:
            return change


def _refused(offered: KindTerms, change: Change, present: PolicyTerms, on: date) -> Refused | None:
    match change:
        case ChangeOfCover(covers=covers) if wrong := offered.wrong_in(covers):
            return Refused(why=Why.NOT_OFFERED, detail=wrong)
        case ChangeOfDeductible(deductible_cents=cents) if cents not in offered.deductibles_cents:
            return Refused(why=Why.NOT_OFFERED)
        case Move(home=home) if present.home is not None:
            return _home_refused(home, on) if home != present.home else None
        case ChangeOfLicencePlate() if present.car is not None:
            return None
        case Move() | ChangeOfLicencePlate():
            return Refused(why=Why.NOT_OF_THIS_KIND)
        case _:
            return None


def _home_refused(home: Home, on: date) -> Refused | None:
    refusals = _refusals(home, on)
    return Refused(why=Why.HOME_NOT_ACCEPTED, of_home=refusals) if refusals else None


def _refusals(home: Home, on: date) -> tuple[acceptance.Refusal, ...]:
    """Return why a home cannot be insured that is new here. Customers are private persons."""
    return acceptance.refusals(home, policyholder_is_private=True, insured_since=None, on=on)


def _made(change: Change, period: PolicyTerms) -> PolicyTerms:
    """Return what a change makes of a period, its premium aside."""
    match change:
        case ChangeOfCover(covers=covers) if set(covers) != set(period.covers):
            return replace(period, covers=tuple(cover for cover in PolicyCover if cover in covers))
        case ChangeOfDeductible(deductible_cents=cents):
            return replace(period, deductible_cents=cents)
        case Move(home=home):
            return replace(period, home=home)
        case ChangeOfLicencePlate() if period.car is not None:
            return replace(period, car=_with_plate(period.car, change))
        case _:
            return period


def _with_plate(car: Car, change: ChangeOfLicencePlate) -> Car:
    return replace(
        car,
        licence_plate=change.licence_plate,
        make=change.make or car.make,
        model=change.model,
        list_price_cents=change.list_price_cents,
    )


_CHANGED_FIELD: Final = {ChangeOfCover: "covers", ChangeOfDeductible: "deductible_cents", Move: "home"}


def _cautions(
    kind: PolicyKind, change: Change, later: Sequence[PolicyTerms], before: PolicyTerms, after: PolicyTerms
) -> Iterator[Caution]:
    """Yield what the customer should know. `later` are the periods that were to be, from the first possible day on."""
    is_low = after.deductible_cents < LEAST_IN_HEAVY_WEATHER_CENTS
    if kind in HOME_KINDS and isinstance(change, ChangeOfDeductible) and is_low:
        yield Caution.MINIMUM_IN_HEAVY_WEATHER
    if before.home is not None and before.home != after.home and _refusals(before.home, after.effective_on):
        yield Caution.NO_WAY_BACK
    changed = _CHANGED_FIELD.get(type(change), "car")
    if {getattr(period, changed) for period in later} - {getattr(later[0], changed), getattr(after, changed)}:
        yield Caution.REPLACES_LATER_CHANGE
    if after.product_version != before.product_version:
        yield Caution.OTHER_CONDITIONS
    if after.premium is not None and after.premium.is_estimate:
        yield Caution.PREMIUM_IS_ESTIMATE


def _cancelled(
    policy: PolicyChanged, product: Product, *, wished: date | None, today: date, recorded_at: datetime
) -> Outcome | Refused:
    found = ending(policy.terms, product.notice, today=today, from_days=product.changes_from_days, wished=wished)
    if found is None:
        return Refused(why=Why.ENDS_ALREADY, ends_on=policy.terms[-1].ends_on)
    terms = ended_on(policy.terms, on=found.ends_on, recorded_at=recorded_at)
    before = terms[-1]
    assert before.ends_on is not None  # noqa: S101 - it was ended
    # Of an end within a break the customer is told when the insurance before it ends.
    found = replace(found, ends_on=before.ends_on)
    return Outcome(
        effective_on=found.ends_on,
        before=before,
        after=None,
        terms=terms,
        lost=before.covers,
        cautions=(),
        ending=found,
    )
